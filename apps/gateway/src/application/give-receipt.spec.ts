import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseReceiptSignedV1 } from '#contracts';
import type { GiveReceiptDto } from '#contracts';
import { localOpener, openNote, sha256Base64url, verifyReceipt } from '#envelope';
import type { PrivateKey } from '#envelope';
import {
  MemoryRetractionStore,
  MemoryDeliveryStore,
  aGateway,
  aWorld,
  anExchange,
  example,
  outcomeOf,
  sealed,
} from '#testing';
import type { Sealed, TestGateway, World } from '#testing';
import { GiveReceipt } from './give-receipt.js';
import { ReceiveDelivery } from './receive-delivery.js';

const AUTHORITY = 'fk/forsakringskassan';
const SENDER = 'linkoping/omsorgsnamnden';
const accepted: GiveReceiptDto = { kind: 'accepted', diaryNumber: 'FK 2026-00042' };

let world: World;
let gateway: TestGateway;
let message: Sealed;
let store: MemoryDeliveryStore;
let receipts: GiveReceipt;

beforeEach(async () => {
  world = await aWorld();
  gateway = await aGateway(world, 'myndigheterna');
  message = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
  store = new MemoryDeliveryStore();
  const { keys, verify, law } = gateway;
  const { environment, newId, clock } = world;
  const receive = new ReceiveDelivery(verify, store, keys, environment, newId, clock.now, () => undefined);
  await receive.execute(await (await anExchange(world)).release(message));
  store.outbox.length = 0;
  receipts = new GiveReceipt(store, new MemoryRetractionStore(store), law, keys, environment, newId, clock.now);
});

const give = (given: GiveReceiptDto, authority = AUTHORITY) =>
  receipts.execute(authority, message.message.messageId, given);
const outcome = (given: GiveReceiptDto, authority?: string) => outcomeOf(() => give(given, authority));

describe('a business receipt', () => {
  it('is signed by the gateway for the delivery that was decided on', async () => {
    const stored = await give({ kind: 'accepted' });
    const receipt = await verifyReceipt(stored.receipt, world.keys.manifests['myndigheterna'] as PrivateKey);
    const { messageId, jweSha256 } = message.message;
    expect(receipt).toMatchObject({ kind: 'accepted', by: AUTHORITY, messageId, jweSha256, attempt: 1 });
    expect(store.outbox).toMatchObject([{ type: 'receipt.signed.v1' }]);
    expect(parseReceiptSignedV1(store.outbox[0]?.body ?? new Uint8Array())).toEqual({ receipt: stored.receipt });
  });

  it('carries the diary number sealed to the sender, and bound to this receipt', async () => {
    await give(accepted);
    const body = store.outbox[0]?.body ?? new Uint8Array();
    expect(Buffer.from(body).toString('utf8')).not.toContain('00042');
    const { receipt, sealed: note = '' } = parseReceiptSignedV1(body);
    const signed = await verifyReceipt(receipt, world.keys.manifests['myndigheterna'] as PrivateKey);
    expect(signed.sealedSha256).toBe(sha256Base64url(note));
    const open = (holder: string, as = signed) =>
      openNote(localOpener(world.keys.sealings[holder] as PrivateKey), note, as);
    expect(JSON.parse(Buffer.from(await open(SENDER)).toString('utf8'))).toEqual({ diaryNumber: 'FK 2026-00042' });
    expect(await outcomeOf(() => open('linkoping/socialnamnden'))).toBe('WRONG_KEY');
    expect(await outcomeOf(() => open(SENDER, { ...signed, receiptId: message.referral.id }))).toBe('WRONG_CONTEXT');
  });

  it('is given once: the same again gets the same, another of its kind is refused', async () => {
    const first = await give(accepted);
    world.clock.advance(60_000);
    expect(await give(accepted)).toEqual(first);
    expect(await outcome({ ...accepted, diaryNumber: 'FK 2026-00043' })).toBe('RECEIPT_EXISTS');
    expect(await outcome({ kind: 'accepted' })).toBe('RECEIPT_EXISTS');
    expect(store.outbox).toHaveLength(1);
  });

  it('is given once also when two give it at the same time', async () => {
    const [first, second] = await Promise.all([give(accepted), give(accepted)]);
    expect(second).toEqual(first);
    expect(store.outbox).toHaveLength(1);
  });

  it('is given once also when two give another reason at the same time', async () => {
    const both = await Promise.all([
      outcome({ kind: 'form-rejected', reason: 'incomplete' }),
      outcome({ kind: 'form-rejected', reason: 'case-unknown' }),
    ]);
    expect(both.toSorted()).toEqual(['RECEIPT_EXISTS', 'accepted']);
  });

  it('stands beside receipts of other kinds', async () => {
    await give(accepted);
    await give({ kind: 'handled' });
    const kinds = (await store.receipts(AUTHORITY, message.message.messageId)).map(({ kind }) => kind);
    expect(kinds).toEqual(['technical', 'accepted', 'handled']);
  });
});

