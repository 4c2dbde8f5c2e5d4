import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { OPERATIONS, resolved } from './fuzz/api.js';
import type { Operation, Schema } from './fuzz/api.js';
import { call, json } from './support/http.js';
import { TestStack, permitted } from './support/stack.js';

jest.setTimeout(120_000);

/** Of somebody who is not born yet, and of a company that may exist. */
const NUMBERS = { 'not-a-test-person': '20980101-1231', 'not-a-test-company': 'orgnr 2120000449' };
const TEST_PERSON = '195201161857';

/** A body with one text in it, and where that is. */
interface Placed {
  readonly pointer: string;
  readonly body: unknown;
}
/** Bodies with the text in each place that may hold one, whatever the description says that it should look like. */
const placed = (schema: Schema, text: string, pointer = ''): readonly Placed[] => {
  const { oneOf, type, items, properties, additionalProperties } = resolved(schema);
  if (oneOf !== undefined) return oneOf.flatMap((one) => placed(one, text, pointer));
  if (type === 'string') return [{ pointer, body: text }];
  if (type === 'array') return placed(items ?? {}, text, `${pointer}/0`).map((one) => ({ ...one, body: [one.body] }));
  // What is in content says its type, which is no part of this description.
  const members = Object.entries(properties ?? (type === 'object' ? { member: openTo(additionalProperties) } : {}));
  return members.flatMap(([name, member]) =>
    placed(member, text, `${pointer}/${name}`).map((one) => ({ ...one, body: { [name]: one.body } })),
  );
};
const openTo = (schema: Schema['additionalProperties']): Schema =>
  typeof schema === 'object' ? schema : { type: 'string' };

const routes = OPERATIONS.flatMap(({ body, ...operation }): readonly [string, Operation, Schema][] =>
  body?.type === 'application/json' ? [[operation.name, operation, body.schema]] : [],
);

describe('a number that is nobody’s to give here', () => {
  let delge: TestStack;
  let token: string;
  let gateway: string;
  const ask = ({ method, path }: Operation, body: unknown) =>
    call(`${gateway}${path.replaceAll(/\{\w+\}/g, () => randomUUID())}`, json(body, token, method));
  beforeAll(async () => {
    delge = await TestStack.shared();
    const { system } = permitted();
    gateway = delge.sandbox.system(system).gateway;
    token = await delge.sandbox.client(system).accessToken();
  });

  it('has many places to stand in', () => {
    expect(routes.length).toBeGreaterThan(25);
    const pointers = routes.flatMap(([name, , schema]) =>
      placed(schema, '').map(({ pointer }) => `${name} ${pointer}`),
    );
    expect(pointers.length).toBeGreaterThan(200);
    expect(pointers).toContain('PUT /v1/cases/{id} /title');
    expect(pointers).toContain('POST /v1/referrals /content/member');
    expect(pointers).toContain('POST /v1/referrals /assessments/0/reasons');
  });

  it.each(routes)('is refused in every text of %s, by its place and not by itself', async (_, operation, schema) => {
    for (const [code, number] of Object.entries(NUMBERS)) {
      for (const { pointer, body } of placed(schema, `Om ${number}.`)) {
        const { slug, text } = await ask(operation, body);
        expect([pointer, slug]).toEqual([pointer, 'content-invalid']);
        expect(JSON.parse(text)).toMatchObject({ violations: expect.arrayContaining([{ path: pointer, code }]) });
        expect(text).not.toContain(number);
      }
    }
  });

  const named = routes.flatMap(([name, operation, schema]): readonly [string, Operation, Placed][] =>
    placed(schema, TEST_PERSON)
      .filter(({ pointer }) => pointer.endsWith('/officer'))
      .map((one) => [`${one.pointer} of ${name}`, operation, one]),
  );
  it('is any person’s where an officer is named, which many routes do', () => {
    expect(named.length).toBeGreaterThan(6);
  });
  it.each(named)('is a test person’s too in %s', async (_, operation, { pointer, body }) => {
    const { slug, text } = await ask(operation, body);
    expect(slug).toBe('content-invalid');
    expect(JSON.parse(text)).toMatchObject({ violations: [{ path: pointer, code: 'personal-number' }] });
  });
});
