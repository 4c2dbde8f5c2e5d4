import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseMessageSubmittedV1 } from '#contracts';
import type { EvidenceView, MessageSubmittedV1, ReceiptRecordedV1 } from '#contracts';
import {
  localSigner,
  parseDecision,
  parseManifest,
  parseNotice,
  parseRefusal,
  sha256Base64url,
  signReceipt,
} from '#envelope';
import type { PrivateKey } from '#envelope';
import {
  MemoryRetractionStore,
  MemoryDeliveryStore,
  MemoryReferralStore,
  aGateway,
  aWorld,
  anExchange,
  example,
  outcomeOf,
} from '#testing';
import type { TestExchange, TestGateway, World } from '#testing';
import { verifyEvidence } from '#verifier';
import type { Report } from '#verifier';
import { EntryNeeds } from './entry-needs.js';
import { GatherEvidence } from './gather-evidence.js';
import type { EvidenceSource, ShownOpening } from './ports/evidence.js';
import { ReceiveDelivery } from './receive-delivery.js';
import { RecordOutcome } from './record-outcome.js';
import { SubmitReferral } from './submit-referral.js';

const SENDER = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';
const NEIGHBOUR = 'linkoping/socialnamnden';

let world: World;
let exchange: TestExchange;
let sending: TestGateway;
let receiving: TestGateway;
let referrals: MemoryReferralStore;
let deliveries: MemoryDeliveryStore;
let submit: SubmitReferral;
let outcomes: RecordOutcome;
/** Proofs of what was told, by entry id. */
const proofs = new Map<string, string>();
/** What the ledger shows, by authority and message. */
const openings = new Map<string, readonly ShownOpening[]>();

beforeAll(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  sending = await aGateway(world, 'kommunerna');
  receiving = await aGateway(world, 'myndigheterna');
});
beforeEach(() => {
  referrals = new MemoryReferralStore();
  deliveries = new MemoryDeliveryStore();
  submit = new SubmitReferral(
    referrals,
    sending.evaluate,
    sending.sealing,
    1,
    world.newId,
    world.clock.now,
    () => undefined,
  );
  outcomes = new RecordOutcome(sending.evidence, referrals, new MemoryRetractionStore(), sending.keys, world.clock.now);
});

/** The ledger and the registry of the world. */
const source: EvidenceSource = {
  dated: (ids) =>
    Promise.resolve(new Map(ids.flatMap((id) => (proofs.has(id) ? [[id, { proof: proofs.get(id) ?? '' }]] : [])))),
  keys: async () => ({
    checkpoint: await world.keysCheckpoint(),
    entries: world.entries.map((entry) => Buffer.from(entry).toString('utf8')),
  }),
  openings: (authority, messageId) => Promise.resolve(openings.get(`${authority} ${messageId}`) ?? []),
  ruleSet: () => Promise.resolve(undefined),
  consistency: () => Promise.resolve([]),
};
const gathering = (): GatherEvidence => {
  const cooperations = { find: (id: string) => Promise.resolve(world.cooperations.get(id)) };
  return new GatherEvidence(referrals, deliveries, source, new EntryNeeds(source, cooperations), world.trust);
};
const verified = (file: EvidenceView): Promise<Report> =>
  verifyEvidence(Buffer.from(JSON.stringify(file)), world.trust, { now: world.clock.now() });

const submitted = async (): Promise<MessageSubmittedV1 & { readonly messageId: string }> => {
  const { system, referral } = example('01');
  await submit.submit(system, { ...referral, id: world.newId() });
  const message = parseMessageSubmittedV1(referrals.outbox.at(-1)?.body ?? new Uint8Array());
  return { ...message, messageId: parseManifest(message.manifest).manifest.messageId };
};
const told = async (message: MessageSubmittedV1) => {
  const decided = await exchange.decided(message);
  proofs.set(parseDecision(decided.decision).decision.entryId, decided.proof);
  await outcomes.decided(decided);
  return decided;
};

/** The recipient's receipt for it, in the log. */
const receipted = async (decision: string, document = ''): Promise<ReceiptRecordedV1> => {
  const { entryId, jweSha256, messageId } = parseDecision(decision).decision;
  const receipt = await signReceipt(localSigner(world.keys.manifests['myndigheterna'] as PrivateKey), {
    v: 1,
    env: world.environment,
    receiptId: world.newId(),
    messageId,
    attempt: 1,
    kind: 'technical',
    by: RECIPIENT,
    gateway: 'myndigheterna',
    decisionEntryId: entryId,
    jweSha256,
    documentSha256: sha256Base64url(document),
    at: world.clock.now().toISOString(),
  });
  const recorded = await exchange.recorded({ messageId, attempt: 1, sender: SENDER, recipient: RECIPIENT }, receipt);
  proofs.set(parseNotice(recorded.notice).notice.entryId, recorded.proof);
  return recorded;
};
const shownOf = (entryId: string, entry: string, blind: string, annex: string): ShownOpening => ({
  entryId,
  entry,
  blind,
  annex,
});

