import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseReceiptSignedV1, parseRetractionSignedV1 } from '#contracts';
import type { RetractionRecordedV1 } from '#contracts';
import { localSigner, parseDecision, parseReceipt, parseRetraction, sha256Base64url, signRetraction } from '#envelope';
import type { Notice, PrivateKey, Retraction } from '#envelope';
import {
  MemoryDeliveryStore,
  MemoryReferralStore,
  MemoryRetractionStore,
  aGateway,
  aWorld,
  anExchange,
  example,
  outcomeOf,
  sealed,
} from '#testing';
import type { Sealed, TestExchange, TestGateway, World } from '#testing';
import { GiveReceipt } from './give-receipt.js';
import type { StoredMessage } from './ports/referral.js';
import { ReceiveDelivery } from './receive-delivery.js';
import { ReceiveRetraction } from './receive-retraction.js';
import { RecordOutcome } from './record-outcome.js';
import { RetractReferral } from './retract-referral.js';

const SENDER = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';

let world: World;
let exchange: TestExchange;
let sending: TestGateway;
let receiving: TestGateway;
let message: Sealed;
let referrals: MemoryReferralStore;
let deliveries: MemoryDeliveryStore;
let given: MemoryRetractionStore;
let received: MemoryRetractionStore;
let outcomes: RecordOutcome;
let retracting: RetractReferral;
/** What its referral was disclosed anew as, each time that it is asked; the last of them from then on. */
let copies: (readonly StoredMessage[])[];
let atSender: ReceiveRetraction;
let atRecipient: ReceiveRetraction;
let receipts: GiveReceipt;
let takenBack: string[];
let deliver: () => Promise<unknown>;

beforeEach(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  sending = await aGateway(world, 'kommunerna');
  receiving = await aGateway(world, 'myndigheterna');
  message = await sealed(world, sending, example('01'));
  [referrals, deliveries] = [new MemoryReferralStore(), new MemoryDeliveryStore()];
  [given, received] = [new MemoryRetractionStore(), new MemoryRetractionStore(deliveries)];
  const { id, caseId, type } = message.referral;
  const common = { authority: SENDER, id, caseId, type, bodyDigest: '', body: message.referral, assessments: [] };
  const stored = { ...common, version: world.newId(), submittedAt: world.clock.now(), phase: 'accepted' } as const;
  await referrals.put({ ...stored, messages: [message.message] }, undefined, [], []);
  const { environment, newId, clock } = world;
  outcomes = new RecordOutcome(sending.evidence, referrals, given, sending.keys, clock.now);
  copies = [[]];
  const backfills = { copies: () => Promise.resolve((copies.length > 1 ? copies.shift() : copies[0]) ?? []) };
  retracting = new RetractReferral(referrals, backfills, given, sending.keys, environment, newId, clock.now);
  atSender = new ReceiveRetraction(
    sending.evidence,
    outcomes,
    new MemoryDeliveryStore(),
    given,
    sending.keys,
    clock.now,
  );
  const nobody = new RecordOutcome(receiving.evidence, new MemoryReferralStore(), received, receiving.keys, clock.now);
  const takes = (authority: string, id: string) => Promise.resolve(void takenBack.push(`${authority} ${id}`));
  takenBack = [];
  const { evidence, keys } = receiving;
  atRecipient = new ReceiveRetraction(evidence, nobody, deliveries, received, keys, clock.now, takes);
  receipts = new GiveReceipt(deliveries, received, receiving.law, receiving.keys, environment, newId, clock.now);
  const released = await exchange.release(message);
  decisionId = parseDecision(released.decision).decision.entryId;
  const receive = new ReceiveDelivery(
    receiving.verify,
    deliveries,
    receiving.keys,
    environment,
    newId,
    clock.now,
    () => undefined,
  );
  deliver = () => receive.execute(released);
});

let decisionId: string;
const manifestKey = (gateway: string) => localSigner(world.keys.manifests[gateway] as PrivateKey);
const retractionOf = (change: Partial<Retraction> = {}): Retraction => ({
  v: 1,
  env: world.environment,
  retractionId: world.newId(),
  messageId: message.message.messageId,
  attempt: 1,
  sender: SENDER,
  recipient: RECIPIENT,
  gateway: 'kommunerna',
  decisionEntryId: decisionId,
  jweSha256: message.message.jweSha256 ?? '',
  reason: 'wrong-person',
  at: world.clock.now().toISOString(),
  ...change,
});
/** As the exchange tells it. */
const recorded = async (
  text: string,
  kind: 'retraction-recorded' | 'withdrawn' = 'retraction-recorded',
  change: Partial<Notice> = {},
): Promise<RetractionRecordedV1> => {
  const { messageId, attempt, sender, recipient } = parseRetraction(text).retraction;
  const about = { messageId, attempt, sender, recipient, statementSha256: sha256Base64url(text), ...change };
  const { entry: notice, blind, proof } = await exchange.notice({ kind, ...about });
  return { retraction: text, notice, blind, proof };
};
const told = async (change: Partial<Retraction> = {}, signer = manifestKey('kommunerna')) =>
  recorded(await signRetraction(signer, retractionOf(change)));
