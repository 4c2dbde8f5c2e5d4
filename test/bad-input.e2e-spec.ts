import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SubmitReferralDto } from '#contracts';
import { PROBLEMS } from '#platform';
import { gzipSync } from 'node:zlib';
import { bearer, call, json } from './support/http.js';
import type { Answer, Call } from './support/http.js';
import { TestStack, permitted } from './support/stack.js';

jest.setTimeout(60_000);

/** Stands in every body that is sent here, and in no answer. */
const CANARY = 'kanariefagel-5417';
type Body = Record<string, unknown>;
/** Makes a bad request of a good referral. */
type Spoil = (referral: SubmitReferralDto) => unknown;
type Row = readonly [row: string, name: string, status: number, slug: keyof typeof PROBLEMS, spoil: Spoil];

const put =
  (...path: readonly (string | number)[]) =>
  (value: unknown): Spoil =>
  (referral) => {
    const copy = structuredClone(referral) as unknown as Body;
    const last = path.at(-1) ?? '';
    const holder = path.slice(0, -1).reduce<Body>((at, name) => at[name] as Body, copy);
    holder[last] = value;
    return copy;
  };
const without =
  (name: string): Spoil =>
  (referral) =>
    Object.fromEntries(Object.entries(referral).filter(([member]) => member !== name));
/** The text of the body changed where JSON.stringify would not go. */
const text =
  (from: string, to: string): Spoil =>
  (referral) => {
    const before = JSON.stringify(referral);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`there is no ${from}`);
    return after;
  };
const octets =
  (...bad: readonly number[]): Spoil =>
  (referral) => {
    const [before = '', after = ''] = JSON.stringify(put('registration', 'subject')('#')(referral)).split('#');
    return Buffer.concat([Buffer.from(before), Buffer.from(bad), Buffer.from(after)]);
  };
const nested = (open: string, close: string, times: number): Spoil =>
  text('"content":{', `"content":{"x":${open.repeat(times)}1${close.repeat(times)},`);