describe('a receipt that says that it came to the wrong authority', () => {
  it('opens an incident here with it, and no other rejection does', async () => {
    const stored = await give({ kind: 'form-rejected', reason: 'misdirected' });
    await give({ kind: 'form-rejected', reason: 'misdirected' });
    expect(store.incidents).toMatchObject([
      { incidentId: stored.receiptId, messageId: message.message.messageId, side: 'recipient', other: SENDER },
    ]);
  });

  it.each(['not-competent', 'wrong-function'] as const)('%s: no incident', async (reason) => {
    await give({ kind: 'form-rejected', reason });
    expect(store.incidents).toEqual([]);
  });
});

describe('receipts together', () => {
  const rejected: GiveReceiptDto = { kind: 'form-rejected', reason: 'incomplete' };

  it.each<[string, readonly GiveReceiptDto[], GiveReceiptDto]>([
    ['accepted, and then turned down for its form', [accepted], rejected],
    ['turned down for its form, and then accepted', [rejected], accepted],
    ['turned down for its form, and then handled', [rejected], { kind: 'handled' }],
    ['handled, and never accepted', [], { kind: 'handled' }],
    ['handled, and then turned down', [accepted, { kind: 'handled' }], rejected],
  ])('never say %s', async (_, before, given) => {
    for (const one of before) await give(one);
    expect(await outcome(given)).toBe('RECEIPT_CONTRADICTS');
    expect(store.outbox).toHaveLength(before.length);
  });

  it('do not contradict each other when two are given at the same time', async () => {
    const both = await Promise.all([outcome(accepted), outcome(rejected)]);
    expect(both.toSorted()).toEqual(['RECEIPT_CONTRADICTS', 'accepted']);
  });
});

describe('a receipt that does not fit', () => {
  it.each<[string, GiveReceiptDto]>([
    ['a rejection without its reason', { kind: 'form-rejected' }],
    ['a reason for accepting', { kind: 'accepted', reason: 'incomplete' }],
    ['a reason for having handled', { kind: 'handled', reason: 'incomplete' }],
    ['a diary number for what was rejected', { kind: 'form-rejected', reason: 'incomplete', diaryNumber: 'FK 1' }],
    ['a diary number for what was handled', { kind: 'handled', diaryNumber: 'FK 1' }],
  ])('%s', async (_, given) => {
    expect(await outcome(given)).toBe('RECEIPT_INVALID');
    expect(store.outbox).toEqual([]);
  });

  it('does not exist for an authority that did not receive the delivery', async () => {
    expect(await outcome(accepted, 'skv/skatteverket')).toBe('NOT_FOUND');
  });

  it('has no diary number when its sender has no key to seal it to', async () => {
    await world.revoke(world.keys.sealings[SENDER]?.kid ?? '', 'linkoping');
    await gateway.follower.refresh();
    expect(await outcome(accepted)).toBe('RECEIPT_INVALID');
    expect(await outcome({ kind: 'accepted' })).toBe('accepted');
  });
});
