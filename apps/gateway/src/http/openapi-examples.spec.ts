import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as contracts from '#contracts';
import type { DeliveryListItem, ReceivedCaseView } from '#contracts';
import { PROBLEMS, validationPipe } from '#platform';
import { gapsOf } from '../domain/gaps.js';
import { clocksOf } from '../domain/handling.js';
import { PROBLEM } from './answers/problem.js';
import { written } from './example-answers.js';
import { problemsOf } from './example-problems.js';

interface Media {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly schema: object; readonly example?: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly headers?: object; readonly content?: Readonly<Record<string, Media>> }>
  >;
}
const api = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../docs/openapi.json'), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(api, 'api');

/** References are within the published document. */
const located = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')) as object;
const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
const faultsOf = (schema: object, value: unknown): string => {
  const key = JSON.stringify(schema);
  const validate = compiled.get(key) ?? ajv.compile(located(schema));
  compiled.set(key, validate);
  return validate(value) ? '' : ajv.errorsText(validate.errors);
};
const valuesOf = ({ example, examples }: Media): readonly unknown[] =>
  examples === undefined ? [example] : Object.values(examples).map(({ value }) => value);

const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
);
const classes = contracts as unknown as Readonly<Record<string, new () => object>>;
/** Names of the classes that a body is validated by. */
const dtosOf = ({ schema }: Media): readonly string[] =>
  ((schema['oneOf'] as Media['schema'][] | undefined) ?? [schema])
    .map(({ $ref }) => (($ref as string | undefined) ?? '').split('/').at(-1) ?? '')
    .filter((name) => name.endsWith('Dto'));

describe.each(operations)('%s', (_, { parameters = [], requestBody, responses }) => {
  it('has an example of each parameter, as its schema has it', () => {
    const faults = parameters.map(({ name, schema, example }) => [name, faultsOf(schema, example)]);
    expect(faults).toEqual(parameters.map(({ name }) => [name, '']));
  });

  it('has an example of its request that the schema and the rules of its class take', async () => {
    for (const media of Object.values(requestBody?.content ?? {})) {
      const dtos = dtosOf(media);
      for (const [at, value] of valuesOf(media).entries()) {
        expect(value).toBeDefined();
        expect(faultsOf(media.schema, value)).toBe('');
        const metatype = classes[dtos[at] ?? ''];
        if (metatype === undefined) continue;
        await expect(validationPipe().transform(value, { type: 'body', metatype })).resolves.toBeInstanceOf(metatype);
      }
    }
  });

  it('has an example of each answer, as its schema has it, and each refusal is a problem that there is', () => {
    expect(Object.keys(responses)).toContain('default');
    for (const [status, { content = {} }] of Object.entries(responses)) {
      expect([status, Object.keys(content).length > 0]).toEqual([status, status !== '204' && status !== '304']);
      for (const [type, media] of Object.entries(content)) {
        const values = valuesOf(media);
        expect(values.length).toBeGreaterThan(0);
        for (const value of values)
          expect([status, value === undefined, faultsOf(media.schema, value)]).toEqual([status, false, '']);
        if (type !== 'application/problem+json') continue;
        for (const value of values as readonly { readonly type: string; readonly status: number }[]) {
          expect(Object.keys(PROBLEMS)).toContain(value.type.replace('/problems/', ''));
          if (status !== 'default') expect(String(value.status)).toBe(status);
        }
      }
    }
  });

  it('describes every member that its refusals carry, and the header that tells which scope is lacking', () => {
    const described = Object.keys(PROBLEM['properties'] as object);
    for (const [status, { headers = {}, content = {} }] of Object.entries(responses)) {
      const problems = content['application/problem+json'];
      const members = problems === undefined ? [] : valuesOf(problems).flatMap((value) => Object.keys(value as object));
      expect(members.filter((member) => !described.includes(member))).toEqual([]);
      expect('WWW-Authenticate' in headers).toBe(status === '401' || status === '403');
    }
  });
});

it.each([
  ['put /v1/cases/{id}', '409', ['id-reuse', 'case-closed']],
  ['post /v1/cases/{id}/links', '422', ['case-invalid', 'unknown-recipient']],
  ['put /v1/deliveries/{id}/handling', '409', ['handling-conflict', 'receipt-exists', 'receipt-contradicts']],
])('%s tells of each refusal that ends in %s', (route, status, codes) => {
  expect(Object.keys(problemsOf(route, status, []))).toEqual(codes);
});

it('shows what the code makes of the same delivery and of the same case', () => {
  const { items } = written['deliveries'] as { readonly items: readonly [DeliveryListItem] };
  const [{ type, receivedAt, handling }] = items;
  const due = clocksOf({ type, receivedAt: new Date(receivedAt) }, handling.status);
  expect(handling.due.map(({ what, at }) => [what, at])).toEqual(due.map(({ what, at }) => [what, at.toISOString()]));
  const received = written['receivedCase'] as ReceivedCaseView;
  const numbers = received.items.map(({ deliveryNumber }) => deliveryNumber);
  expect([received.missing, received.next]).toEqual([gapsOf(0, numbers), numbers.at(-1)]);
});
