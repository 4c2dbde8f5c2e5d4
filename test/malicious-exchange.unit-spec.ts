import { beforeEach, describe, expect, it } from '@jest/globals';
import { localSigner, parseManifest, parseReceipt } from '#envelope';
import type { Decision, PrivateKey, Receipt } from '#envelope';
import { parseReceiptSignedV1 } from '#contracts';
import type { DeliveryReleasedV1 } from '#contracts';
import {
  MemoryRetractionStore,
  MemoryDeliveryStore,
  MemoryReferralStore,
  aGateway,
  aWorld,
  anExchange,
  example,
  forged,
  outcomeOf,
  sealed,
} from '#testing';
import type { Forgery, Sealed, TestGateway, World } from '#testing';
import { ReceiveDelivery } from '../apps/gateway/src/application/receive-delivery.js';
import type { FurthestEntry } from '../apps/gateway/src/application/ports/furthest-entry.js';
import { RecordOutcome } from '../apps/gateway/src/application/record-outcome.js';
import { VerifyEvidence } from '../apps/gateway/src/application/verify-evidence.js';
import { MaliciousExchange, verdictOf } from './support/malicious-exchange.js';

const RECIPIENT = 'fk/forsakringskassan';
const MINUTE_MS = 60_000;

let world: World;
let exchange: MaliciousExchange;
let sender: TestGateway;
let recipient: TestGateway;
let genuine: Sealed;
let permit: object;

beforeEach(async () => {
  world = await aWorld();
  exchange = new MaliciousExchange(world, await anExchange(world));
  sender = await aGateway(world, 'kommunerna');
  recipient = await aGateway(world, 'myndigheterna');
  genuine = await sealed(world, sender, example('01'));
  permit = verdictOf(await exchange.honest.release(genuine));
});

const taken = (delivery: DeliveryReleasedV1, at = recipient): Promise<string> =>
  outcomeOf(() => at.verify.execute(delivery));
const manifestKey = (gateway: string): PrivateKey => world.keys.manifests[gateway] as PrivateKey;

