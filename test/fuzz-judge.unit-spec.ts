import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { OPERATIONS } from './fuzz/api.js';
import { Judge, isForbidden } from './fuzz/judge.js';
import { Refused } from './fuzz/refused.js';
import type { FuzzRequest } from './fuzz/requests.js';
import type { Heard } from './fuzz/send.js';

const CANARY = 'Kanarie0q1f';
const theirs = randomUUID();
const other = randomUUID();
const judge = new Judge(CANARY, { ids: { webhooks: [theirs] }, examples: {}, staffExamples: {} });

const operationOf = (name: string): FuzzRequest['operation'] => {
  const found = OPERATIONS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`nothing described as ${name}`);
  return found;
};
const asked = (name: string, change: Partial<FuzzRequest> = {}, body?: unknown): FuzzRequest => ({
  operation: operationOf(name),
  who: 'owner',
  target: '/',
  path: {},
  query: [],
  headers: [],
  flaws: [],
  ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  ...change,
});
const heard = (status: number, type = '', more: object = {}): Heard => {
  const body = type === '' ? '' : JSON.stringify({ type: `/problems/${type}`, status, ...more });
  return { status, contentType: type === '' ? 'application/json' : 'application/problem+json', text: body, body };
};
const acknowledging = (body?: unknown, change?: Partial<FuzzRequest>): FuzzRequest =>
  asked('POST /v1/events/acknowledgement', change, body);
const good = { through: randomUUID() };
const hook = (who: FuzzRequest['who']): FuzzRequest => asked('GET /v1/webhooks/{id}', { who, path: { id: theirs } });

describe('what the description forbids', () => {
  it.each<[string, FuzzRequest]>([
    ['another type', acknowledging({ through: 1 })],
    ['a member that it does not name', acknowledging({ ...good, x: 1 })],
    ['no body', acknowledging()],
    ['a flaw', acknowledging(good, { flaws: ['duplicate key'] })],
    ['what is no HTTP', acknowledging(good, { wire: 'two hosts' })],
    ['an id that is none', asked('GET /v1/webhooks/{id}', { path: { id: 'x' } })],
    ['a number that is none', asked('GET /v1/events', { query: [['limit', '0x10']] })],
    ['a number beyond its bounds', asked('GET /v1/events', { query: [['limit', '201']] })],
    ['a parameter that is not there', asked('GET /v1/events', { query: [['x', '1']] })],
    [
      'a parameter twice',
      asked('GET /v1/events', {
        query: [
          ['limit', '1'],
          ['limit', '1'],
        ],
      }),
    ],
    ['a header that is missing', asked('PATCH /v1/attachments/{id}', { path: { id: theirs } })],
  ])('is %s: accepted, it is a fault', (_, request) => {
    expect(isForbidden(request)).toBe(true);
    expect(judge.judge(request, heard(200))).toEqual({ fault: 'accepted, though it is forbidden' });
    expect(judge.judge(request, heard(400, 'invalid-request'))).toBe('refused');
  });

  it('is not what it allows', () => {
    for (const request of [acknowledging(good), asked('GET /v1/events', { query: [['limit', '200']] })]) {
      expect(isForbidden(request)).toBe(false);
      expect(judge.judge(request, heard(200))).toBe('accepted');
    }
  });
});

describe('an answer', () => {
  it('to a stranger about a file of its own, under the id of another thing, is none of a fault', () => {
    const of = new Judge(CANARY, {
      ids: { messages: [theirs], attachments: [other] },
      examples: {},
      staffExamples: {},
    });
    const file = (id: string): FuzzRequest => asked('GET /v1/attachments/{id}', { who: 'stranger', path: { id } });
    expect(of.judge(file(theirs), heard(200))).toBe('accepted');
    expect(of.judge(file(other), heard(200))).toEqual({ fault: 'accepted from a stranger' });
  });

  it('to staff is as one to a system, where the operation is theirs too and says who the officer is', () => {
    const body = { reason: 'not-disclosed' };
    const refusing = (who: FuzzRequest['who'], said: object): FuzzRequest =>
      asked('POST /v1/requests/{id}/refusal', { who, path: { id: other } }, said);
    expect(judge.judge(refusing('staff', body), heard(202))).toBe('accepted');
    expect(judge.judge(refusing('owner', body), heard(202))).toHaveProperty('fault');
    expect(judge.judge(refusing('staff', { ...body, officer: 1 }), heard(202))).toHaveProperty('fault');
    expect(judge.judge(refusing('staff', body), heard(401, 'unauthenticated'))).toHaveProperty('fault');
    expect(judge.judge(hook('staff'), heard(200))).toEqual({ fault: 'accepted from staff' });
    expect(judge.judge(hook('staff'), heard(401, 'unauthenticated'))).toBe('refused');
  });

  it('of a reason that is stated is none of a fault, and every other of 5xx is', () => {
    expect(judge.judge(acknowledging(good), heard(503, 'busy'))).toBe('told to wait');
    expect(judge.judge(acknowledging(good), heard(429, 'rate-limited'))).toBe('told to wait');
    for (const answer of [heard(500, 'internal'), heard(503, 'internal'), heard(503), heard(500, 'busy'), heard(502)])
      expect(judge.judge(acknowledging(good), answer)).toHaveProperty('fault');
  });

  it.each<[string, FuzzRequest, Heard]>([
    ['to nobody', hook('nobody'), heard(200)],
    ['to a forger', hook('forged'), heard(200)],
    ['to a stranger', hook('stranger'), heard(200)],
    ['with what was sent', acknowledging(good), heard(400, 'invalid-request', { path: `/${CANARY}` })],
    ['with what was sent, of one who shall wait', acknowledging(good), heard(503, 'busy', { path: `/${CANARY}` })],
    ['of a code that nobody knows', acknowledging(good), heard(400, 'strange')],
    ['of a status that is not described', acknowledging(good), heard(402, 'invalid-request')],
    ['that is no problem', acknowledging(good), heard(400)],
    ['that refuses a good token', acknowledging(good), heard(401, 'unauthenticated')],
    ['that leads elsewhere', acknowledging(good), heard(302)],
    ['that does not come', acknowledging(good), heard(0)],
  ])('%s is a fault', (_, request, answer) => {
    expect(judge.judge(request, answer)).toHaveProperty('fault');
  });
});

describe('a referral that was refused for its form', () => {
  const submitting = (id: string): FuzzRequest => asked('POST /v1/referrals', {}, { id });

  it('is one that nobody may find afterwards', () => {
    const refused = new Refused();
    refused.heard(submitting(other), 400);
    expect(refused.ids).toEqual([other]);
  });

  it('is none of these where another request took its id, before or after', () => {
    const refused = new Refused();
    refused.heard(submitting(theirs), 202);
    refused.heard(submitting(theirs), 400);
    refused.heard(submitting(other), 400);
    refused.heard(submitting(other), 422);
    expect(refused.ids).toEqual([]);
  });

  it('is none of these where the run itself had submitted one under its id', () => {
    const refused = new Refused();
    refused.submitted([theirs]);
    refused.heard(submitting(theirs), 400);
    expect(refused.ids).toEqual([]);
  });
});
