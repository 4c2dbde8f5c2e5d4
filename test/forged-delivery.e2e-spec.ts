import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { DeliveryReleasedV1 } from '#contracts';
import { parseDeliveryReleasedV1, parseReceiptSignedV1 } from '#contracts';
import { parseManifest, parseReceipt, verifyReceipt } from '#envelope';
import { IN_EXCHANGE, gatewayRoutingKey } from '#messaging';
import { Interception, Tap } from './support/broker.js';
import { FORGERIES } from './support/forgeries.js';
import { Forger } from './support/forger.js';
import { Parties } from './support/parties.js';
import { TestStack, eventually, permitted, problemOf } from './support/stack.js';

jest.setTimeout(120_000);
const GATEWAY = 'myndigheterna';
const SETTLED_MS = 60_000;

interface Genuine {
  readonly system: string;
  readonly referral: string;
  readonly recipient: string;
  readonly messageId: string;
  readonly delivery: DeliveryReleasedV1;
}

describe('a delivery that a hostile broker, or an exchange that turned, puts into the queue of a gateway', () => {
  let delge: TestStack;
  let parties: Parties;
  let between: Interception;
  let receipts: Tap;
  let forger: Forger;

  beforeAll(async () => {
    delge = await TestStack.shared();
    parties = new Parties(delge);
    forger = await Forger.create(parties, 'kommunerna');
    between = await Interception.of(delge, GATEWAY);
    receipts = await Tap.on(delge, IN_EXCHANGE, gatewayRoutingKey(GATEWAY));
  });
  afterAll(async () => {
    await between.end();
    await receipts.close();
  });

  /** Submits a referral; its delivery, permitted, signed, logged and proven, comes here and not to its recipient. */
  const genuine = async (): Promise<Genuine> => {
    const { system, recipient, referral } = permitted();
    const messageId = (await delge.sandbox.client(system).submit(referral)).recipients[0]?.messageId ?? '';
    const delivery = await between.tap.next(messageId, ({ type, body }) => {
      if (type !== 'delivery.released.v1') return undefined;
      const released = parseDeliveryReleasedV1(body);
      return parseManifest(released.manifest).manifest.messageId === messageId ? released : undefined;
    });
    return { system, referral: referral.id, recipient, messageId, delivery };
  };

  /** The receipt that the gateway signed for it, verified, as the exchange gets it. */
  const receiptOf = async (messageId: string) => {
    const text = await receipts.next(`a receipt for ${messageId}`, ({ body }) => {
      const { receipt } = parseReceiptSignedV1(body);
      return parseReceipt(receipt).receipt.messageId === messageId ? receipt : undefined;
    });
    return verifyReceipt(text, await parties.gatewayKey(GATEWAY));
  };
  const stored = async (messageId: string): Promise<number> => {
    const rows = await delge.sql(GATEWAY, `SELECT 1 FROM gateway.delivery WHERE message_id = $1`, [messageId]);
    return rows.length;
  };
  const seenBy = (recipient: string, messageId: string): Promise<string> =>
    problemOf(delge.sandbox.client(recipient).delivery(messageId));

  /** What the gateway's receipts for it say, as the log has them. */
  const told = async (messageId: string): Promise<readonly string[]> => {
    const rows = await delge.sql<{ kind: string }>(
      'operator',
      `SELECT kind FROM exchange.receipt WHERE message_id = $1 ORDER BY at`,
      [messageId],
    );
    return rows.map(({ kind }) => kind);
  };
  /** A gateway takes some at once: one that was put in later and is through says that nothing in hand waits for it. */
  const afterwards = async (): Promise<void> => {
    for (let nth = 0; nth < 2; nth += 1) {
      const { system, referral, delivery } = await genuine();
      await between.put('delivery.released.v1', delivery);
      await delge.settled(system, referral, ['fetched'], SETTLED_MS);
    }
  };

  it.each(FORGERIES)('%s is rejected: %s', async (_, reason, forge) => {
    const [one, other] = await Promise.all([genuine(), genuine()]);
    const forgery = await forge(one.delivery, other.delivery, forger);
    expect(forgery).not.toEqual(one.delivery);
    const { messageId, recipient } = parseManifest(forgery.manifest).manifest;
    await between.put('delivery.released.v1', forgery);
    const receipt = await receiptOf(messageId);
    expect([receipt.kind, receipt.reason, receipt.by]).toEqual(['rejected', reason, recipient]);
    expect(await stored(messageId)).toBe(0);
    expect(await seenBy(recipient, messageId)).toBe('not-found');
  });

  it('is told to its sender as rejected, and stays rejected when the genuine one comes after it', async () => {
    const { system, referral, recipient, messageId, delivery } = await genuine();
    await between.put('delivery.released.v1', { ...delivery, proof: '' });
    const [message] = await delge.settled(system, referral, ['rejected'], SETTLED_MS);
    expect(message?.receipts.map(({ kind, reason }) => [kind, reason])).toEqual([['rejected', 'proof-missing']]);
    await between.put('delivery.released.v1', delivery);
    await afterwards();
    expect(await stored(messageId)).toBe(0);
    expect(await seenBy(recipient, messageId)).toBe('not-found');
    expect(await told(messageId)).toEqual(['rejected']);
  });

  it('changes nothing when it was made up under an id whose genuine delivery comes after it', async () => {
    const { system, referral, recipient, messageId, delivery } = await genuine();
    await between.put(
      'delivery.released.v1',
      await forger.decided(delivery, (same) => ({ ...same, entryId: randomUUID(), outcome: 'deny' })),
    );
    expect((await receiptOf(messageId)).reason).toBe('not-permitted');
    await between.put('delivery.released.v1', delivery);
    await delge.settled(system, referral, ['fetched'], SETTLED_MS);
    expect(await seenBy(recipient, messageId)).toBe('none');
    expect(await told(messageId)).toEqual(['technical']);
  });

  it('has one effect as the genuine one, however often and beside whatever forgery it comes', async () => {
    const { system, referral, messageId, delivery } = await genuine();
    for (let nth = 0; nth < 5; nth += 1) await between.put('delivery.released.v1', delivery);
    await delge.settled(system, referral, ['fetched'], SETTLED_MS);
    for (const again of [delivery, { ...delivery, proof: '' }, { ...delivery, deliveryNumber: 4711 }])
      await between.put('delivery.released.v1', again);
    await afterwards();
    expect(await stored(messageId)).toBe(1);
    expect(await told(messageId)).toEqual(['technical']);
  });

  it.each<[string, (one: Genuine) => { readonly gateway?: string; readonly body: object | Buffer }]>([
    [
      'in the queue of a gateway that does not host its recipient',
      ({ delivery }) => ({ gateway: 'rattsvasendet', body: delivery }),
    ],
    ['without a manifest that can be read', ({ delivery }) => ({ body: { ...delivery, manifest: 'a.b.c' } })],
    ['without a decision that can be read', ({ delivery }) => ({ body: { ...delivery, decision: delivery.manifest } })],
    ['with a member that nobody knows', ({ delivery }) => ({ body: { ...delivery, trusted: true } })],
    ['as junk', () => ({ body: Buffer.from(`{{${randomUUID()}`) })],
  ])('%s binds nobody: it is set aside, with the reason', async (_, forge) => {
    const one = await genuine();
    const { gateway = GATEWAY, body } = forge(one);
    await between.put('delivery.released.v1', body, gateway);
    const bytes = body instanceof Buffer ? body : Buffer.from(JSON.stringify(body));
    const aside = await eventually('set aside', SETTLED_MS, async () => {
      const rows = await delge.sql<{ queue: string; reason: string }>(
        'operator',
        `SELECT queue, reason FROM exchange.quarantine WHERE body = $1`,
        [bytes],
      );
      return rows[0];
    });
    expect(aside).toEqual({ queue: `gw.${gateway}.in`, reason: 'refused-by-gateway' });
    expect(await stored(one.messageId)).toBe(0);
    // The genuine one is as welcome as before.
    await between.put('delivery.released.v1', one.delivery);
    await delge.settled(one.system, one.referral, ['fetched'], SETTLED_MS);
  });
});