const rows: readonly Row[] = [
  ['B1', 'a comma too many', 400, 'malformed-json', text('}', ',}')],
  ['B1', 'a body that ends early', 400, 'malformed-json', (r) => JSON.stringify(r).slice(0, -1)],
  ['B1', 'something behind the body', 400, 'malformed-json', (r) => `${JSON.stringify(r)}{}`],
  ['B1', 'a comment', 400, 'malformed-json', text('{', '{/**/')],
  ['B1', 'a byte order mark', 400, 'malformed-json', (r) => `\ufeff${JSON.stringify(r)}`],
  ['B1', 'NaN', 400, 'malformed-json', text('"content":{', '"content":{"x":NaN,')],
  ['B2', 'a member twice', 400, 'duplicate-key', text('{', '{"id":"x",')],
  ['B2', 'a member twice, once escaped', 400, 'duplicate-key', text('{', '{"\\u0069d":"x",')],
  ['B2', 'a member twice deep inside', 400, 'duplicate-key', text('"subject":{', '"subject":{"name":"x",')],
  ['B3', '49,000 lists in each other', 400, 'json-too-deep', nested('[', ']', 49_000)],
  ['B3', '12,000 objects in each other', 400, 'json-too-deep', nested('{"a":', '}', 12_000)],
  ['B4', 'more than 512 KiB', 413, 'too-large', put('x')('y'.repeat(512 * 1024))],
  ['B4', 'content of more than 256 KiB', 413, 'too-large', put('content', 'circumstances')('y'.repeat(256 * 1024))],
  ['B6', 'half a character', 400, 'invalid-encoding', octets(0xc3, 0x28)],
  ['B6', 'an overlong character', 400, 'invalid-encoding', octets(0xc0, 0xaf)],
  ['B6', 'a surrogate in UTF-8', 400, 'invalid-encoding', octets(0xed, 0xa0, 0x80)],
  ['B7', 'a lone surrogate', 400, 'invalid-text', text('"subject":"', '"subject":"\\ud800')],
  ['B7', 'NUL', 400, 'invalid-text', put('registration', 'subject')(`${CANARY}\0`)],
  ['B8', 'an id in other digits', 400, 'invalid-request', put('caseId')('１1111111-1111-4111-8111-111111111111')],
  ['B8', 'a Cyrillic letter', 400, 'invalid-request', put('to', 0, 'authority')('fk/forsakringskаssan')],
  ['B8', 'a bidi mark', 400, 'invalid-request', put('to', 0, 'function')('\u202ekontroll')],
  ['B9', 'an unknown member', 400, 'unknown-property', put('priority')(CANARY)],
  ['B9', 'an unknown member of a recipient', 400, 'unknown-property', put('to', 0, 'name')(CANARY)],
  ['B9', 'an unknown member of an assessment', 400, 'unknown-property', put('assessments', 0, 'id')(CANARY)],
  ['B9', 'an unknown member of the registration', 400, 'unknown-property', put('registration', 'note')(CANARY)],
  ['B9', 'an unknown field of the content', 422, 'content-invalid', put('content', 'note')(CANARY)],
  ['B9', 'an unknown field deep in the content', 422, 'content-invalid', put('content', 'subject', 'alias')(CANARY)],
  ['B10', '__proto__', 400, 'forbidden-key', text('{', `{"__proto__":{"x":"${CANARY}"},`)],
  ['B10', 'constructor', 400, 'forbidden-key', put('content', 'constructor')({ prototype: CANARY })],
  ['B10', 'toString', 400, 'unknown-property', put('toString')(CANARY)],
  ['B11', 'a text for a recipient', 400, 'invalid-request', put('to', 0)(CANARY)],
  ['B11', 'a list for a basis', 400, 'invalid-request', put('bases', 0)([CANARY])],
  ['B11', 'null for an assessment', 400, 'invalid-request', put('assessments', 0)(null)],
  ...(['requestId', 'facts', 'declarations', 'cooperationDecision', 'assessments'] as const).map((name): Row => [
    'B12',
    `null for ${name}`,
    400,
    'invalid-request',
    put(name)(null),
  ]),
  ['B13', '2^53 + 1', 400, 'number-out-of-range', text('"content":{', '"content":{"x":9007199254740993,')],
  ['B13', '1e400', 400, 'number-out-of-range', text('"content":{', '"content":{"x":1e400,')],
  ['B14', 'a number for a text', 400, 'invalid-request', put('registration', 'diaryNumber')(5417)],
  ['B14', 'a text for a number', 422, 'content-invalid', put('content', 'allowance', 'grantedHoursPerMonth')(CANARY)],
  ['B16', 'a list', 400, 'invalid-request', (r) => [r]],
  ['B16', 'a text', 400, 'invalid-request', () => JSON.stringify(CANARY)],
  ['B16', 'null', 400, 'invalid-request', () => 'null'],
  ['B16', 'nothing', 400, 'invalid-request', () => ''],
  [
    'B42',
    'a mark of security classification',
    422,
    'formal-obstacle',
    put('content', 'circumstances')('Handlingen är HEMLIG.'),
  ],
  ['I8', 'an unknown participant', 422, 'unknown-recipient', put('to', 0, 'authority')(`${CANARY}/x`)],
  ['I8', 'an unknown authority', 422, 'unknown-recipient', put('to', 0, 'authority')(`fk/${CANARY}`)],
  ['I8', 'an unknown function', 422, 'unknown-function', put('to', 0, 'function')(CANARY)],
  ['I8', 'an unknown message type', 422, 'unknown-message-type', put('type')(`${CANARY}/1`)],
  ['I8', 'an unknown version of a type', 422, 'unknown-message-type', put('type')('notice-of-incorrect-payment/99')],
  ['I8', 'an unknown basis', 422, 'unknown-code', put('bases', 0, 'id')(CANARY)],
  ['I8', 'an unknown point', 422, 'unknown-code', put('bases', 0, 'point')(CANARY)],
  ['I8', 'an unknown purpose', 422, 'unknown-code', put('purpose')(CANARY)],
  ['I8', 'an unknown fact', 422, 'unknown-code', put('facts', CANARY)(true)],
  ['I8', 'an unknown crime', 422, 'unknown-code', put('facts', 'crime')(CANARY)],
  [
    'I8',
    'an unknown data category',
    422,
    'content-invalid',
    put('declarations', 'freeText', 'circumstances')([CANARY]),
  ],
  ['I8', 'an unknown item', 422, 'content-invalid', put('declarations', 'freeText', 'alibi')(['income'])],
  ['I8', 'an unknown way of knowing', 422, 'content-invalid', put('declarations', 'known', 'circumstances')(CANARY)],
  ['I8', 'an unknown test', 422, 'assessment-invalid', put('assessments', 0, 'test')(CANARY)],
  ['I8', 'an unknown outcome', 422, 'assessment-invalid', put('assessments', 0, 'outcome')(CANARY)],
  ['I8', 'an unknown office', 422, 'assessment-invalid', put('assessments', 0, 'office')(CANARY)],
  ['I8', 'an assessment of an unknown basis', 422, 'assessment-invalid', put('assessments', 0, 'basis')(CANARY)],
  ['I8', 'an assessment of an unknown item', 422, 'assessment-invalid', put('assessments', 0, 'items')([CANARY])],
  [
    'I8',
    'an assessment for no recipient',
    422,
    'assessment-invalid',
    put('assessments', 0, 'recipient')('skv/skatteverket'),
  ],
  ...(['caseId', 'type', 'to', 'initiative', 'purpose', 'bases', 'content', 'registration'] as const).map(
    (name): Row => ['I8', `no ${name}`, 400, 'invalid-request', without(name)],
  ),
];