describe('evidence of a message', () => {
  it('holds at its sender, receipts included, with the document only when it is asked for', async () => {
    const message = await submitted();
    const { messageId } = message;
    const { decision } = await told(message);
    const { document } = (await referrals.findMessage(SENDER, messageId))?.detail ?? {};
    const recorded = await receipted(decision, document);
    await outcomes.receipt(recorded);

    const file = await gathering().execute(SENDER, messageId, { content: true });
    const report = await verified(file);
    expect(report).toMatchObject({ findings: [], exitCode: 0, message: { content: 'shown' } });
    expect(report.message?.decisions).toMatchObject([{ outcome: 'permit' }]);
    expect(report.message?.statements).toMatchObject([{ kind: 'technical' }]);
    expect(await gathering().execute(SENDER, messageId, { content: false })).not.toHaveProperty('document');
  });

  it('holds at its recipient', async () => {
    const message = await submitted();
    const delivery = await exchange.release(message);
    const { keys, verify } = receiving;
    const receive = new ReceiveDelivery(
      verify,
      deliveries,
      keys,
      world.environment,
      world.newId,
      world.clock.now,
      () => undefined,
    );
    await receive.execute(delivery);
    proofs.set(parseDecision(delivery.decision).decision.entryId, delivery.proof);
    referrals = new MemoryReferralStore();
    const { document } = (await deliveries.find(RECIPIENT, message.messageId))?.detail ?? {};
    const { notice, blind, receipt } = await receipted(delivery.decision, document);
    const { entryId } = parseDecision(delivery.decision).decision;
    openings.set(`${RECIPIENT} ${message.messageId}`, [
      shownOf(entryId, delivery.decision, delivery.blind, message.manifest),
      shownOf(parseNotice(notice).notice.entryId, notice, blind, receipt),
    ]);
    const report = await verified(await gathering().execute(RECIPIENT, message.messageId, { content: true }));
    expect(report).toMatchObject({ findings: [], exitCode: 0, message: { content: 'shown' } });
    expect(report.message?.decisions).toHaveLength(1);
    expect(report.message?.statements).toMatchObject([{ kind: 'technical' }]);
  });

  it('holds of what its sender’s gateway stopped', async () => {
    const { system, referral } = example('03');
    expect(await outcomeOf(() => submit.submit(system, referral))).toBe('FORMAL_OBSTACLE');
    const statement = referrals.refusals[0]?.statement ?? '';
    const { messageId, sender, recipient } = parseRefusal(statement).refusal;
    const ask = () => gathering().execute(sender, messageId, { content: true });
    expect(await outcomeOf(ask)).toBe('NOTHING_LOGGED');
    const { entry, blind, proof } = await exchange.notice({
      kind: 'refusal-recorded',
      messageId,
      sender,
      recipient,
      statementSha256: sha256Base64url(statement),
      number: 1,
    });
    proofs.set(parseNotice(entry).notice.entryId, proof);
    await outcomes.notice({ notice: entry, blind, proof });
    const report = await verified(await ask());
    expect(report).toMatchObject({ findings: [], exitCode: 0 });
    expect(report.message?.statements).toMatchObject([{ kind: 'refusal-recorded' }]);
  });

  it('does not exist for anybody else, and says when nothing is logged yet', async () => {
    const { messageId } = await submitted();
    expect(await outcomeOf(() => gathering().execute(SENDER, messageId, { content: false }))).toBe('NOTHING_LOGGED');
    for (const other of [NEIGHBOUR, RECIPIENT])
      expect(await outcomeOf(() => gathering().execute(other, messageId, { content: true }))).toBe('NOT_FOUND');
  });

  it('holds of a decision that stopped it', async () => {
    const message = await submitted();
    // What it is sealed to has ended meanwhile.
    await world.revoke(parseManifest(message.manifest).manifest.sealingKey, 'fk');
    for (const { follower } of [exchange, sending]) await follower.refresh();
    await told(message);
    const report = await verified(await gathering().execute(SENDER, message.messageId, { content: false }));
    expect(report).toMatchObject({ findings: [], exitCode: 0 });
    expect(report.message?.decisions).toMatchObject([{ outcome: 'deny' }]);
    // To whom it was to go it was never delivered; its party it is all the same.
    const [statement] = await referrals.statements(SENDER, [message.messageId]);
    const { entryId = '', entry = '', blind = '' } = statement ?? {};
    referrals = new MemoryReferralStore();
    openings.set(`${RECIPIENT} ${message.messageId}`, [shownOf(entryId, entry, blind, message.manifest)]);
    const theirs = await gathering().execute(RECIPIENT, message.messageId, { content: true });
    expect(await verified(theirs)).toMatchObject({ findings: [], exitCode: 0 });
    expect(theirs).not.toHaveProperty('document');
  });
});
