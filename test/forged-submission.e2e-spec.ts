import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { generateKey, localSigner, parseManifest } from '#envelope';
import type { Manifest, Signer } from '#envelope';
import { repainted } from './support/forger.js';
import { FalseGateway } from './support/false-gateway.js';
import type { Made, Model } from './support/false-gateway.js';
import { Parties } from './support/parties.js';
import { TestStack } from './support/stack.js';

jest.setTimeout(120_000);
const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;
const later = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('what a gateway sends that does not keep to the rules', () => {
  let delge: TestStack;
  let parties: Parties;
  let gateway: FalseGateway;
  let model: Model;

  beforeAll(async () => {
    delge = await TestStack.shared();
    parties = new Parties(delge);
    gateway = await FalseGateway.of(delge, parties, 'kommunerna');
    model = await gateway.genuine();
  });
  afterAll(() => gateway.close());

  const made = (change: Partial<Manifest> = {}, signer?: Signer): Promise<Made> => gateway.made(model, change, signer);
  const count = async (table: 'decision' | 'delivery', messageId: string): Promise<number> =>
    (await delge.sql('operator', `SELECT 1 FROM exchange.${table} WHERE message_id = $1`, [messageId])).length;
  const stranger = async (kid?: string): Promise<Signer> => {
    const key = await generateKey('manifest');
    return localSigner(kid === undefined ? key : { ...key, kid });
  };

  it.each<[string, readonly string[], () => Promise<Made>]>([
    [
      'another ciphertext than the manifest names',
      ['CIPHERTEXT_DIGEST'],
      async () => ({
        ...(await made()),
        jwe: model.jwe.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')),
      }),
    ],
    [
      'a seal to a key that is not live',
      ['SEALING_KEY_NOT_LIVE'],
      async () => made({ sealingKey: (await generateKey('sealing')).kid }),
    ],
    [
      "a seal to another recipient's key",
      ['SEALING_KEY_NOT_LIVE'],
      async () => made({ sealingKey: (await parties.sealing('skv/skatteverket')).kid }),
    ],
    [
      "a document of another authority's key",
      ['DOCUMENT_KEY_NOT_LIVE'],
      async () => made({ documentKey: (await parties.documents('linkoping/socialnamnden')).kid }),
    ],
    [
      'a recipient that takes no part',
      ['RECIPIENT_UNKNOWN', 'SEALING_KEY_NOT_LIVE'],
      () => made({ recipient: 'annan/myndigheten' }),
    ],
    [
      'a function that the recipient does not have',
      ['FUNCTION_UNKNOWN'],
      () => made({ recipientFunction: 'generaldirektoren' }),
    ],
    [
      'a time of issue to come',
      ['ISSUED_IN_FUTURE'],
      () => made({ issuedAt: later(10 * MINUTE_MS), expiresAt: later(20 * MINUTE_MS) }),
    ],
    [
      'more than a week to live',
      ['LIFETIME_TOO_LONG'],
      () => made({ issuedAt: later(0), expiresAt: later(WEEK_MS + MINUTE_MS) }),
    ],
    ['claims that nobody can read', ['CLAIMS_MALFORMED'], () => made({ claims: { v: 1, trust: 'me' } })],
    ['claims of another type of message', ['CLAIMS_TYPE'], () => made({ messageType: 'crime-report/1' })],
  ])('with %s is decided deny, %s, and not delivered', async (_, obstacles, make) => {
    const { messageId, ...message } = await make();
    await gateway.send(message);
    const { outcome, verdict } = await gateway.decided(messageId);
    expect([outcome, verdict]).toEqual(['deny', { outcome: 'deny', verification: obstacles }]);
    expect(await count('delivery', messageId)).toBe(0);
  });

  it('and has expired before it came is not decided, and its gateway is told', async () => {
    const { messageId, ...message } = await made({ issuedAt: later(-20 * MINUTE_MS), expiresAt: later(-MINUTE_MS) });
    await gateway.send(message);
    const notice = await gateway.noticed('a notice of expiry', (told) => told.messageId === messageId);
    expect([notice.kind, notice.attempt]).toEqual(['expired', 1]);
    expect([await count('decision', messageId), await count('delivery', messageId)]).toEqual([0, 0]);
  });

  it.each<[string, string, () => Promise<Made>]>([
    ['signed with a key that nobody enrolled', 'manifest-key', async () => made({}, await stranger())],
    ["signed with another gateway's key", 'manifest-key', async () => made({}, await parties.gateway('rattsvasendet'))],
    [
      "signed under the id of the gateway's key with another",
      'manifest-signature',
      async () => made({}, await stranger(gateway.signer.kid)),
    ],
    [
      'changed after it was signed',
      'manifest-signature',
      async () => {
        const one = await made();
        const manifest = repainted(one.manifest, (members) => ({ ...members, recipient: 'skv/skatteverket' }));
        return { ...one, manifest };
      },
    ],
    [
      'in the name of another gateway, with its key',
      'account-mismatch',
      async () => made({ gateway: 'rattsvasendet' }, await parties.gateway('rattsvasendet')),
    ],
    ['for an authority that another gateway hosts', 'not-hosted', () => made({ sender: 'fk/forsakringskassan' })],
    ['for an authority that takes no part', 'not-hosted', () => made({ sender: 'annan/namnden' })],
    ['for another environment', 'environment', () => made({ env: 'production' })],
    [
      "with a length that is not the ciphertext's",
      'length-mismatch',
      async () => {
        const { jwe } = parseManifest(model.manifest).manifest;
        return made({ jwe: { ...jwe, length: jwe.length + 1 } });
      },
    ],
    [
      'under an id that stands for another message',
      'id-reuse',
      () => made({ messageId: model.messageId, caseId: randomUUID() }),
    ],
    ['as second attempt without a first', 'attempt-out-of-order', () => made({ attempt: 2 })],
    [
      'as second attempt of what has been received',
      'attempt-out-of-order',
      () => made({ messageId: model.messageId, attempt: 2 }),
    ],
    [
      'with a manifest that nobody can read',
      'manifest-unreadable',
      async () => ({ ...(await made()), manifest: 'a.b.c' }),
    ],
  ])('%s is set aside: %s', async (_, reason, make) => {
    const { messageId, ...message } = await make();
    const before = await count('decision', messageId);
    await gateway.send(message);
    const aside = await gateway.aside(message);
    expect([aside.reason, aside.gateway]).toEqual([reason, 'kommunerna']);
    expect(aside.notice).toMatchObject({ kind: 'quarantined', reason });
    expect(await count('decision', messageId)).toBe(before);
  });

  it.each<[string, string, string | undefined, () => Buffer]>([
    ['empty', 'malformed', 'message.submitted.v1', () => Buffer.alloc(0)],
    ['not JSON', 'malformed', 'message.submitted.v1', () => Buffer.from(`{{{${randomUUID()}`)],
    [
      'not UTF-8',
      'malformed',
      'message.submitted.v1',
      () => Buffer.of(0x7b, 0xff, 0xfe, ...randomUUID().slice(0, 8).split('').map(Number), 0x7d),
    ],
    [
      'nested without end',
      'malformed',
      'message.submitted.v1',
      () => Buffer.from('{"a":'.repeat(60_000) + randomUUID()),
    ],
    [
      'one member twice',
      'malformed',
      'message.submitted.v1',
      () => Buffer.from(`{"manifest":"${model.manifest}","manifest":"${model.manifest}","jwe":"${model.jwe}"}`),
    ],
    [
      'with a member that nobody knows',
      'malformed',
      'message.submitted.v1',
      () => Buffer.from(JSON.stringify({ manifest: model.manifest, jwe: model.jwe, permit: randomUUID() })),
    ],
    [
      'of a type that nobody knows',
      'unknown-type',
      'message.submitted.v9',
      () => Buffer.from(JSON.stringify({ id: randomUUID() })),
    ],
    [
      "of a type that is another direction's",
      'unknown-type',
      'delivery.released.v1',
      () => Buffer.from(JSON.stringify({ id: randomUUID() })),
    ],
    ['of no type', 'unknown-type', undefined, () => Buffer.from(JSON.stringify({ id: randomUUID() }))],
  ])('and is %s is set aside: %s', async (_, reason, type, make) => {
    const body = make();
    await gateway.publish(type, body);
    const aside = await gateway.aside(body);
    expect([aside.reason, aside.gateway]).toEqual([reason, 'kommunerna']);
    expect(aside.notice).toMatchObject({ kind: 'quarantined', reason });
  });

  it('without an AMQP id is handled by what it says, and without an account it is set aside unsaid', async () => {
    const [unnamed, unknown] = [Buffer.from(`[${randomUUID()}`), Buffer.from(`[${randomUUID()}`)];
    await gateway.publish('message.submitted.v1', unnamed, { messageId: undefined });
    expect(await gateway.aside(unnamed)).toMatchObject({ reason: 'malformed', gateway: 'kommunerna' });
    await gateway.publish('message.submitted.v1', unknown, { userId: undefined });
    expect(await gateway.aside(unknown)).toEqual({ reason: 'no-user-id', gateway: null });
  });

  it('does not keep what is behind it from going on', async () => {
    for (let nth = 0; nth < 40; nth += 1)
      await gateway.publish('message.submitted.v1', Buffer.from(`{${randomUUID()}`));
    const { messageId, decision } = await gateway.genuine();
    expect([decision.messageId, decision.outcome]).toEqual([messageId, 'permit']);
  });
});