describe('a malicious exchange', () => {
  it('gets what is genuine taken', async () => {
    expect(await taken(await exchange.honest.release(genuine))).toBe('accepted');
  });

  describe('substitutes a key', () => {
    it('that no administrator stated: nobody reads on in that log, and senders seal to the true key', async () => {
      const { size } = world.snapshot;
      expect(await outcomeOf(() => exchange.substitutesSealingKey(RECIPIENT))).toBe('UNKNOWN_KEY');
      await sender.follower.refresh();
      expect(sender.law.newest()?.size).toBe(size);
      const again = await sealed(world, sender, example('02'));
      expect(Object.values(world.keys.sealings).map(({ kid }) => kid)).toContain(
        parseManifest(again.manifest).manifest.sealingKey,
      );
    });

    it('by telling its sender that the true one has ended', async () => {
      const store = new MemoryReferralStore();
      const { id, caseId, type } = genuine.referral;
      const common = { authority: genuine.sender, id, caseId, type, bodyDigest: '', body: genuine.referral };
      const stored = { ...common, assessments: [], version: world.newId(), submittedAt: world.clock.now() };
      await store.put({ ...stored, phase: 'accepted', messages: [genuine.message] }, undefined, [], []);
      const retractions = new MemoryRetractionStore();
      const outcomes = new RecordOutcome(sender.evidence, store, retractions, sender.keys, world.clock.now);
      const lie = { outcome: 'deny', verification: ['SEALING_KEY_NOT_LIVE'] } as const;
      const told = await exchange.honest.decided(genuine, {
        change: (decision) => ({ ...decision, outcome: 'deny', verdict: lie }),
      });
      expect(await outcomeOf(() => outcomes.decided(told))).toBe('sealing-key-is-live');
      expect((await store.findMessage(genuine.sender, genuine.message.messageId))?.state).toBe('accepted');
    });

    it('by sealing the document on to another that it hands it to', async () => {
      const tax = world.keys.sealings['skv/skatteverket'] as PrivateKey;
      const onward: Forgery = {
        sealingKey: tax,
        manifestSigner: localSigner(world.keys.decision),
        manifest: (m) => ({ ...m, recipient: 'skv/skatteverket', sealingKey: tax.kid }),
      };
      expect(await taken(await exchange.permits(await forged(world, genuine, onward), permit))).toBe('manifest-key');
    });
  });

  describe('swaps recipients', () => {
    it.each<[string, (decision: Decision) => Decision]>([
      ['in the decision', (decision) => ({ ...decision, recipient: 'skv/skatteverket' })],
      ['and cases', (decision) => ({ ...decision, caseId: '01890000-0000-7000-8000-0000000000ff' })],
      ['and senders', (decision) => ({ ...decision, sender: 'linkoping/socialnamnden' })],
    ])('%s', async (_, change) => {
      expect(await taken(await exchange.decides(genuine, change))).toBe('decision-binding');
    });

    it('in the manifest', async () => {
      const swapped = await exchange.rewrites(genuine, (m) => ({ ...m, recipient: 'skv/skatteverket' }));
      expect(await taken(await exchange.permits(swapped, permit))).toBe('manifest-key');
    });

    it('by the queue of another gateway', async () => {
      const elsewhere = await aGateway(world, 'rattsvasendet');
      expect(await taken(await exchange.honest.release(genuine), elsewhere)).toBe('not-hosted');
    });

    it('of two messages’ sealed documents', async () => {
      const other = await sealed(world, sender, { ...example('02') });
      const crossed = { manifest: genuine.manifest, jwe: other.jwe };
      expect(await taken(await exchange.decides(crossed, (d) => d))).toBe('ciphertext-digest');
    });
  });

  describe('replays', () => {
    const receiving = (store: MemoryDeliveryStore) =>
      new ReceiveDelivery(
        recipient.verify,
        store,
        recipient.keys,
        world.environment,
        world.newId,
        world.clock.now,
        () => undefined,
      );

    it('a delivery, under its own and under a second permit: it has one effect', async () => {
      const store = new MemoryDeliveryStore();
      await receiving(store).execute(await exchange.honest.release(genuine));
      const again = await exchange.honest.release(genuine);
      expect(await receiving(store).execute(again)).toMatchObject({ outcome: 'known' });
      expect([store.deliveries.size, store.outbox.length]).toEqual([1, 1]);
    });

    it('the permit of another message', async () => {
      const other = await exchange.honest.release(await sealed(world, sender, example('02')));
      const { decision, blind, proof } = other;
      expect(await taken({ ...(await exchange.honest.release(genuine)), decision, blind, proof })).toBe(
        'decision-binding',
      );
    });

    it('a message that has expired', async () => {
      world.clock.advance(8 * 24 * 60 * MINUTE_MS);
      await recipient.follower.refresh();
      const late = await exchange.decides(genuine, (decision) => ({ ...decision, outcome: 'permit', verdict: permit }));
      expect(await taken(late)).toBe('expired');
    });
  });

  describe('strips or edits claims', () => {
    const without = (m: { readonly claims: object }) => ({ ...m.claims, assessments: [] });

    it('and signs the manifest itself', async () => {
      const stripped = await exchange.rewrites(genuine, (m) => ({ ...m, claims: without(m) }));
      expect(await taken(await exchange.permits(stripped, permit))).toBe('manifest-key');
    });

    it('and signs it under the key id of the sender’s gateway', async () => {
      const posing = localSigner({ ...world.keys.decision, kid: manifestKey('kommunerna').kid });
      const stripped = await exchange.rewrites(genuine, (m) => ({ ...m, claims: without(m) }), posing);
      expect(await taken(await exchange.permits(stripped, permit))).toBe('manifest-signature');
    });

    it('in what it says that it decided on', async () => {
      const other = (d: Decision): Decision => ({ ...d, claimsSha256: 'A'.repeat(43) });
      expect(await taken(await exchange.decides(genuine, other))).toBe('decision-binding');
    });
  });

  it('permits what the law denies', async () => {
    const unassessed = await forged(world, genuine, {
      manifest: (m) => ({ ...m, claims: { ...m.claims, assessments: [] } }),
    });
    expect(await taken(await exchange.permits(unassessed, permit))).toBe('verdict-mismatch');
  });

  describe('delivers without a permit', () => {
    it('at all', async () => {
      expect(await taken(exchange.undecided(genuine))).toBe('malformed');
    });
    it('that stands in the log', async () => {
      expect(await taken({ ...(await exchange.honest.release(genuine)), proof: '' })).toBe('proof-missing');
    });
    it('but on a refusal', async () => {
      expect(await taken(await exchange.decides(genuine, (d) => ({ ...d, outcome: 'deny' })))).toBe('not-permitted');
    });
  });

  describe('forges a receipt', () => {
    const receipt = (change: Partial<Receipt> = {}): Receipt => ({
      v: 1,
      env: world.environment,
      receiptId: world.newId(),
      messageId: genuine.message.messageId,
      attempt: 1,
      kind: 'technical',
      by: RECIPIENT,
      gateway: 'myndigheterna',
      decisionEntryId: world.newId(),
      jweSha256: genuine.message.jweSha256 ?? '',
      at: world.clock.now().toISOString(),
      ...change,
    });
    const told = async (make: () => ReturnType<MaliciousExchange['receipts']>): Promise<string> => {
      const store = new MemoryReferralStore();
      const { ground, assessments } = genuine.evaluation;
      expect(ground).toBeDefined();
      const { id, caseId, type } = genuine.referral;
      const common = {
        authority: genuine.sender,
        id,
        caseId,
        type,
        bodyDigest: '',
        body: genuine.referral,
        assessments,
      };
      const stored = { ...common, version: world.newId(), submittedAt: world.clock.now(), phase: 'accepted' } as const;
      await store.put({ ...stored, messages: [genuine.message] }, undefined, [], []);
      const outcomes = new RecordOutcome(
        sender.evidence,
        store,
        new MemoryRetractionStore(),
        sender.keys,
        world.clock.now,
      );
      const outcome = await outcomeOf(async () => outcomes.receipt(await make()));
      expect((await store.findMessage(genuine.sender, genuine.message.messageId))?.state).toBe('accepted');
      return outcome;
    };

    it('with its own key', async () => {
      expect(await told(() => exchange.receipts(genuine, receipt()))).toBe('receipt-key');
    });
    it('with its own key under the id of the gateway’s', async () => {
      const posing = localSigner({ ...world.keys.decision, kid: manifestKey('myndigheterna').kid });
      expect(await told(() => exchange.receipts(genuine, receipt(), posing))).toBe('receipt-signature');
    });
    it('of a genuine one for another message', async () => {
      const other = await sealed(world, sender, example('02'));
      const { jweSha256 = '', messageId } = other.message;
      const signer = localSigner(manifestKey('myndigheterna'));
      expect(await told(() => exchange.receipts(genuine, receipt({ jweSha256 }), signer))).toBe('receipt-binding');
      const elsewhere = exchange.receipts(genuine, receipt({ messageId, jweSha256 }), signer);
      expect(await told(() => elsewhere)).toBe('accepted');
    });
    it('of a genuine one with another outcome', async () => {
      const store = new MemoryDeliveryStore();
      const receiving = new ReceiveDelivery(
        recipient.verify,
        store,
        recipient.keys,
        world.environment,
        world.newId,
        world.clock.now,
        () => undefined,
      );
      await receiving.execute({ ...(await exchange.honest.release(genuine)), proof: '' });
      const { receipt: rejected } = parseReceiptSignedV1(store.outbox[0]?.body ?? new Uint8Array());
      expect(parseReceipt(rejected).receipt.kind).toBe('rejected');
      expect(await told(() => exchange.editsReceipt(genuine, rejected, { kind: 'technical' }))).not.toBe('accepted');
    });
  });

  describe('serves an old snapshot', () => {
    it('that is smaller than one that was seen: the reader keeps the larger', async () => {
      const { size } = world.snapshot;
      world.holdKeysAt(size - 1n);
      await sender.follower.refresh();
      expect(sender.law.newest()?.size).toBe(size);
    });

    it('for ever: the sender stops publishing after 15 minutes', async () => {
      const witnessed = sender.follower.isFresh();
      world.clock.advance(15 * MINUTE_MS + 1);
      expect([witnessed, sender.follower.isFresh()]).toEqual([true, false]);
    });

    it('and decides as if a revoked key of a sender still lived', async () => {
      const before = exchange.headAt(world.snapshot.size);
      const stolen = await exchange.decides(genuine, (d) => ({ ...d, keys: before }));
      expect(await taken(stolen)).toBe('accepted');
      await world.revoke(manifestKey('kommunerna').kid, 'linkoping');
      await recipient.follower.refresh();
      world.clock.advance(17 * MINUTE_MS);
      expect(await taken(await exchange.decides(genuine, (d) => ({ ...d, keys: before })))).toBe('keys-superseded');
    });

    it('and dates its decision back to when it was the newest: the order of the log says otherwise', async () => {
      const other = await sealed(world, sender, example('02'));
      const { size } = world.snapshot;
      const before = exchange.headAt(size);
      const decidedAt = world.clock.now().toISOString();
      await world.revoke(manifestKey('rattsvasendet').kid, 'polis');
      await recipient.follower.refresh();
      world.clock.advance(17 * MINUTE_MS);
      const after = exchange.headAt(size + 1n);
      expect(await taken(await exchange.decides(other, (d) => ({ ...d, keys: after })))).toBe('accepted');
      const backdated = await exchange.decides(genuine, (d) => ({ ...d, keys: before, decidedAt }));
      expect(await taken(backdated)).toBe('keys-superseded');
    });

    it('also when the recipient’s gateway has started again since', async () => {
      const before = exchange.headAt(world.snapshot.size);
      await world.revoke(manifestKey('rattsvasendet').kid, 'polis');
      const kept: FurthestEntry[] = [];
      const evidence = (earlier?: FurthestEntry) =>
        new VerifyEvidence(recipient.law, world.trust, {
          before: earlier,
          keep: (entry) => Promise.resolve(void kept.push(entry)),
        });
      await recipient.follower.refresh();
      const {
        decision: entry,
        blind,
        proof,
      } = await exchange.decides(genuine, (d) => ({
        ...d,
        keys: exchange.headAt(world.snapshot.size),
      }));
      expect(await outcomeOf(() => evidence().decision({ entry, blind, proof }))).toBe('accepted');
      const old = await exchange.decides(genuine, (d) => ({ ...d, keys: before }));
      const oldEvidence = { entry: old.decision, blind: old.blind, proof: old.proof };
      expect(kept).toHaveLength(1);
      expect(await outcomeOf(() => evidence(kept[0]).decision(oldEvidence))).toBe('keys-superseded');
    });

    it('and an honest one that learns of a revocation a little later is taken', async () => {
      const before = exchange.headAt(world.snapshot.size);
      await world.revoke(manifestKey('rattsvasendet').kid, 'polis');
      await recipient.follower.refresh();
      world.clock.advance(10 * MINUTE_MS);
      expect(await taken(await exchange.decides(genuine, (d) => ({ ...d, keys: before })))).toBe('accepted');
    });
  });
});