const shown = () => received.received(RECIPIENT, [message.message.messageId]);

describe('a retraction given', () => {
  const give = (reason: Retraction['reason'] = 'wrong-person', recipients?: string[]) =>
    outcomeOf(() => retracting.execute(SENDER, message.referral.id, { reason, ...(recipients && { recipients }) }));

  it('is a signed statement about the message that was sent, once', async () => {
    expect([await give(), await give(), await give('wrong-person', [RECIPIENT])]).toEqual(Array(3).fill('accepted'));
    expect(given.outbox).toMatchObject([{ type: 'retraction.signed.v1' }]);
    const { retraction } = parseRetractionSignedV1(given.outbox[0]?.body ?? new Uint8Array());
    const { messageId, jweSha256 } = message.message;
    expect(parseRetraction(retraction).retraction).toMatchObject({
      messageId,
      jweSha256,
      sender: SENDER,
      recipient: RECIPIENT,
    });
    expect(await give('no-ground')).toBe('RETRACTION_EXISTS');
  });

  const copy = (change: Partial<StoredMessage> = {}): StoredMessage => ({
    ...message.message,
    ...{ messageId: randomUUID(), recipient: 'polis/polismyndigheten', ...change },
  });
  const recipients = () =>
    given.outbox.map(({ body }) => parseRetraction(parseRetractionSignedV1(body).retraction).retraction.recipient);

  it.each([
    ['was disclosed anew before', (one: StoredMessage) => [[one]]],
    ['is disclosed anew beside it', (one: StoredMessage) => [[], [one]]],
    ['is disclosed anew while another is erased', (one: StoredMessage) => [[copy({ state: 'refused' })], [one]]],
  ] as const)('goes to those to whom it %s too', async (_, are) => {
    const one = copy();
    copies = are(one);
    expect(await give()).toBe('accepted');
    expect(recipients()).toEqual([RECIPIENT, one.recipient]);
  });

  it('may name one to whom it was disclosed anew alone, also where that one refused it before', async () => {
    const one = copy();
    copies = [[copy({ state: 'refused' }), one]];
    expect(await give('wrong-recipient', [one.recipient])).toBe('accepted');
    expect(recipients()).toEqual([one.recipient]);
  });

  it('leaves once more, as it was signed, when it is asked for after people at the exchange discarded it', async () => {
    await give();
    const { messageId } = message.message;
    const about = { messageId, attempt: 1, sender: SENDER, recipient: RECIPIENT };
    const says = async (kind: Notice['kind'], reason: string) => {
      const { entry: notice, blind, proof } = await exchange.notice({ kind, ...about, reason });
      expect(await outcomes.notice({ notice, blind, proof })).toMatchObject({ kind, outcome: 'recorded' });
    };
    const before = (await referrals.findMessage(SENDER, messageId))?.state;
    await says('retraction-quarantined', 'handler-failed');
    expect([await give(), given.outbox.length]).toEqual(['accepted', 1]);
    await says('retraction-discarded', 'agreed-with-sender');
    expect((await referrals.findMessage(SENDER, messageId))?.state).toBe(before);
    expect([await give(), given.outbox.length]).toEqual(['accepted', 2]);
    expect(given.outbox[1]?.body).toEqual(given.outbox[0]?.body);
    expect(given.outbox[1]?.id).not.toBe(given.outbox[0]?.id);
  });

  it('names the decision that its sender was told of', async () => {
    const decided = await exchange.decided(message);
    await outcomes.decided(decided);
    await give();
    const { retraction } = parseRetractionSignedV1(given.outbox[0]?.body ?? new Uint8Array());
    const { entryId } = parseDecision(decided.decision).decision;
    expect(parseRetraction(retraction).retraction.decisionEntryId).toBe(entryId);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['of nothing', () => give('wrong-person', ['skv/skatteverket']), 'UNKNOWN_RECIPIENT'],
    [
      'by another authority',
      () =>
        outcomeOf(() => retracting.execute('linkoping/socialnamnden', message.referral.id, { reason: 'sent-twice' })),
      'NOT_FOUND',
    ],
  ])('%s is refused', async (_, work, code) => {
    expect(await work()).toBe(code);
    expect(given.outbox).toEqual([]);
  });

  it('of what did not reach its recipient is refused: there is nothing to take back', async () => {
    await outcomes.decided(
      await exchange.decided(message, { change: (decision) => ({ ...decision, outcome: 'deny' }) }),
    );
    expect([await give(), await give('wrong-person', [RECIPIENT])]).toEqual(['NOT_RETRACTABLE', 'NOT_RETRACTABLE']);
  });

  it('is awaited an answer to from when it is in the log, and no other receipt', async () => {
    await outcomes.decided(await exchange.decided(message));
    await give();
    const { retraction } = parseRetractionSignedV1(given.outbox[0]?.body ?? new Uint8Array());
    expect(await atSender.execute(await recorded(retraction))).toMatchObject({ told: { outcome: 'recorded' } });
    const due = await referrals.open(SENDER, [message.message.messageId]);
    expect(due.map(({ what }) => what)).toEqual(['technical', 'retraction-acknowledged']);
  });

  it('before the release ends the message as withdrawn', async () => {
    await give();
    const { retraction } = parseRetractionSignedV1(given.outbox[0]?.body ?? new Uint8Array());
    await atSender.execute(await recorded(retraction, 'withdrawn'));
    expect((await referrals.findMessage(SENDER, message.message.messageId))?.state).toBe('withdrawn');
    expect(referrals.dues).toEqual([]);
  });
});