describe('(B39) a filter that is written for a database', () => {
  const asked = [
    "after=1.1'%20OR%20'1'='1",
    'after[$gt]=',
    'after=1.1&after=2.2',
    'limit=1;DROP TABLE gateway.referral',
    'limit=1%20UNION%20SELECT%201',
    'limit[$ne]=1',
    'sort=id;--',
    'order[id]=desc',
    'where={"$ne":null}',
    '$where=sleep(5000)',
    '__proto__[x]=1',
    `state=${CANARY}'--`,
    `caseId[$regex]=${CANARY}`,
    `from=2026-01-01T00:00:00Z'%20--${CANARY}`,
  ];

  it.each(['/v1/referrals', '/v1/deliveries', '/v1/waiting', '/v1/incidents', '/v1/events'])(
    'is refused at %s, and its words are not told',
    async (path) => {
      const delge = await TestStack.shared();
      const { system } = permitted();
      const headers = bearer(await delge.sandbox.client(system).accessToken());
      for (const query of asked) {
        const { status, slug, text } = await call(`${delge.sandbox.system(system).gateway}${path}?${query}`, {
          headers,
        });
        expect([query, status]).toEqual([query, 400]);
        expect(['invalid-request', 'unknown-property']).toContain(slug);
        expect(text).not.toContain(CANARY);
      }
    },
  );
});

describe('POST /v1/referrals', () => {
  let delge: TestStack;
  let url: string;
  let token: string;
  const { system } = permitted();
  beforeAll(async () => {
    delge = await TestStack.shared();
    url = `${delge.sandbox.system(system).gateway}/v1/referrals`;
    token = await delge.sandbox.client(system).accessToken();
  });

  const good = (): SubmitReferralDto => {
    const { referral } = permitted();
    return { ...referral, registration: { ...referral.registration, secrecyMark: CANARY } };
  };
  const expectRefused = (answer: Answer, status: number, slug: keyof typeof PROBLEMS): void => {
    expect([answer.status, answer.slug]).toEqual([status, slug]);
    expect(answer.contentType).toMatch(/^application\/problem\+json/);
    const { en, sv } = PROBLEMS[slug];
    expect(JSON.parse(answer.text)).toMatchObject({ type: `/problems/${slug}`, title: en, titleSv: sv, status });
    expect(answer.text).not.toContain(CANARY);
  };
  const expectNothingKept = async (id: string): Promise<void> => {
    expect((await call(`${url}/${id}`, { headers: bearer(token) })).slug).toBe('not-found');
  };

  it.each(rows)('refuses (%s) %s: %i %s', async (_row, _name, status, slug, spoil) => {
    const referral = good();
    const spoilt = spoil(referral);
    const body = Buffer.isBuffer(spoilt) || typeof spoilt === 'string' ? spoilt : JSON.stringify(spoilt);
    const headers = { 'content-type': 'application/json', ...bearer(token) };
    expectRefused(await call(url, { method: 'POST', headers, body }), status, slug);
    await expectNothingKept(referral.id);
  });

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['B5', 'a compressed body', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    [
      'B5',
      'a body said to be compressed by nothing',
      { 'content-type': 'application/json', 'content-encoding': 'identity' },
    ],
    ['B15', 'a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['B15', 'a text', { 'content-type': 'text/plain' }],
    ['B15', 'a JWS', { 'content-type': 'application/jose' }],
    ['B15', 'another charset', { 'content-type': 'application/json; charset=iso-8859-1' }],
    ['B15', 'no media type at all', { 'content-type': '' }],
  ])('refuses (%s) %s by its header: 415', async (_row, _name, headers) => {
    const referral = good();
    const plain = JSON.stringify(referral);
    const request: Call = { method: 'POST', headers: { ...headers, ...bearer(token) }, body: plain };
    const packed = headers['content-encoding'] === 'gzip' ? { ...request, body: gzipSync(plain) } : request;
    expectRefused(await call(url, packed), 415, 'unsupported-media-type');
    await expectNothingKept(referral.id);
  });

  it('takes the referral that all these were made of', async () => {
    expect((await call(url, json(good(), token))).status).toBe(202);
  });
});
