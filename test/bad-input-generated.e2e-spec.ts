import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { PROBLEMS } from '#platform';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { bearer, call, json } from './support/http.js';
import { TestStack, example, permitted } from './support/stack.js';

jest.setTimeout(120_000);
const RUNS = 150;
const CANARY = 'kanariefagel-8801';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}
const api = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(api, 'api');
const resolve = (schema: Schema): Schema => api.components.schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;

type Path = readonly (string | number)[];
/** Members that the published description names and the body has; objects that hold such members. */
interface Places {
  readonly members: readonly Path[];
  readonly objects: readonly Path[];
}
const placesOf = (described: Schema, value: unknown, at: Path = []): Places => {
  const { properties, items } = resolve(described);
  const found = { members: at.length === 0 ? [] : [at], objects: [] as Path[] };
  const inner = (schema: Schema, member: unknown, name: string | number): void => {
    const { members, objects } = placesOf(schema, member, [...at, name]);
    found.members.push(...members);
    found.objects.push(...objects);
  };
  if (Array.isArray(value) && items !== undefined) value.forEach((entry, i) => inner(items, entry, i));
  else if (properties !== undefined) {
    found.objects.push(at);
    const body = value as Readonly<Record<string, unknown>>;
    for (const [name, schema] of Object.entries(properties)) if (name in body) inner(schema, body[name], name);
  }
  return found;
};

/** @param change given the holder of the last name of the path */
const changed = (body: object, path: Path, change: (holder: Record<string, unknown>, name: string) => void): object => {
  const copy = structuredClone(body) as Record<string, unknown>;
  const holder = path.slice(0, -1).reduce((at, name) => at[name] as Record<string, unknown>, copy);
  change(holder, String(path.at(-1)));
  return copy;
};
const strange = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom<unknown>(null, true, 0, -1, 1.5, '', CANARY, [], {}, [CANARY], { x: CANARY }, [[]], `${CANARY}\n`),
    fc.jsonValue({ maxDepth: 3 }),
  );

/** A body that the published description refuses, as text. */
const spoilt = (name: string, body: object): fc.Arbitrary<string> => {
  const schema = api.components.schemas[name];
  const valid = ajv.getSchema(`api#/components/schemas/${name}`);
  if (schema === undefined || valid?.(body) !== true)
    throw new Error(`${name} is not described so: ${ajv.errorsText(valid?.errors)}`);
  const { members, objects } = placesOf(schema, body);
  const refused = (arbitrary: fc.Arbitrary<object>): fc.Arbitrary<string> =>
    arbitrary.filter((one) => valid(one) !== true).map((one) => JSON.stringify(one));
  const member = fc.constantFrom(...members);
  return fc.oneof(
    refused(
      member.map((path) =>
        changed(body, path, (holder, key) => {
          if (Array.isArray(holder)) holder.splice(Number(key), 1);
          else Reflect.deleteProperty(holder, key);
        }),
      ),
    ),
    refused(
      fc.tuple(member, strange()).map(([path, value]) => changed(body, path, (holder, key) => (holder[key] = value))),
    ),
    fc
      .tuple(fc.constantFrom(...objects), fc.constantFrom('priority', 'Id', 'id ', 'toString', 'valueOf', 'é'))
      .map(([path, extra]) => changed(body, [...path, extra], (holder, key) => (holder[key] = CANARY)))
      .map((one) => JSON.stringify(one)),
    fc.constantFrom(...objects).chain((path) => {
      const object = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], body) as object;
      const text = JSON.stringify(object);
      return fc
        .constantFrom(...Object.keys(object))
        .map((key) => JSON.stringify(body).replace(text, `{${JSON.stringify(key)}:"${CANARY}",${text.slice(1)}`));
    }),
  );
};

describe('what the published description refuses is refused, with a known problem and without an echo', () => {
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.shared();
  });

  const expectRefused = async (system: string, path: string, schema: string, body: object): Promise<void> => {
    const url = `${delge.sandbox.system(system).gateway}${path}`;
    const token = await delge.sandbox.client(system).accessToken();
    await fc.assert(
      fc.asyncProperty(spoilt(schema, body), async (text) => {
        const answer = await call(url, json(text, token));
        const known = Object.keys(PROBLEMS).filter((slug) => slug !== 'internal' && slug !== 'not-ready');
        expect(known).toContain(answer.slug);
        expect([400, 409, 413, 422]).toContain(answer.status);
        expect(answer.text).not.toContain(CANARY);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  };

  it('as a referral, and none is kept', async () => {
    const { system, referral } = permitted();
    await expectRefused(system, '/v1/referrals', 'SubmitReferralDto', referral);
    const { gateway } = delge.sandbox.system(system);
    const headers = bearer(await delge.sandbox.client(system).accessToken());
    expect((await call(`${gateway}/v1/referrals/${referral.id}`, { headers })).slug).toBe('not-found');
  });

  it('as an assessment, and the draft has the ones it had', async () => {
    const { system, referral, assessments = [] } = example('19-uppsala');
    const sender = delge.sandbox.client(system);
    await sender.submit(referral);
    const before = await sender.referral(referral.id);
    const [last] = assessments;
    if (last === undefined) throw new Error('the example has no assessment');
    await expectRefused(system, `/v1/referrals/${referral.id}/assessments`, 'AssessmentDto', last.body);
    expect(await sender.referral(referral.id)).toEqual(before);
  });

  it('as a receipt, and none is given', async () => {
    const { system, recipient, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    const [message] = await delge.settled(system, referral.id, ['fetched']);
    const path = `/v1/deliveries/${message?.messageId}/receipts`;
    await expectRefused(recipient, path, 'GiveReceiptDto', { kind: 'accepted', diaryNumber: 'FK 2026-1' });
    const { receipts } = await delge.sandbox.client(recipient).delivery(message?.messageId ?? '');
    expect(receipts.map(({ kind }) => kind)).toEqual(['technical']);
  });

  it('as a dry run', async () => {
    const item = {
      id: 'payment',
      dataCategory: 'benefit-case',
      about: 'subject',
      known: 'own-case',
      secrecy: ['26:1'],
    };
    await expectRefused('orebro/socialnamnden', '/v1/disclosure-checks', 'DisclosureCheckDto', {
      recipient: 'skv/skatteverket',
      on: '2025-12-01',
      type: 'notice-of-incorrect-payment/1',
      initiative: 'own',
      requestId: randomUUID(),
      purpose: 'control-incorrect-payment',
      bases: [{ id: 'OSL-10-15a', point: '4' }],
      items: [item],
      facts: {},
      derived: { ageBand: '21-plus', deceased: false, protectedIdentity: 'none' },
    });
  });

  it('as a dry run of a referral', async () => {
    const { system, referral } = permitted();
    await expectRefused(system, '/v1/disclosure-checks', 'ReferralCheckDto', { referral, on: '2026-11-20' });
  });
});
