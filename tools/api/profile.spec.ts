import { expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as contracts from '#contracts';
import { asyncApi, findingsOf, profile } from './profile.js';

jest.setTimeout(60_000);
const ROOT = join(import.meta.dirname, '../..');
interface Api {
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
const whole = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as Api;

/** The published description, of a few routes alone: as much as each rule needs. */
const part = (): Api => {
  const paths = ['/api-info', '/v1/events', '/v1/events/acknowledgement', '/v1/incidents/{id}', '/v1/person-searches'];
  const kept = Object.fromEntries(paths.map((path) => [path, whole.paths[path]]));
  const schemas: Record<string, unknown> = {};
  const collect = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      if (name in schemas) continue;
      schemas[name] = whole.components.schemas[name];
      collect(schemas[name]);
    }
  };
  collect(kept);
  return structuredClone({ ...whole, paths: kept, components: { ...whole.components, schemas } });
};
const errorsOf = async (document: object): Promise<readonly string[]> => {
  const findings = await findingsOf(document, profile);
  return [...new Set(findings.filter(({ isError }) => isError).map(({ rule }) => rule))];
};

type Path = readonly [...(string | number)[], string];
const LIST = ['paths', '/v1/events', 'get'] as const;
const ANSWERS = [...LIST, 'responses'] as const;
const BODY = ['paths', '/v1/events/acknowledgement', 'post', 'requestBody', 'content', 'application/json'] as const;
/** What each rule is broken by: where, and what is put there. */
const breaks: readonly [string, Path, unknown][] = [
  ['UFN.01', ['paths', '/incidents'], {}],
  ['RES.02', [...LIST, 'parameters', 0, 'name'], 'personnummer'],
  ['RES.06', ['paths', '/v1/Event_list'], {}],
  ['AME.05', ['components', 'schemas', 'Events', 'properties', 'next_page'], { type: 'string' }],
  ['FNS.03', [...LIST, 'parameters', 0, 'name'], 'After'],
  ['FNS.07', [...LIST, 'parameters', 2, 'name'], 'most'],
  ['FNS.07', ['components', 'schemas', 'PersonSearchDto', 'properties', 'limit', 'default'], 50],
  ['FOR.02', [...LIST, 'requestBody'], { content: {} }],
  ['DOT.01', ['components', 'schemas', 'Incident', 'properties', 'openedAt'], { type: 'string' }],
  ['FEL.01', [...ANSWERS, '400', 'content'], { 'application/json': {} }],
  ['FEL.02', ['components', 'schemas', 'Problem', 'required'], ['type', 'title', 'status']],
  ['ARP.02', [...ANSWERS, '418'], { description: 'A teapot' }],
  ['ARQ.02', [...ANSWERS, '429', 'headers'], {}],
  ['SAK.01', ['servers'], [{ url: 'http://gateway.delge.example' }]],
  ['SAK.10', ['components', 'securitySchemes', 'key'], { type: 'apiKey', in: 'query', name: 'key' }],
  ['SAK.15', [...LIST, 'security'], []],
  ['DOK.03', ['info', 'contact'], { name: 'Delge' }],
  ['DOK.06', [...LIST, 'description'], 'In one order.'],
  ['DOK.11', ['info', 'description'], 'Submit the referrals. Skicka och ta emot.'],
  ['DOK.15', [...BODY, 'example'], undefined],
  ['DOK.17', ['openapi'], '3.0.3'],
  ['DOK.19', [...LIST, 'summary'], ''],
  ['DOK.20', [...ANSWERS, '200', 'description'], ''],
  ['VER.06', ['paths', '/api-info'], undefined],
];

it('finds nothing to object to in what is published', async () => {
  expect(await errorsOf(part())).toEqual([]);
});

it('has something to break each of its rules with', () => {
  const errors = Object.entries(profile['rules' as keyof typeof profile] as object).filter(
    ([, rule]) => typeof rule === 'object' && (rule as { readonly severity: string }).severity === 'error',
  );
  expect([...new Set(breaks.map(([rule]) => rule))]).toEqual(errors.map(([rule]) => rule));
});

it.each(breaks)('finds what is against %s', async (rule, path, value) => {
  const api = part();
  const holder = path.slice(0, -1).reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], api);
  (holder as Record<string, unknown>)[path.at(-1) ?? ''] = value;
  // As JSON has it: what is undefined is not there.
  expect(await errorsOf(JSON.parse(JSON.stringify(api)) as object)).toContain(rule);
});

interface Message {
  readonly title: string;
  readonly examples: readonly { readonly payload: object }[];
}
const messages = parse(readFileSync(join(ROOT, 'docs/asyncapi.yaml'), 'utf8')) as {
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
};

it('takes the messages for AsyncAPI 3, and misses what it must have', async () => {
  expect(await findingsOf(messages, asyncApi)).toEqual([]);
  const { components: _, ...without } = messages;
  expect((await findingsOf({ ...without, info: {} }, asyncApi)).some(({ isError }) => isError)).toBe(true);
});

it.each(Object.entries(messages.components.messages))(
  'has an example of %s that its reader takes',
  (_, { title, examples }) => {
    expect(examples.length).toBeGreaterThan(0);
    const read = (contracts as unknown as Readonly<Record<string, (bytes: Uint8Array) => object>>)[`parse${title}`];
    for (const { payload } of examples) expect(read?.(Buffer.from(JSON.stringify(payload)))).toEqual(payload);
  },
);
