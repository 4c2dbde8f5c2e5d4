import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { SubmitReferralDto } from '#contracts';
import { parseRetraction } from '#envelope';
import { aGateway, aWorld, example, outcomeOf } from '#testing';
import type { TestGateway, World } from '#testing';
import type { DataSource } from 'typeorm';
import type { ReceivedRetraction } from '../apps/gateway/src/application/ports/retraction.js';
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
import { PostgresWaitingStore } from '../apps/gateway/src/persistence/waiting.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const { system, referral } = example('01');

describe('a retraction at a gateway', () => {
  let world: World;
  let sending: TestGateway;
  let databases: OwnDatabases;
  let db: DataSource;
  let store: PostgresRetractionStore;
  let deliveries: PostgresDeliveryStore;
  let referrals: PostgresReferralStore;
  let submitting: SubmitReferral;
  beforeAll(async () => {
    world = await aWorld();
    sending = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('retractions_gateway');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const outbox = new Outbox('kommunerna', noRelay);
    store = new PostgresRetractionStore(db, outbox);
    deliveries = new PostgresDeliveryStore(db, sending.keys, outbox);
    referrals = new PostgresReferralStore(db, sending.keys, outbox);
    const { evaluate, sealing } = sending;
    const { now } = world.clock;
    submitting = new SubmitReferral(referrals, evaluate, sealing, 1e9, world.newId, now, () => undefined);
  });
  afterAll(() => databases.drop());

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
      const none = { copies: () => Promise.resolve([]) };
      retracting = new RetractReferral(referrals, none, store, keys, world.environment, world.newId, now, waiting);
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
      // Said before: that stands, whatever is said next, and by an office that is none any more too.
      await retracting.given(system, id, { ...given, how: 'paper', office: 'kejsare' });
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
      expect(await said({ office: 'kejsare' })).toBe('CONTENT_INVALID');
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
      const beyond = `${'9'.repeat(20)}.${'9'.repeat(20)}`;
      for (const after of ['1764000000000.17', beyond])
        expect((await list.list(system, { limit: 2, after })).items).toEqual([]);
      // A list begins anew by a cursor that another server gave.
      const anew = await referrals.list(system, { limit: 2, after: beyond }, world.clock.now());
      expect(anew).toHaveLength(2);
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
