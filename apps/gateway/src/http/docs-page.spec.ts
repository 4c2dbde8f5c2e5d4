import { expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docsPage } from './docs-page.js';

const api = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../docs/openapi.json'), 'utf8'),
) as OpenAPIObject;
const page = docsPage(api);
interface Secured {
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

it('shows every route and every schema, and each of its links leads somewhere on it', () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
  const routes = Object.values(api.paths).flatMap((methods) => Object.keys(methods));
  expect(page.match(/<h3>/g)).toHaveLength(routes.length);
  expect(ids.filter((id) => id.startsWith('schema-'))).toHaveLength(Object.keys(api.components?.schemas ?? {}).length);
  expect(new Set(ids).size).toBe(ids.length);
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, target = '']) => target);
  expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
});

it('tells who may call each operation, and with which scopes', () => {
  const accessOf = (route: string): string | undefined => {
    const [, section = ''] = page.split(`<h3><code>${route}</code></h3>`);
    return /<p>(?:Access|Without)[^\n]*?<\/p>/.exec(section)?.[0].replaceAll(/<[^>]+>/g, '');
  };
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, { security }] of Object.entries(methods as Readonly<Record<string, Secured>>)) {
      const access = security?.flatMap((way) =>
        Object.entries(way).map(([scheme, scopes]) => [scheme, ...scopes].join(' ')),
      );
      expect([path, accessOf(`${method.toUpperCase()} ${path}`)]).toEqual([
        path,
        access === undefined ? 'Without a token. Utan token.' : `Access / Behörighet: ${access.join(', ')}`,
      ]);
    }
  expect(accessOf('GET /v1/requests')).toBe('Access / Behörighet: system referrals:read deliveries:read, staff');
});

it('takes no text of the description for markup', () => {
  const spoilt = docsPage({ ...api, info: { ...api.info, title: '<script>x</script>' } });
  expect(spoilt).not.toContain('<script');
  expect(page).not.toMatch(/<script|<link|<img|javascript:/);
});
