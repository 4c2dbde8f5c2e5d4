import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { localSigner, parseNotice, parseRetraction, signRetraction } from '#envelope';
import type { PrivateKey, Retraction } from '#envelope';
import { aGateway, aWorld, anExchange, example, forged, outcomeOf, sealed } from '#testing';
import type { Sealed, TestExchange, TestGateway, World } from '#testing';
import type { SubmitReferralDto } from '#contracts';
import { Suspects } from '#messaging';
import type { DataSource } from 'typeorm';
import { EarlyStatements } from '../apps/exchange/src/application/early.js';
import { DecideMessage } from '../apps/exchange/src/application/decide-message.js';
import { Recorder } from '../apps/exchange/src/application/recorder.js';
import { ReleaseProven } from '../apps/exchange/src/application/release-proven.js';
import { GiveAgain } from '../apps/exchange/src/application/give-again.js';
import { SetAsideMessages } from '../apps/exchange/src/application/set-aside.js';
import { TellAgain } from '../apps/exchange/src/application/tell-again.js';
import { TakeRetraction } from '../apps/exchange/src/application/take-retraction.js';
import type { Releaser } from '../apps/exchange/src/application/releaser.js';
import { DeadLetters } from '../apps/exchange/src/messages/dead-letters.js';
import { HandleGatewayMessage } from '../apps/exchange/src/messages/handle-gateway-message.js';
import { entries } from '../apps/exchange/src/persistence/entry.store.js';
import { messages } from '../apps/exchange/src/persistence/message.store.js';
import type { ReceivedRetraction } from '../apps/gateway/src/application/ports.js';
import { ReadReferrals } from '../apps/gateway/src/application/read-referrals.js';
import { ReadWaiting } from '../apps/gateway/src/application/read-waiting.js';
import { RetractReferral } from '../apps/gateway/src/application/retract-referral.js';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import { PostgresDeliveryStore } from '../apps/gateway/src/persistence/delivery.store.js';
import { PostgresDueStore } from '../apps/gateway/src/persistence/due.store.js';
import { PostgresErasureStore } from '../apps/gateway/src/persistence/erasure.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { PostgresRetractionStore } from '../apps/gateway/src/persistence/retraction.store.js';
import { OwnDatabases, silent } from './support/databases.js';
import { noRelay } from './support/no-relay.js';
import { PostgresWaitingStore } from '../apps/gateway/src/persistence/waiting.store.js';

jest.setTimeout(60_000);
const ACCOUNT = 'gw-kommunerna';
const { system, referral } = example('01');

