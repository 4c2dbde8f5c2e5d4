import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseReceiptSignedV1 } from '#contracts';
import type { DeliveryReleasedV1 } from '#contracts';
import { parseDecision, parseReceipt, sha256Base64url, verifyReceipt } from '#envelope';
import type { Decision, PrivateKey, Receipt } from '#envelope';
import { MemoryDeliveryStore, aGateway, aWorld, anExchange, example, forged, outcomeOf, sealed } from '#testing';
import type { Sealed, TestExchange, TestGateway, World } from '#testing';
import { clockOf, takenUpBy } from '../domain/deadlines.js';
import { ReceiveDelivery } from './receive-delivery.js';

const AUTHORITY = 'fk/forsakringskassan';

let world: World;
let exchange: TestExchange;
let gateway: TestGateway;
let genuine: Sealed;
let delivery: DeliveryReleasedV1;
let store: MemoryDeliveryStore;
let receive: ReceiveDelivery;

const receiving = (crash: (point: string) => void = () => undefined): ReceiveDelivery =>
  new ReceiveDelivery(gateway.verify, store, gateway.keys, world.environment, world.newId, world.clock.now, crash);

beforeAll(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  gateway = await aGateway(world, 'myndigheterna');
  genuine = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
  delivery = await exchange.release(genuine);
});

beforeEach(() => {
  store = new MemoryDeliveryStore();
  receive = receiving();
});

const receipts = async (): Promise<readonly Receipt[]> =>
  Promise.all(
    store.outbox.map(async ({ type, body }) => {
      expect(type).toBe('receipt.signed.v1');
      return verifyReceipt(parseReceiptSignedV1(body).receipt, world.keys.manifests['myndigheterna'] as PrivateKey);
    }),
  );
/** The message sealed once more, as its sender's gateway would. */
const secondAttempt = async (): Promise<DeliveryReleasedV1> => {
  const attempt = { attempt: 2 };
  const submitted = await forged(world, genuine, {
    context: (context) => ({ ...context, ...attempt }),
    manifest: (manifest) => ({ ...manifest, ...attempt }),
  });
  return exchange.release(submitted);
};

describe('a genuine delivery', () => {
  it('is stored, and receipted by the gateway for exactly this ciphertext', async () => {
    expect(await receive.execute(delivery)).toMatchObject({ outcome: 'received', authority: AUTHORITY });
    const { messageId, jweSha256 } = genuine.message;
    const { decision } = parseDecision(delivery.decision);
    const { type } = genuine.referral;
    expect(await store.find(AUTHORITY, messageId)).toMatchObject({
      attempt: 1,
      sender: 'linkoping/omsorgsnamnden',
      deliveryNumber: delivery.deliveryNumber,
      takenUpBy: takenUpBy(type, clockOf(decision), new Date(decision.decidedAt)),
      jweSha256,
      detail: { content: genuine.referral.content, proof: delivery.proof },
    });
    const documentSha256 = sha256Base64url(genuine.message.detail.document ?? '');
    expect(await receipts()).toMatchObject([
      { kind: 'technical', by: AUTHORITY, messageId, jweSha256, documentSha256, attempt: 1 },
    ]);
  });

  it('has one effect however often it comes, also at the same time', async () => {
    await Promise.all([receive.execute(delivery), receiving().execute(delivery), receive.execute(delivery)]);
    expect(await receive.execute(delivery)).toMatchObject({ outcome: 'known' });
    expect(store.deliveries.size).toBe(1);
    expect(store.outbox).toHaveLength(1);
  });

  it('is neither changed nor answered by what comes later under its id, and be it forged', async () => {
    await receive.execute(delivery);
    const before = await store.find(AUTHORITY, genuine.message.messageId);
    expect(await receive.execute({ ...delivery, proof: '' })).toMatchObject({ outcome: 'known' });
    const other = await exchange.release(await forged(world, genuine, {}));
    expect(await receive.execute(other)).toMatchObject({ outcome: 'known' });
    expect(await receive.execute(await secondAttempt())).toMatchObject({ outcome: 'known' });
    expect(await store.find(AUTHORITY, genuine.message.messageId)).toEqual(before);
    expect(store.outbox).toHaveLength(1);
  });

  it('is known after a crash behind the commit, and new after one before it', async () => {
    const dying = (at: string): ReceiveDelivery =>
      receiving((point) => {
        if (point === at) throw new Error('power loss');
      });
    await expect(dying('gateway.receive.before-commit').execute(delivery)).rejects.toThrow();
    expect(store.deliveries.size).toBe(0);
    await expect(dying('gateway.receive.after-commit').execute(delivery)).rejects.toThrow();
    expect(await receive.execute(delivery)).toMatchObject({ outcome: 'known' });
    expect(store.outbox).toHaveLength(1);
  });
});