describe('a lying sender', () => {
  type Content = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const content = (change: (content: Content) => object): Forgery => ({
    document: (document) => ({ ...document, content: change(document['content'] as Content) }),
  });
  const claims = (change: (claims: Readonly<Record<string, unknown>>) => object): Forgery => ({
    manifest: (m) => ({ ...m, claims: change(m.claims as Readonly<Record<string, unknown>>) }),
  });
  const items = (all: Readonly<Record<string, unknown>>): readonly object[] => all['items'] as readonly object[];

  it.each<[string, string, Forgery]>([
    ['sends a field that its type does not have', 'content-invalid', content((all) => ({ ...all, undeclared: 'x' }))],
    ['leaves out a field that it declares', 'claims-mismatch', content(({ provider: _, ...rest }) => rest)],
    [
      'sends a field that it does not declare',
      'claims-mismatch',
      claims((all) => ({ ...all, items: items(all).slice(1) })),
    ],
    [
      'declares a field as something that no secrecy protects',
      'claims-mismatch',
      claims((all) => ({ ...all, items: items(all).map((item) => ({ ...item, secrecy: [] })) })),
    ],
    [
      'hides a protected identity',
      'claims-mismatch',
      content((all) => ({ ...all, subject: { ...all['subject'], protection: 'secrecy-marking' } })),
    ],
    ['says itself what content determines', 'claims-mismatch', claims((all) => ({ ...all, derived: {} }))],
    ['sends another type than it declares', 'manifest-binding', claims((all) => ({ ...all, messageType: 'answer/1' }))],
  ])('%s: %s, whatever the exchange says', async (_, reason, forgery) => {
    expect(await taken(await exchange.permits(await forged(world, genuine, forgery), permit))).toBe(reason);
  });
});
