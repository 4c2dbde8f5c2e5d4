import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DelgeClient } from '#client';
import type { SubmitReferralDto } from '#contracts';
import { generateKey, importPrivate, localSigner, signErasureDecision } from '#envelope';
import { canonicalBytes } from '#json';
import { SignJWT, importJWK } from 'jose';
import { randomUUID } from 'node:crypto';
import { keyFiles, open, readKey } from '../tools/sandbox/keys.js';
import { bearer } from './support/http.js';
import { faultOfAnswer, publishedRequests } from './support/published.js';
import type { Change, Published } from './support/published.js';
import { TestStack, eventually } from './support/stack.js';
import { NOBODY, Things, askAs } from './support/things.js';

jest.setTimeout(60_000);
const TRAVEL_MS = 30_000;
/** Whose the examples are, and to whom they send. */
const SENDER = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';
const ADMINISTRATOR = 'administrator';
const TRIES = 10;

const requests = publishedRequests();
/** The published example of a referral, as another one. */
const referral = (): SubmitReferralDto => {
  const { init } = requests.find(({ name }) => name === 'POST /v1/referrals') ?? {};
  return { ...(JSON.parse(init?.body ?? '') as SubmitReferralDto), id: randomUUID(), caseId: randomUUID() };
};

let delge: TestStack;
let things: Things;
let sender: DelgeClient;
let recipient: DelgeClient;
const webhooks: string[] = [];
const orders: string[] = [];
beforeAll(async () => {
  delge = await TestStack.shared();
  things = new Things(delge);
  [sender, recipient] = [delge.sandbox.client(SENDER), delge.sandbox.client(RECIPIENT)];
});
afterAll(async () => {
  for (const id of webhooks) await sender.webhooks.remove(id);
  // Else it grants what other specs ask for.
  for (const id of orders) await sender.subscriptions.endStandingOrder(id);
});

/** What an example is about, made for it, and who asks; it is the sender unless it is said. */
type Made = Change & { readonly as?: string };
const id = (made: string): Made => ({ inPath: { id: made } });

const draft = async (): Promise<Made> => {
  const { assessments: [, ...others] = [], ...rest } = referral();
  const { id: made, state } = await sender.submit({ ...rest, assessments: others });
  if (state !== 'awaiting-assessment') throw new Error(state);
  return id(made);
};
const delivered = async (): Promise<{ readonly referral: SubmitReferralDto; readonly messageId: string }> => {
  const sent = referral();
  return { referral: sent, messageId: await things.sent({ system: SENDER, referral: sent }) };
};
const deliveredReferral = async (): Promise<Made> => id((await delivered()).referral.id);
const delivery = async (): Promise<Made> => ({ as: RECIPIENT, ...id((await delivered()).messageId) });
/** Taken back by its sender, as its recipient knows by now. */
const retracted = async (): Promise<Made> => {
  const { referral: sent, messageId } = await delivered();
  await sender.retract(sent.id, { reason: 'wrong-information' });
  await eventually('the retraction', TRAVEL_MS, async () => (await recipient.delivery(messageId)).retracted);
  return { as: RECIPIENT, ...id(messageId) };
};
const ownCase = async (): Promise<Made> => {
  const made = randomUUID();
  await sender.cases.put(made, { type: 'personal-assistance', title: 'Assistans' });
  return id(made);
};
const ANY = { headers: { 'If-Match': '*' } } as const;
const webhook = async (): Promise<Made> => {
  const made = randomUUID();
  await sender.webhooks.put(made, NOBODY);
  webhooks.push(made);
  return id(made);
};
const newestEvent = async (): Promise<string> => {
  await things.sent({ system: SENDER, referral: referral() });
  const { items } = await sender.events({ since: new Date(Date.now() - 60_000).toISOString(), limit: '1' });
  return items[0]?.id ?? '';
};
/** Its time, in the body. */
const now = () => ({ at: new Date().toISOString() });
const owned = async (kind: string): Promise<Made> => {
  const thing = await things.of(kind);
  const { attachmentId } = thing;
  return { as: thing.owner, inPath: { id: thing.id, ...(attachmentId === undefined ? {} : { attachmentId }) } };
};
const ofStatement = async (
  typ: 'delge-system+jws' | 'delge-staff+jws',
  said: (made: string) => object,
): Promise<Made> => {
  const made = randomUUID();
  const key = readKey(keyFiles(delge.sandbox.dir).participant('linkoping', ADMINISTRATOR));
  const statement = { v: 1, env: 'sandbox', authority: SENDER, at: new Date().toISOString(), ...said(made) };
  const signer = localSigner(await importPrivate(key, ADMINISTRATOR));
  return { ...id(made), body: await signer.sign(typ, canonicalBytes(statement as never)) };
};
/** As wide as it is now. */
const tile = async (log: 'disclosure' | 'keys'): Promise<Made> => {
  const size = Number((await sender.checkpoint(log)).split('\n')[1]);
  return { inPath: { path: size >= 256 ? '0/000' : `0/000.p/${size}` } };
};