describe('a delivery that does not verify', () => {
  it('is rejected with a signed reason, and nothing of its content is stored', async () => {
    const spoiled = { ...delivery, proof: '' };
    expect(await receive.execute(spoiled)).toMatchObject({ outcome: 'rejected', reason: 'proof-missing' });
    expect(store.deliveries.size).toBe(0);
    expect(store.rejections).toMatchObject([{ reason: 'proof-missing', attempt: 1 }]);
    expect(JSON.stringify(store.rejections)).not.toMatch(/Provberg|195201161857|hembesök/);
    expect(await receipts()).toMatchObject([{ kind: 'rejected', reason: 'proof-missing', by: AUTHORITY }]);
    expect(JSON.stringify(await receipts())).not.toContain('sealedSha256');
  });

  it('is rejected for what only its content shows, and still not stored', async () => {
    const submitted = await forged(world, genuine, {
      document: (document) => ({ ...document, content: { ...(document['content'] as object), extra: 'Provberg' } }),
    });
    expect(await receive.execute(await exchange.release(submitted))).toMatchObject({ reason: 'content-invalid' });
    expect(JSON.stringify([...store.deliveries.values(), ...store.rejections])).not.toContain('Provberg');
  });

  it('is rejected once, however often it comes', async () => {
    const spoiled = { ...delivery, proof: '' };
    await receive.execute(spoiled);
    await receive.execute(spoiled);
    expect(store.outbox).toHaveLength(1);
  });

  it('stays rejected when the genuine one comes after it: its sender has been told', async () => {
    await receive.execute({ ...delivery, proof: '' });
    expect(await receive.execute(delivery)).toMatchObject({ outcome: 'known' });
    expect(store.deliveries.size).toBe(0);
    expect((await receipts()).map(({ kind }) => kind)).toEqual(['rejected']);
  });

  it('says nothing about the genuine one when it was made up under another decision', async () => {
    const change = (decision: Decision): Decision => ({ ...decision, outcome: 'deny' });
    const madeUp = await exchange.release(genuine, { change });
    expect(await receive.execute(madeUp)).toMatchObject({ reason: 'not-permitted' });
    expect(await receive.execute(delivery)).toMatchObject({ outcome: 'received' });
    expect((await receipts()).map(({ kind }) => kind)).toEqual(['rejected', 'technical']);
  });

  it('gives way to a second attempt', async () => {
    await receive.execute({ ...delivery, proof: '' });
    expect(await receive.execute(await secondAttempt())).toMatchObject({ outcome: 'received' });
    expect((await receipts()).map(({ kind, attempt }) => [kind, attempt])).toEqual([
      ['rejected', 1],
      ['technical', 2],
    ]);
  });

  it('waits, without a word, while what is needed to judge is not here', async () => {
    const change = <T extends object>(decision: T): T => ({ ...decision, engineVersion: 99 });
    const early = await exchange.release(genuine, { change });
    expect(await outcomeOf(() => receive.execute(early))).toBe('engine-version');
    expect(store.outbox).toEqual([]);
    expect(store.rejections).toEqual([]);
    expect(await receive.execute(delivery)).toMatchObject({ outcome: 'received' });
  });
});

describe('what nobody can be told about is set aside', () => {
  it.each<[string, string, () => Promise<DeliveryReleasedV1> | DeliveryReleasedV1]>([
    ['a manifest that cannot be read', 'unreadable', () => ({ ...delivery, manifest: 'a.b.c' })],
    ['a decision that cannot be read', 'unreadable', () => ({ ...delivery, decision: delivery.manifest })],
    [
      'a recipient that is not hosted here',
      'not-hosted',
      async () => exchange.release(await sealed(world, gateway, example('24'))),
    ],
  ])('%s: %s', async (_, code, make) => {
    const spoiled = await make();
    expect(await outcomeOf(() => receive.execute(spoiled))).toBe(code);
    expect(store.outbox).toEqual([]);
  });
});

it('gives a receipt an id of its own each time', async () => {
  await receive.execute({ ...delivery, proof: '' });
  await receive.execute({ ...(await secondAttempt()), proof: '' });
  const ids = store.outbox.map(({ body }) => parseReceipt(parseReceiptSignedV1(body).receipt).receipt.receiptId);
  expect(new Set(ids).size).toBe(2);
});
