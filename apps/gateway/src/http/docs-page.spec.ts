import { expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docsPage } from './docs-page.js';

const api = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../docs/openapi.json'), 'utf8'),
) as OpenAPIObject;
const page = docsPage(api);

it('shows every route and every schema, and each of its links leads somewhere on it', () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
  const routes = Object.values(api.paths).flatMap((methods) => Object.keys(methods));
  expect(page.match(/<h3>/g)).toHaveLength(routes.length);
  expect(ids.filter((id) => id.startsWith('schema-'))).toHaveLength(Object.keys(api.components?.schemas ?? {}).length);
  expect(new Set(ids).size).toBe(ids.length);
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, target = '']) => target);
  expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
});

it('takes no text of the description for markup', () => {
  const spoilt = docsPage({ ...api, info: { ...api.info, title: '<script>x</script>' } });
  expect(spoilt).not.toContain('<script');
  expect(page).not.toMatch(/<script|<link|<img|javascript:/);
});