describe('a retraction received', () => {
  it.each([
    ['after', async () => [await deliver(), await atRecipient.execute(await told())]],
    ['before', async () => [await atRecipient.execute(await told()), await deliver()]],
  ] as const)('%s its message is shown on it, which stays as it is', async (_, work) => {
    await work();
    expect(await shown()).toMatchObject([{ reason: 'wrong-person', sender: SENDER }]);
    expect(await deliveries.find(RECIPIENT, message.message.messageId)).toMatchObject({ sender: SENDER });
  });

  it('ends what its message asked for, each time that it comes: the first may have been broken off', async () => {
    const one = await told();
    for (let nth = 0; nth < 2; nth += 1) await atRecipient.execute(one);
    expect(takenBack).toEqual([0, 1].map(() => `${RECIPIENT} ${message.message.messageId}`));
  });

  it('is kept once, however often it comes', async () => {
    await deliver();
    const one = await told();
    expect((await atRecipient.execute(one)).received?.outcome).toBe('received');
    expect((await atRecipient.execute(one)).received?.outcome).toBe('known');
  });

  it.each<[string, string, () => Promise<RetractionRecordedV1>]>([
    ['by another gateway', 'retraction-key', () => told({}, manifestKey('myndigheterna'))],
    [
      'in the name of another gateway',
      'retraction-key',
      () => told({ gateway: 'myndigheterna' }, manifestKey('myndigheterna')),
    ],
    ['of another ciphertext', 'retraction-binding', () => told({ jweSha256: 'A'.repeat(43) })],
    ['under another decision', 'retraction-binding', () => told({ decisionEntryId: world.newId() })],
    ['by another sender', 'retraction-binding', () => told({ sender: 'linkoping/socialnamnden' })],
    ['of another attempt', 'retraction-binding', () => told({ attempt: 2 })],
    ['for an authority that is not here', 'not-hosted', () => told({ recipient: 'sodertalje/socialnamnden' })],
    ['that the log has not', 'proof-missing', async () => ({ ...(await told()), proof: '' })],
    [
      'beside the notice of another',
      'notice-binding',
      async () => ({ ...(await told()), retraction: (await told()).retraction }),
    ],
    [
      'whose notice names another message',
      'notice-binding',
      async () =>
        recorded(await signRetraction(manifestKey('kommunerna'), retractionOf()), 'retraction-recorded', {
          messageId: world.newId(),
        }),
    ],
    [
      'that its sender withdrew before the release',
      'not-hosted',
      async () => recorded(await signRetraction(manifestKey('kommunerna'), retractionOf()), 'withdrawn'),
    ],
  ])('%s is not trusted: %s', async (_, code, make) => {
    await deliver();
    expect(await outcomeOf(async () => atRecipient.execute(await make()))).toBe(code);
    expect(await shown()).toEqual([]);
  });

  it('is answered once, by a code that is signed and names it', async () => {
    await deliver();
    const { messageId } = message.message;
    const answer = (code: 'not-used' | 'passed-on') =>
      outcomeOf(() => receipts.acknowledge(RECIPIENT, messageId, { code }));
    expect(await answer('not-used')).toBe('NOTHING_TO_ACKNOWLEDGE');
    const one = await told();
    await atRecipient.execute(one);
    deliveries.outbox.length = 0;
    expect([await answer('not-used'), await answer('not-used'), await answer('passed-on')]).toEqual([
      'accepted',
      'accepted',
      'RECEIPT_EXISTS',
    ]);
    expect(deliveries.outbox).toHaveLength(1);
    const { receipt } = parseReceipt(parseReceiptSignedV1(deliveries.outbox[0]?.body ?? new Uint8Array()).receipt);
    const { retractionId } = parseRetraction(one.retraction).retraction;
    expect(receipt).toMatchObject({ kind: 'retraction-acknowledged', reason: 'not-used', retractionId });
  });
});
