import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import type { MessageSubmittedV1, SubmitReferralDto } from '#contracts';
import { parseMessageSubmittedV1 } from '#contracts';
import { generateKey, localSigner, parseManifest } from '#envelope';
import type { Manifest, PrivateKey } from '#envelope';
import { MemoryRetractionStore, aGateway, aWorld, anExchange, example, forged, publicJwk, sealed } from '#testing';
import type { Sealed, TestExchange, TestGateway, World } from '#testing';
import type { DataSource } from 'typeorm';
import { DecideMessage } from '../apps/exchange/src/application/decide-message.js';
import { Recorder } from '../apps/exchange/src/application/recorder.js';
import { SetAside } from '../apps/exchange/src/domain/errors.js';
import { messages } from '../apps/exchange/src/persistence/message.store.js';
import type { StoredMessage } from '../apps/exchange/src/persistence/message.store.js';
import { RecordOutcome } from '../apps/gateway/src/application/record-outcome.js';
import { SealAgain } from '../apps/gateway/src/application/seal-again.js';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import { PostgresErasureStore } from '../apps/gateway/src/persistence/erasure.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const RECIPIENT = 'fk/forsakringskassan';
const { system, referral } = example('01');
const fresh = (): SubmitReferralDto => ({ ...referral, id: randomUUID(), caseId: randomUUID() }) as SubmitReferralDto;
const nothing = (): void => undefined;