/** Of each example that is about something: that it is there. Of the others nothing is changed. */
const making: Readonly<Record<string, () => Promise<Made>>> = {
  // The key is the system's own.
  'POST /oauth2/token': async () => {
    const { gateway, system, keyFile } = delge.sandbox.system(SENDER);
    const key = readKey(keyFile);
    const client_assertion = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: key.kid ?? '' })
      .setIssuer(system)
      .setSubject(system)
      .setAudience(`${gateway}/oauth2/token`)
      .setIssuedAt()
      .setExpirationTime('2m')
      .sign(await importJWK(key, 'ES256'));
    return { body: { client_assertion } };
  },
  // The keys are the administrator's.
  'PUT /v1/systems/{id}': async () => {
    const { privateJwk } = await generateKey('system');
    return ofStatement('delge-system+jws', (system) => ({ system, key: open(privateJwk) }));
  },
  'PUT /v1/staff/{id}': () =>
    ofStatement('delge-staff+jws', (staff) => ({
      ...{ staff, issuer: `${delge.stack.url('identity')}/linkoping`, subject: `${staff}@2120000449` },
      ...{ officer: `LKP-ON-${staff}`, office: 'handlaggare', mandate: 'delegation', scopes: [], ended: false },
    })),
  'POST /v1/erasures': async () => {
    const { messageId } = await delivered();
    const { env, authority, caseId, openings } = await sender.erasure(messageId);
    const key = readKey(keyFiles(delge.sandbox.dir).participant('linkoping', ADMINISTRATOR));
    const decision = { v: 1, decisionId: randomUUID(), env, authority, messageId, caseId, openings } as const;
    const signer = localSigner(await importPrivate(key, ADMINISTRATOR));
    return { body: await signErasureDecision(signer, { ...decision, at: new Date().toISOString() }) };
  },

  'POST /v1/attachments': async () => ({ body: { id: randomUUID() } }),
  'GET /v1/attachments/{id}': () => owned('attachments'),
  'PATCH /v1/attachments/{id}': async () => {
    const made = randomUUID();
    const file = { id: made, name: 'a.pdf', mediaType: 'application/pdf', length: '%PDF-1.7'.length } as const;
    await askAs(delge, SENDER, 'POST', '/v1/attachments', { ...file, malware: { finding: 'not-scanned' } });
    return id(made);
  },

  'PUT /v1/cases/{id}': async () => id(randomUUID()),
  'GET /v1/cases/{id}': ownCase,
  'POST /v1/cases/{id}/messages': async () => ({
    ...(await ownCase()),
    body: { messageId: (await delivered()).messageId },
  }),
  'POST /v1/cases/{id}/links': ownCase,
  'PUT /v1/cases/{id}/closing': ownCase,
  'DELETE /v1/cases/{id}/title': ownCase,
  'GET /v1/cases/{id}/timeline': async () => ({ ...(await ownCase()), query: { after: await newestEvent() } }),
  'GET /v1/cases/{id}/roster': ownCase,
  'POST /v1/cases/{id}/sheet': ownCase,

  'GET /v1/deliveries/{id}': delivery,
  'GET /v1/deliveries/{id}/attachments/{attachmentId}': () => owned('deliveries'),
  'POST /v1/deliveries/{id}/receipts': delivery,
  'PUT /v1/deliveries/{id}/handling': delivery,
  'POST /v1/deliveries/{id}/acknowledgement': retracted,
  'GET /v1/received-cases/{id}': () => owned('received-cases'),

  'GET /v1/messages/{id}/erasure': async () => id((await delivered()).messageId),
  'GET /v1/messages/{id}/evidence': async () => {
    const { messageId } = await delivered();
    return { ...id(messageId), query: { since: (await sender.checkpoint('disclosure')).split('\n')[1] ?? '' } };
  },
  'GET /v1/logs/disclosure/tile/{path}': () => tile('disclosure'),
  'GET /v1/logs/keys/tile/{path}': () => tile('keys'),

  'GET /v1/events': async () => ({ query: { after: await newestEvent() } }),
  'GET /v1/events/stream': async () => ({ headers: { 'Last-Event-ID': await newestEvent() } }),
  'POST /v1/events/acknowledgement': async () => ({ body: { through: await newestEvent() } }),

  'GET /v1/incidents/{id}': () => owned('incidents'),
  // Nobody can have told of it before there was one.
  'POST /v1/incidents/{id}/close': async () => ({
    ...(await owned('incidents')),
    body: now(),
  }),

  'POST /v1/recorded-disclosures': async () => ({ body: { id: randomUUID(), caseId: randomUUID() } }),
  'GET /v1/recorded-disclosures/{id}': () => owned('recorded-disclosures'),
  'POST /v1/recorded-requests': async () => ({ body: { id: randomUUID() } }),
  'DELETE /v1/recorded-requests/{id}': () => owned('recorded-requests'),
  // Of a request that was made before.
  'PUT /v1/recorded-requests/{id}/demand': async () => ({ ...(await owned('recorded-requests')), body: now() }),
  'PUT /v1/recorded-requests/{id}/decision': async () => ({ ...(await owned('recorded-requests')), body: now() }),
  'GET /v1/requests/{id}': () => owned('requests'),
  'POST /v1/requests/{id}/refusal': () => owned('requests'),

  'POST /v1/referrals': async () => ({ body: referral() }),
  'GET /v1/referrals/{id}': deliveredReferral,
  'POST /v1/referrals/{id}/assessments': draft,
  'POST /v1/referrals/{id}/withdrawal': draft,
  'POST /v1/referrals/{id}/retraction': deliveredReferral,
  'GET /v1/referrals/{id}/corrections': deliveredReferral,
  'POST /v1/referrals/{id}/corrections': async () => ({ ...(await deliveredReferral()), body: { id: randomUUID() } }),
  'POST /v1/referrals/{id}/given-another-way': async () => id((await sender.submit(referral())).id),

  'PUT /v1/subscriptions/{id}': () => owned('subscriptions'),
  'POST /v1/subscriptions/{id}/backfill': () => owned('subscriptions'),
  'PUT /v1/standing-orders/{id}': async () => {
    const made = randomUUID();
    orders.push(made);
    return id(made);
  },
  'DELETE /v1/standing-orders/{id}': () => owned('standing-orders'),

  // The test's gateway sends nowhere else; and what is sent meanwhile has another tag.
  'PUT /v1/webhooks/{id}': async () => ({ ...(await webhook()), ...ANY, body: { url: NOBODY } }),
  'GET /v1/webhooks/{id}': webhook,
  'DELETE /v1/webhooks/{id}': async () => ({ ...(await webhook()), ...ANY }),
  'GET /v1/webhooks/{id}/attempts': webhook,
  'POST /v1/webhooks/{id}/test': webhook,
  // A replay goes back thirty days.
  'POST /v1/webhooks/{id}/replay': async () => ({
    ...(await webhook()),
    body: { since: new Date(Date.now() - 60_000).toISOString() },
  }),
  'POST /v1/webhooks/{id}/rotation': webhook,
};
/** What may have been released before it is asked for: then it is asked of another. */
const RACING: Readonly<Record<string, string>> = { 'POST /v1/referrals/{id}/given-another-way': '/problems/too-late' };

const ask = async (as: string, path: string, init: Published['init'], needsToken = true): Promise<Response> => {
  const token = needsToken ? bearer(await delge.sandbox.client(as).accessToken()) : {};
  return fetch(`${delge.sandbox.system(as).gateway}${path}`, { ...init, headers: { ...init.headers, ...token } });
};
const answered = async (one: Published): Promise<Response> => {
  for (let left = TRIES; ; left -= 1) {
    const { as = SENDER, ...change } = (await making[one.name]?.()) ?? {};
    const { url, init } = one.changed(change);
    const response = await ask(as, url, init, one.needsToken);
    const lost = RACING[one.name];
    if (lost === undefined || response.status !== 409 || left === 0) return response;
    const { type } = (await response.clone().json()) as { readonly type: string };
    if (type !== lost) return response;
  }
};

describe('an example of a request', () => {
  it('that needs something to be there is one that is published', () => {
    const names = requests.map(({ name }) => name);
    expect(Object.keys(making).filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(requests.map((one): [string, Published] => [one.name, one]))('goes well at %s', async (_, one) => {
    const response = await answered(one);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    expect(await faultOfAnswer(one, response)).toBe('');
  });
});