describe('a retraction', () => {
  let world: World;
  let sending: TestGateway;
  let exchange: TestExchange;
  let databases: OwnDatabases;
  beforeAll(async () => {
    world = await aWorld();
    sending = await aGateway(world, 'kommunerna');
    exchange = await anExchange(world);
    databases = await OwnDatabases.deploy('retractions');
  });
  afterAll(() => databases.drop());

  describe('at the exchange', () => {
    let db: DataSource;
    let deciding: DecideMessage;
    let recorder: Recorder;
    let taking: TakeRetraction;
    let message: Sealed;
    beforeAll(async () => {
      db = await databases.connect(databases.urls.operator.exchange, 'exchange');
      const fresh = { id: randomUUID, blind: () => randomBytes(32) };
      recorder = new Recorder(
        () => [exchange.signer],
        world.environment,
        fresh,
        () => true,
      );
      const { now } = world.clock;
      deciding = new DecideMessage(db, exchange.senders, exchange.judge, recorder, now, () => undefined);
      taking = new TakeRetraction(db, exchange.senders, recorder, now);
    });
    beforeEach(async () => {
      const body = { ...referral, id: randomUUID(), caseId: randomUUID() };
      message = await sealed(world, sending, { ...example('01'), referral: body } as ReturnType<typeof example>);
      await deciding.execute(message, ACCOUNT);
    });

    const key = () => ({ sender: system, messageId: message.message.messageId, attempt: 1 });
    const retraction = (change: Partial<Retraction> = {}): Promise<string> =>
      signRetraction(localSigner(world.keys.manifests['kommunerna'] as PrivateKey), {
        v: 1,
        env: world.environment,
        retractionId: randomUUID(),
        ...key(),
        recipient: message.message.recipient,
        gateway: 'kommunerna',
        jweSha256: message.message.jweSha256 ?? '',
        reason: 'wrong-recipient',
        at: world.clock.now().toISOString(),
        ...change,
      });
    const take = async (text: string) => (await taking.execute({ retraction: text }, ACCOUNT)).outcome;
    const noticed = async (): Promise<readonly string[]> => {
      const rows = await db.query<{ notice: string }[]>(`SELECT notice FROM exchange.notice ORDER BY seq`);
      const own = rows.map(({ notice }) => parseNotice(notice).notice);
      return own.filter(({ messageId }) => messageId === key().messageId).map(({ kind }) => kind);
    };
    const state = () => db.transaction(async (tx) => (await messages.find(tx, key()))?.state);
    /** As the release leaves it. */
    const released = () =>
      db.transaction(async (tx) => {
        const found = await messages.find(tx, key());
        const waiting = await entries.waitingOn(tx, key());
        if (found === undefined || waiting === undefined) throw new Error('nothing waits');
        await messages.deliver(tx, found, waiting.entryId, world.clock.now());
        await messages.move(tx, found, 'released', world.clock.now());
        await entries.released(tx, 'decision', waiting.entryId, world.clock.now());
        return waiting.entryId;
      });

    it('of what was not released ends it: its permit is released no more', async () => {
      const text = await retraction();
      expect(await take(text)).toBe('withdrawn');
      expect([await state(), await noticed()]).toEqual(['withdrawn', ['withdrawn']]);
      expect(await db.transaction((tx) => entries.waitingOn(tx, key()))).toBeUndefined();
      expect(await take(text)).toBe('known');
      expect(await noticed()).toEqual(['withdrawn']);
    });

    it('of what was released is recorded, and moves nothing', async () => {
      const decisionEntryId = await released();
      expect(await take(await retraction({ decisionEntryId }))).toBe('taken');
      expect([await state(), await noticed()]).toEqual(['released', ['retraction-recorded']]);
    });

    /** What of the notices that are recorded now is told again. */
    const tellingAgain = async () => {
      const after = { at: world.clock.now(), entryId: '00000000-0000-0000-0000-000000000000' };
      await db.transaction(async (tx) => {
        const waiting = (await entries.waiting(tx, 1000)).filter(({ is }) => is === 'notice');
        for (const { entryId } of waiting) await entries.released(tx, 'notice', entryId, world.clock.now());
      });
      world.clock.advance(60_000);
      const proofs = { find: (ids: readonly string[]) => Promise.resolve(new Map(ids.map((id) => [id, 'a proof']))) };
      const telling = new TellAgain(db, exchange.law, proofs, world.clock.now);
      const toldTo = async (gateway: string) =>
        (await telling.list(gateway, after, 500)).filter(({ is }) => is === 'notice');
      return { telling, toldTo };
    };
    const gatewayOf = (authority: string) => world.snapshot.authority(authority)?.gateway ?? '';

    it('of what never went to its recipient is told again to its sender’s gateway alone', async () => {
      // As a refusal that was told leaves it.
      await db.transaction(async (tx) => {
        const found = await messages.find(tx, key());
        const waiting = await entries.waitingOn(tx, key());
        if (found === undefined || waiting === undefined) throw new Error('nothing waits');
        await messages.move(tx, found, 'refused', world.clock.now());
        await entries.released(tx, 'decision', waiting.entryId, world.clock.now());
      });
      expect(await take(await retraction())).toBe('taken');
      const { telling, toldTo } = await tellingAgain();
      const there = gatewayOf(message.message.recipient);
      const kept = await db.query<{ entry_id: string; notice: string }[]>(
        `SELECT entry_id, notice FROM exchange.notice`,
      );
      const own = kept.find(({ notice }) => parseNotice(notice).notice.messageId === key().messageId)?.entry_id ?? '';
      expect((await toldTo('kommunerna')).map(({ entryId }) => entryId)).toContain(own);
      expect((await toldTo(there)).map(({ entryId }) => entryId)).not.toContain(own);
      expect(await telling.bodies('kommunerna', [{ entryId: own, is: 'notice' }])).toHaveLength(1);
      expect(await telling.bodies(there, [{ entryId: own, is: 'notice' }])).toEqual([]);
    });

    it('is told again to its sender’s and its recipient’s gateway, when they ask, and to no other', async () => {
      await released();
      expect(await take(await retraction())).toBe('taken');
      const { telling, toldTo } = await tellingAgain();
      const there = gatewayOf(message.message.recipient);
      const own = (await toldTo(there)).find(({ messageId }) => messageId === key().messageId);
      expect(own?.authority).toBe(message.message.recipient);
      expect((await toldTo('kommunerna')).map(({ entryId }) => entryId)).toContain(own?.entryId);
      const others = new Set(world.snapshot.authorities().map(({ gateway }) => gateway));
      for (const gateway of others) {
        if (gateway === there || gateway === 'kommunerna') continue;
        expect(await toldTo(gateway)).toEqual([]);
        expect(await telling.bodies(gateway, [{ entryId: own?.entryId ?? '', is: 'notice' }])).toEqual([]);
      }
      expect(await telling.bodies(there, [{ entryId: own?.entryId ?? '', is: 'notice' }])).toHaveLength(1);
    });

    it('is one of each message', async () => {
      await released();
      await take(await retraction());
      expect(await outcomeOf(async () => take(await retraction({ reason: 'no-ground' })))).toBe('retraction-conflict');
      expect(await noticed()).toEqual(['retraction-recorded']);
    });

    it('and the release of one message are one after the other, whichever comes first', async () => {
      const [outcome] = await Promise.all([take(await retraction()), released().catch(() => undefined)]);
      expect([outcome, await state()]).toEqual(
        outcome === 'taken' ? ['taken', 'released'] : ['withdrawn', 'withdrawn'],
      );
    });

    it('lets no further attempt be taken', async () => {
      await released();
      const next = await forged(world, message, {
        context: (context) => ({ ...context, attempt: 2 }),
        manifest: (manifest) => ({ ...manifest, attempt: 2 }),
      });
      await take(await retraction());
      expect(await outcomeOf(() => deciding.execute(next, ACCOUNT))).toBe('attempt-out-of-order');
    });

    it('whose delivery was counted down while it waited is taken; one that killed its readers is set aside', async () => {
      const aside = new SetAsideMessages(db, exchange.law, recorder, randomUUID, world.clock.now);
      const suspects = new Suspects(db, 'exchange');
      const none = undefined as never;
      const releaser = { wake: () => undefined } as Releaser;
      const handle = new HandleGatewayMessage(deciding, none, taking, none, aside, releaser, () => undefined, silent);
      const giving = new GiveAgain(db, randomUUID, world.clock.now);
      const dead = new DeadLetters(aside, suspects, handle, giving, releaser, silent);
      const letter = async (reason: string) => ({
        type: 'retraction.signed.v1',
        body: Buffer.from(JSON.stringify({ retraction: await retraction() })),
        userId: ACCOUNT,
        messageId: randomUUID(),
        redelivered: false,
        deliveries: 1,
        death: { queue: 'exchange.in', reason },
      });
      const held = async () => (await aside.list({ state: 'held', limit: 200 })).map(({ reason }) => reason).toSorted();
      const before = await held();
      await dead.deadLetter(await letter('delivery_limit'));
      expect([await state(), await held()]).toEqual(['withdrawn', before]);
      const killer = await letter('rejected');
      for (const _ of [1, 2, 3]) await new Suspects(db, 'exchange', randomUUID()).begin('exchange.in', killer);
      await dead.deadLetter(killer);
      expect(await held()).toEqual([...before, 'delivery-limit'].toSorted());
      // Its handler fails again and again: it is kept as it is, whatever it is.
      await dead.deadLetter({ ...(await letter('rejected')), body: Buffer.from('{'), failures: 3 });
      expect(await held()).toEqual([...before, 'delivery-limit', 'handler-failed'].toSorted());
    });

    it('to a gateway, counted down while it waited there, is given again as often as may be; then it is set aside', async () => {
      const aside = new SetAsideMessages(db, exchange.law, recorder, randomUUID, world.clock.now);
      const none = undefined as never;
      const releaser = { wake: () => undefined } as Releaser;
      const giving = new GiveAgain(db, randomUUID, world.clock.now);
      const dead = new DeadLetters(aside, new Suspects(db, 'exchange'), none, giving, releaser, silent);
      const letter = (reason: string, userId = 'exchange') => ({
        type: 'notice.issued.v1',
        body: Buffer.from('{"nth":1}'),
        userId,
        messageId: randomUUID(),
        redelivered: false,
        deliveries: 1,
        death: { queue: 'gw.kommunerna.in', reason },
      });
      const given = () =>
        db.query<object[]>(`SELECT FROM exchange.outbox WHERE routing_key = 'gw.kommunerna' AND body = '{"nth":1}'`);
      const held = async () => (await aside.list({ state: 'held', limit: 200 })).map(({ reason }) => reason).toSorted();
      const before = await held();
      // What the gateway has set aside itself, and what was never ours, is not.
      await dead.deadLetter(letter('rejected'));
      await dead.deadLetter(letter('delivery_limit', 'gw-kommunerna'));
      expect([(await given()).length, await held()]).toEqual([
        0,
        [...before, 'refused-by-gateway', 'delivery-limit'].toSorted(),
      ]);
      for (let time = 0; time < 5; time += 1) await dead.deadLetter(letter('delivery_limit'));
      expect([(await given()).length, (await held()).length]).toEqual([5, before.length + 2]);
      await dead.deadLetter(letter('delivery_limit'));
      expect([(await given()).length, (await held()).length]).toEqual([5, before.length + 3]);
    });

    describe('that overtakes its message', () => {
      const aside = () => new SetAsideMessages(db, exchange.law, recorder, randomUUID, world.clock.now);
      const none = undefined as never;
      const releaser = { wake: () => undefined } as Releaser;
      class Rounds extends EarlyStatements {
        once(): Promise<number> {
          return this.round();
        }
      }
      const parts = () => {
        const early: Rounds = new Rounds(
          db,
          (came) => handle.attempt(came),
          (came, reason) => handle.setAside(came, reason),
          60_000,
          silent,
          world.clock.now,
        );
        const logged = () => undefined;
        const full = () => false;
        const handle: HandleGatewayMessage = new HandleGatewayMessage(
          deciding,
          none,
          taking,
          none,
          aside(),
          releaser,
          logged,
          silent,
          full,
          early,
        );
        return { early, handle };
      };
      const given = (text: string) => ({
        type: 'retraction.signed.v1',
        body: Buffer.from(JSON.stringify({ retraction: text })),
        userId: ACCOUNT,
        messageId: randomUUID(),
        redelivered: false,
        deliveries: 1,
      });
      const waiting = async () => (await db.query<object[]>('SELECT FROM exchange.early')).length;
      const unsent = async () => {
        const body = { ...referral, id: randomUUID(), caseId: randomUUID() };
        message = await sealed(world, sending, { ...example('01'), referral: body } as ReturnType<typeof example>);
      };

      it('waits in no hand, and is taken when its message has come, once', async () => {
        await unsent();
        const { early, handle } = parts();
        const came = given(await retraction());
        await handle.take(came);
        await handle.take({ ...came, messageId: randomUUID() });
        expect([await waiting(), await state()]).toEqual([1, undefined]);
        world.clock.advance(1_000);
        await early.once();
        expect(await waiting()).toBe(1);
        await deciding.execute(message, ACCOUNT);
        world.clock.advance(1_000);
        await early.once();
        expect([await waiting(), await state(), await noticed()]).toEqual([0, 'withdrawn', ['withdrawn']]);
      });

      it('keeps its message from being released, however late it comes, until it is taken', async () => {
        await unsent();
        const { early, handle } = parts();
        await handle.take(given(await retraction()));
        // As from quarantine: by then it is tried again once a minute.
        world.clock.advance(40_000);
        await early.once();
        await deciding.execute(message, ACCOUNT);
        const { disclosure } = world.trust.logs;
        const { now } = world.clock;
        const { law, judge } = exchange;
        const releasing = new ReleaseProven(
          ...([
            db,
            disclosure,
            law,
            judge,
            deciding,
            recorder,
            1e9,
            randomUUID,
            now,
            () => undefined,
            noRelay,
          ] as const),
        );
        const decision = await db.transaction((tx) => entries.waitingOn(tx, key()));
        const waiting = { entryId: decision?.entryId ?? '', is: 'decision' } as const;
        const [row] = await db.query<{ decision: string; blind: Buffer<ArrayBuffer> }[]>(
          `SELECT decision, blind FROM exchange.decision WHERE entry_id = $1`,
          [waiting.entryId],
        );
        const { proof } = await world.disclosure.append(row?.decision ?? '', row?.blind);
        expect(await releasing.releaseAll(new Map([[waiting.entryId, proof]]), [waiting])).toEqual(new Set());
        await expect(releasing.release(waiting, proof)).rejects.toMatchObject({ code: 'retraction' });
        world.clock.advance(60_000);
        await early.once();
        expect([await state(), await noticed()]).toEqual(['withdrawn', ['withdrawn']]);
        expect(await releasing.release(waiting, proof)).toBe('not-waiting');
      });

      it('that cannot be looked at now keeps no other waiting', async () => {
        const { early, handle } = parts();
        const broken = given(await retraction({ messageId: randomUUID() }));
        await unsent();
        await handle.take(broken);
        await db.query(`UPDATE exchange.early SET body = '' `);
        const take = handle.attempt.bind(handle);
        handle.attempt = (came) => (came.body.length === 0 ? Promise.reject(new Error('a defect')) : take(came));
        await handle.take(given(await retraction()));
        await deciding.execute(message, ACCOUNT);
        world.clock.advance(1_000);
        await early.once();
        await early.once();
        expect(await state()).toBe('withdrawn');
        await db.query('DELETE FROM exchange.early');
      });

      it('is set aside when that has not come in time', async () => {
        await unsent();
        const { early, handle } = parts();
        await handle.take(given(await retraction()));
        world.clock.advance(61_000);
        await early.once();
        expect(await waiting()).toBe(0);
        expect((await aside().list({ state: 'held', limit: 200 })).at(-1)).toMatchObject({
          reason: 'retraction-unbound',
          userId: ACCOUNT,
        });
      });

      it('stays in quarantine when somebody retries it and its message is still not here', async () => {
        const { handle } = parts();
        await unsent();
        const text = await retraction();
        expect(await outcomeOf(() => handle.again(given(text)))).toBe('retraction-unbound');
        expect(parseRetraction(text).retraction.sender).toBe(system);
      });
    });
  });

  describe('at a gateway', () => {
    let db: DataSource;
    let store: PostgresRetractionStore;
    let deliveries: PostgresDeliveryStore;
    let referrals: PostgresReferralStore;
    let submitting: SubmitReferral;
    beforeAll(async () => {
      db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
      const outbox = new Outbox('kommunerna', noRelay);
      store = new PostgresRetractionStore(db, outbox);
      deliveries = new PostgresDeliveryStore(db, sending.keys, outbox);
      referrals = new PostgresReferralStore(db, sending.keys, outbox);
      const { evaluate, sealing } = sending;
      const { now } = world.clock;
      submitting = new SubmitReferral(referrals, evaluate, sealing, 1e9, world.newId, now, () => undefined);
    });

    const received = (messageId: string, change: Partial<ReceivedRetraction> = {}): ReceivedRetraction => ({
      messageId,
      sender: 'fk/forsakringskassan',
      attempt: 1,
      jweSha256: 'x',
      retractionId: randomUUID(),
      reason: 'wrong-person',
      statement: 'a.b.c',
      notice: 'a.b.c',
      blind: '',
      proof: '',
      at: world.clock.now(),
      receivedAt: world.clock.now(),
      ...change,
    });
    const delivered = (authority: string, messageId: string) =>
      deliveries.receive(
        {
          authority,
          messageId,
          attempt: 1,
          sender: 'fk/forsakringskassan',
          caseId: randomUUID(),
          type: 'answer/1',
          function: 'registrator',
          deliveryNumber: 1,
          receivedAt: world.clock.now(),
          jweSha256: 'x',
          decisionEntryId: randomUUID(),
          detail: {} as never,
        },
        'A'.repeat(43),
        { receiptId: randomUUID(), kind: 'technical', receipt: 'r', at: world.clock.now(), detail: {} },
        { id: randomUUID(), type: 'receipt.signed.v1', body: Buffer.from('{}') },
      );

    it('waits for the message that it is of, is seen by its authority alone, and is once', async () => {
      const messageId = randomUUID();
      expect(await store.receive(system, received(messageId))).toBe(true);
      expect(await store.receive(system, received(messageId, { reason: 'no-ground' }))).toBe(false);
      expect(await store.received(system, [messageId])).toEqual([]);
      await delivered(system, messageId);
      expect(await store.received(system, [messageId])).toMatchObject([{ messageId, reason: 'wrong-person' }]);
      expect(await store.received('linkoping/socialnamnden', [messageId])).toEqual([]);
    });

    it('of another message under the same id does not show', async () => {
      const messageId = randomUUID();
      await store.receive(system, received(messageId, { jweSha256: 'y' }));
      await store.receive(system, received(messageId, { sender: 'skv/skatteverket' }));
      await delivered(system, messageId);
      expect(await store.received(system, [messageId])).toEqual([]);
    });

    it('is erased with its message, and does not come back', async () => {
      const messageId = randomUUID();
      await delivered(system, messageId);
      await store.receive(system, received(messageId));
      const erasing = { decisionId: randomUUID(), messageId, statement: 'decision', at: world.clock.now() };
      await new PostgresErasureStore(db).erase(system, erasing);
      expect(await store.received(system, [messageId])).toEqual([]);
      expect(await store.receive(system, received(messageId))).toBe(false);
    });

    const submitted = async (): Promise<string> => {
      const body = { ...referral, id: randomUUID(), caseId: randomUUID() } as SubmitReferralDto;
      return (await submitting.submit(system, body)).recipients[0]?.messageId ?? '';
    };
    const sent = async (): Promise<string> => {
      const messageId = await submitted();
      await db.query(`UPDATE gateway.outbox SET published_at = now() WHERE type = 'message.submitted.v1'`);
      return messageId;
    };
    const retractionOf = (messageId: string) =>
      ({
        messageId,
        attempt: 1,
        retractionId: randomUUID(),
        reason: 'sent-twice',
        statement: 'a.b.c',
        at: world.clock.now(),
      }) as const;
    const out = () => [{ id: randomUUID(), type: 'retraction.signed.v1', body: Buffer.from('{}') }] as const;
    const count = async () =>
      (await db.query<unknown[]>(`SELECT FROM gateway.outbox WHERE type = 'retraction.signed.v1'`)).length;
    const stateOf = async (messageId: string) => (await referrals.findMessage(system, messageId))?.state;
    const heard = (messageId: string, kind: string, attempt = 1) => ({
      entryId: randomUUID(),
      messageId,
      attempt,
      kind,
      entry: 'x',
      at: world.clock.now(),
    });

    it('of what has not left keeps it from leaving, and says nothing to anybody', async () => {
      const messageId = await submitted();
      // It waits for its attachments to be brought.
      await db.query(`UPDATE gateway.outbox SET claimed_until = 'infinity' WHERE published_at IS NULL`);
      const before = await count();
      expect(await store.give(system, [retractionOf(messageId)], out())).toBe(true);
      expect([await stateOf(messageId), await count()]).toEqual(['withdrawn', before]);
      expect(await store.given(system, [messageId])).toEqual([]);
      const left = await db.query<unknown[]>(
        `SELECT FROM gateway.outbox WHERE published_at IS NULL AND type LIKE 'message%'`,
      );
      expect(left).toEqual([]);
    });

    it('of what waits for a key ends it, and of an attempt that is no longer under way is not given', async () => {
      const messageId = await sent();
      await referrals.record(system, heard(messageId, 'decision'), 'awaiting-key');
      expect(await store.give(system, [{ ...retractionOf(messageId), attempt: 2 }], out())).toBe(false);
      expect(await stateOf(messageId)).toBe('awaiting-key');
      expect(await store.give(system, [retractionOf(messageId)], out())).toBe(true);
      expect(await stateOf(messageId)).toBe('withdrawn');
      expect((await store.given(system, [messageId])).length).toBe(1);
      expect(await referrals.awaitingKey(system)).toEqual([]);
    });

    it.each([
      ['decision', 'refused'],
      ['receipt-recorded', 'rejected'],
    ])('lets no further attempt be made when a %s says later that it was not opened', async (kind, end) => {
      const messageId = await sent();
      await store.give(system, [retractionOf(messageId)], out());
      const set = [{ what: 'retraction-acknowledged', at: world.clock.now() }] as const;
      await referrals.record(system, heard(messageId, 'retraction-recorded'), undefined, {
        set,
        at: world.clock.now(),
      });
      await referrals.record(system, heard(messageId, kind), 'awaiting-key');
      expect(await stateOf(messageId)).toBe(end);
      // Nor is an answer waited for that nobody can give.
      expect(await new PostgresDueStore(db).open(system, [messageId])).toEqual([]);
    });

    it('of which an earlier attempt is heard again leaves the alarms of the next one on', async () => {
      const messageId = await sent();
      await db.transaction(async (tx) => {
        await tx.query(`SELECT set_config('app.authority', $1, true)`, [system]);
        await tx.query(`UPDATE gateway.message SET attempt = 2 WHERE message_id = $1`, [messageId]);
      });
      const at = world.clock.now();
      const met = ['technical', 'accepted'] as const;
      await referrals.record(system, heard(messageId, 'receipt-recorded'), 'awaiting-key', { met, at });
      const set = met.map((what) => ({ what, at }));
      await referrals.record(system, heard(messageId, 'decision', 2), 'released', { set, at });
      expect(await new PostgresDueStore(db).open(system, [messageId])).toHaveLength(2);
    });

    describe('because it was given another way', () => {
      let waiting: PostgresWaitingStore;
      let retracting: RetractReferral;
      let reading: ReadReferrals;
      const [to] = referral.to;
      const recipient = to?.authority ?? '';
      beforeAll(() => {
        waiting = new PostgresWaitingStore(db);
        const { keys } = sending;
        const { now } = world.clock;
        retracting = new RetractReferral(referrals, store, keys, world.environment, world.newId, now, waiting);
        reading = new ReadReferrals(referrals, new PostgresDueStore(db), store, now, waiting);
      });
      const way = () =>
        ({ recipient, how: 'telephone', office: 'enhetschef', at: world.clock.now().toISOString() }) as const;
      const taken = async (): Promise<{ readonly id: string; readonly messageId: string }> => {
        const body = { ...referral, id: randomUUID(), caseId: randomUUID() } as SubmitReferralDto;
        const { recipients } = await submitting.submit(system, body);
        return { id: body.id, messageId: recipients[0]?.messageId ?? '' };
      };
      const left = () => db.query(`UPDATE gateway.outbox SET published_at = now(), attempts = 1`);
      const view = async (id: string) => (await reading.read(system, id)).recipients[0];

      it('is never sent when it had not left, and tells office, way and time', async () => {
        const { id } = await taken();
        const before = await count();
        await retracting.given(system, id, way());
        const given = way();
        await retracting.given(system, id, { ...given, how: 'paper' });
        const { recipient: _, ...said } = given;
        expect(await view(id)).toMatchObject({ state: 'withdrawn', givenAnotherWay: { ...said } });
        expect(await count()).toBe(before);
        const waits = await db.query<unknown[]>(
          `SELECT FROM gateway.outbox WHERE published_at IS NULL AND type = 'message.submitted.v1'`,
        );
        expect(waits).toEqual([]);
      });

      it('is told to the exchange when it had left, once', async () => {
        const { id } = await taken();
        await left();
        await retracting.given(system, id, way());
        await retracting.given(system, id, way());
        const message = await view(id);
        expect(message).toMatchObject({ state: 'accepted', retraction: { reason: 'given-another-way' } });
        expect(parseRetraction(message?.retraction?.retraction ?? '').retraction.reason).toBe('given-another-way');
        const sentOut = await db.query<unknown[]>(
          `SELECT FROM gateway.outbox WHERE type = 'retraction.signed.v1' AND published_at IS NULL`,
        );
        expect(sentOut).toHaveLength(1);
        await db.query(`DELETE FROM gateway.outbox`);
      });

      it('is not said of what was released, of a stranger, or of time to come', async () => {
        const { id, messageId } = await taken();
        await left();
        await referrals.record(system, heard(messageId, 'decision'), 'released');
        const said = (change: object) => outcomeOf(() => retracting.given(system, id, { ...way(), ...change }));
        expect(await said({})).toBe('TOO_LATE');
        expect(await said({ recipient: 'csn/csn' })).toBe('UNKNOWN_RECIPIENT');
        expect(await said({ at: new Date(world.clock.now().getTime() + 1000).toISOString() })).toBe('CONTENT_INVALID');
        expect([...(await waiting.given(system, [messageId])).keys()]).toEqual([]);
      });

      it('is chosen from what waits, in the order in which the law hurries, page by page', async () => {
        await db.query(`DELETE FROM gateway.outbox`);
        await db.transaction(async (tx) => {
          await tx.query(`SELECT set_config('app.authority', $1, true)`, [system]);
          await tx.query(`UPDATE gateway.message SET state = 'released' WHERE state IN ('accepted', 'awaiting-key')`);
        });
        const old = await taken();
        world.clock.advance(1000);
        const quick = await taken();
        world.clock.advance(1000);
        const atOnce = await taken();
        const late = await taken();
        const clocks = { [quick.messageId]: 'skyndsamt', [atOnce.messageId]: 'genast', [late.messageId]: 'none' };
        for (const [messageId, clock] of Object.entries(clocks))
          await db.transaction(async (tx) => {
            await tx.query(`SELECT set_config('app.authority', $1, true)`, [system]);
            await tx.query(`UPDATE gateway.message SET clock = $2 WHERE message_id = $1`, [messageId, clock]);
          });
        await db.query(`UPDATE gateway.outbox SET attempts = 1 WHERE seq = (SELECT min(seq) FROM gateway.outbox)`);
        await retracting.given(system, old.id, way());
        const list = new ReadWaiting(waiting, world.clock.now);
        const first = await list.list(system, { limit: 2 });
        const second = await list.list(system, { limit: 2, after: first.next ?? '' });
        const items = [...first.items, ...second.items];
        expect(items.map(({ referralId }) => referralId)).toEqual([atOnce.id, quick.id, old.id, late.id]);
        // Its item was given already: whoever looks next need not give it again.
        expect(items.map(({ givenAnotherWay }) => givenAnotherWay)).toEqual([false, false, true, false]);
        expect(items.map(({ here, overdue, clock }) => [here, overdue, clock])).toEqual([
          [true, false, 'genast'],
          [true, false, 'skyndsamt'],
          [false, false, 'none'],
          [true, false, 'none'],
        ]);
        expect((await list.list(system, { limit: 2, after: second.next ?? '' })).items).toEqual([]);
        expect((await list.list('linkoping/socialnamnden', { limit: 2 })).items).toEqual([]);
      });
    });

    it('given is given once, with what goes out, or not at all', async () => {
      const messageId = await sent();
      const one = retractionOf(messageId);
      const before = await count();
      await Promise.all([
        store.give(system, [one], out()),
        store.give(system, [{ ...one, retractionId: randomUUID() }], out()),
      ]);
      expect([await count(), (await store.given(system, [messageId])).length]).toEqual([before + 1, 1]);
      expect(await outcomeOf(() => store.give(system, [{ ...one, reason: 'no-ground' }], out()))).toBe(
        'RETRACTION_EXISTS',
      );
      expect(await count()).toBe(before + 1);
    });
  });
});