describe('the next attempt of a message', () => {
  let databases: OwnDatabases;
  let world: World;
  let exchange: TestExchange;
  let gateway: TestGateway;
  beforeAll(async () => {
    databases = await OwnDatabases.deploy('attempts');
    world = await aWorld();
    exchange = await anExchange(world);
    gateway = await aGateway(world, 'kommunerna');
  });
  afterAll(() => databases.drop());

  const known = async (): Promise<void> => {
    await gateway.follower.refresh();
    await exchange.follower.refresh();
  };
  /** The recipient's newest sealing key ends, and another one comes. */
  const another = async (): Promise<void> => {
    const made = await generateKey('sealing');
    const administrator = world.keys.administrators['fk'] as PrivateKey;
    await world.state({ kind: 'key-added', holder: RECIPIENT, use: 'sealing', key: publicJwk(made) }, administrator);
    await known();
  };
  const revokeSealing = async (): Promise<void> => {
    for (const { kid } of world.snapshot.liveKeys(RECIPIENT, 'sealing')) await world.revoke(kid, 'fk');
    await known();
  };

  describe('at its sender', () => {
    let db: DataSource;
    let store: PostgresReferralStore;
    let submitting: SubmitReferral;
    let outcomes: RecordOutcome;
    let again: SealAgain;
    beforeAll(async () => {
      db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
      const { keys, evaluate, sealing, evidence, law } = gateway;
      store = new PostgresReferralStore(db, keys, new Outbox('kommunerna', noRelay));
      submitting = new SubmitReferral(store, evaluate, sealing, 1e9, world.newId, world.clock.now, nothing);
      outcomes = new RecordOutcome(evidence, store, new MemoryRetractionStore(), keys, world.clock.now);
      again = new SealAgain(store, law, evaluate, sealing, () => [system], world.clock.now, nothing);
    });

    const outgoing = async (messageId: string): Promise<readonly MessageSubmittedV1[]> =>
      (await db.query<{ body: Buffer }[]>(`SELECT body FROM gateway.outbox WHERE type = 'message.submitted.v1'`))
        .map(({ body }) => parseMessageSubmittedV1(body))
        .filter(({ manifest }) => parseManifest(manifest).manifest.messageId === messageId);
    /** Sealed to a key that ends before the exchange has decided, which its sender is told. */
    const waiting = async (): Promise<{ readonly id: string; readonly messageId: string }> => {
      await another();
      const body = fresh();
      const accepted = await submitting.submit(system, body);
      const messageId = accepted.recipients[0]?.messageId ?? '';
      const [submitted] = await outgoing(messageId);
      await revokeSealing();
      await outcomes.decided(await exchange.decided(submitted!));
      expect((await store.findMessage(system, messageId))?.state).toBe('awaiting-key');
      // It has left long since.
      await db.query(`DELETE FROM gateway.outbox`);
      return { id: body.id, messageId };
    };
    const earlier = (messageId: string) =>
      db.transaction(async (tx) => {
        await tx.query(`SELECT set_config('app.authority', $1, true)`, [system]);
        return tx.query<{ attempt: number }[]>(
          `SELECT attempt FROM gateway.earlier_attempt WHERE message_id = $1 ORDER BY attempt`,
          [messageId],
        );
      });

    it('is made once, whoever makes it at the same time, and the one before it is kept', async () => {
      const { messageId } = await waiting();
      expect(await again.execute()).toEqual([]);
      await another();
      const before = await store.findMessage(system, messageId);
      const done = await Promise.all([again.execute(), again.execute(), again.execute()]);
      expect(done.flat()).toEqual([{ authority: system, messageId, attempt: 2, outcome: 'sealed' }]);
      expect(await outgoing(messageId)).toHaveLength(1);
      const after = await store.findMessage(system, messageId);
      const { manifestSha256, jweSha256, detail } = before!;
      const { manifest, document } = detail;
      expect(after).toMatchObject({
        state: 'accepted',
        attempt: 2,
        earlier: [{ attempt: 1, manifestSha256, jweSha256, detail: { manifest, document } }],
      });
    });

    it('is not made of what was withdrawn while it waited', async () => {
      const { id, messageId } = await waiting();
      expect(await store.withdraw(system, id, world.clock.now())).toBe('withdrawn');
      await another();
      expect(await again.execute()).toEqual([]);
      expect(await outgoing(messageId)).toEqual([]);
    });

    it('is not made of what has expired while it waited', async () => {
      const { messageId } = await waiting();
      const { expiresAt } = (await store.findMessage(system, messageId))!;
      expect(await store.expire(system, new Date(expiresAt!.getTime() - 1))).toMatchObject({ messages: 0 });
      expect(await store.expire(system, expiresAt!)).toMatchObject({ messages: 1 });
      expect((await store.findMessage(system, messageId))?.state).toBe('expired');
      await another();
      expect(await again.execute()).toEqual([]);
    });

    it('leaves nothing of the ones before it when it is erased, and what is said late of them changes nothing', async () => {
      await another();
      const body = fresh();
      const accepted = await submitting.submit(system, body);
      const messageId = accepted.recipients[0]?.messageId ?? '';
      const [first] = await outgoing(messageId);
      await revokeSealing();
      const told = await exchange.decided(first!);
      await outcomes.decided(told);
      await another();
      await again.execute();
      expect(await earlier(messageId)).toEqual([{ attempt: 1 }]);
      const erasures = new PostgresErasureStore(db);
      const erase = (): Promise<boolean> =>
        erasures.erase(system, { decisionId: randomUUID(), messageId, statement: 'x', at: world.clock.now() });
      expect(await erase()).toBe(false);
      const receipt = { entryId: randomUUID(), messageId, kind: 'receipt-recorded', entry: 'x', at: new Date() };
      await store.record(system, { ...receipt, attempt: 2 }, 'fetched');
      expect(await erase()).toBe(true);
      expect(await earlier(messageId)).toEqual([]);
      expect(await outcomes.decided(told)).toMatchObject({ outcome: 'unknown' });
    });
  });

  describe('at the exchange', () => {
    let db: DataSource;
    let deciding: DecideMessage;
    beforeAll(async () => {
      db = await databases.connect(databases.urls.operator.exchange, 'exchange');
      const signer = localSigner(world.keys.decision);
      const blind = (): Buffer => randomBytes(32);
      const recorder = new Recorder(
        () => [signer],
        world.environment,
        { id: randomUUID, blind },
        () => true,
      );
      deciding = new DecideMessage(db, exchange.senders, exchange.judge, recorder, world.clock.now, nothing);
      await another();
    });

    const first = async (): Promise<Sealed> => {
      const made = await sealed(world, gateway, { ...example('01'), referral: fresh() });
      await deciding.execute(made, 'gw-kommunerna');
      return made;
    };
    const taken = async (made: Sealed, attempt: number, change: Partial<Manifest> = {}): Promise<string> => {
      const next = await forged(world, made, {
        context: (context) => ({ ...context, attempt }),
        manifest: (manifest) => ({ ...manifest, attempt, ...change }),
      });
      try {
        return (await deciding.execute(next, 'gw-kommunerna')).outcome;
      } catch (error) {
        if (error instanceof SetAside) return error.reason;
        throw error;
      }
    };
    const move = ({ sender, message }: Sealed, state: StoredMessage['state']): Promise<void> =>
      db.transaction((tx) =>
        messages.move(tx, { sender, messageId: message.messageId, attempt: 1 }, state, new Date()),
      );

    it.each<[StoredMessage['state'], boolean]>([
      ['decided', false],
      ['released', true],
      // For another reason than its key.
      ['rejected', false],
      ['fetched', false],
      ['expired', false],
      // By the law, or for a key that is not the recipient's.
      ['refused', false],
    ])('after a first that is %s is taken: %s', async (state, isTaken) => {
      const made = await first();
      await move(made, state);
      expect(await taken(made, 2)).toBe(isTaken ? 'permit' : 'attempt-out-of-order');
      expect(await taken(made, 3)).toBe('attempt-out-of-order');
    });

    it('is not denied for a key that its gateway has read of a moment before', async () => {
      const made = await sealed(world, gateway, { ...example('01'), referral: fresh() });
      const key = await generateKey('document');
      const administrator = world.keys.administrators['linkoping'] as PrivateKey;
      await world.state({ kind: 'key-added', holder: system, use: 'document', key: publicJwk(key) }, administrator);
      const ahead = await forged(world, made, {
        documentSigner: localSigner(key),
        manifest: (manifest) => ({ ...manifest, documentKey: key.kid }),
      });
      expect((await deciding.execute(ahead, 'gw-kommunerna')).outcome).toBe('permit');
    });

    it('is taken after one that the recipient could not open', async () => {
      const made = await first();
      await move(made, 'rejected');
      const { sender, message } = made;
      const receipt = {
        receiptId: randomUUID(),
        kind: 'rejected',
        reason: 'seal-not-openable',
        at: new Date(),
      } as const;
      const key = { sender, messageId: message.messageId, attempt: 1 };
      await db.transaction((tx) => messages.addReceipt(tx, key, { ...receipt, sha256: 'A'.repeat(43) }));
      expect(await taken(made, 2)).toBe('permit');
    });

    it.each<[string, Partial<Manifest>]>([
      ['recipient', { recipient: 'skv/skatteverket' }],
      ['case', { caseId: randomUUID() }],
    ])('is no message to another %s under the same id', async (_, change) => {
      const made = await first();
      await move(made, 'released');
      expect(await taken(made, 2, change)).toBe('attempt-out-of-order');
      expect(await taken(made, 2)).toBe('permit');
    });

    it('is taken after one that was refused for its key, once, and that one comes again as what is known', async () => {
      await another();
      const made = await sealed(world, gateway, { ...example('01'), referral: fresh() });
      await revokeSealing();
      await another();
      expect((await deciding.execute(made, 'gw-kommunerna')).outcome).toBe('deny');
      await move(made, 'refused');
      // Sealed by a liar to the key that has ended: taken as an attempt, and refused as one.
      expect(await taken(made, 2)).toBe('deny');
      expect((await deciding.execute(made, 'gw-kommunerna')).outcome).toBe('known');
    });
  });
});
