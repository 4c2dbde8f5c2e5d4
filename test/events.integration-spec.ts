import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { EventView, Scope, SubmitReferralDto } from '#contracts';
import { EventLog } from '#platform';
import { aGateway, aWorld, example, outcomeOf } from '#testing';
import type { TestGateway, World } from '#testing';
import type { DataSource } from 'typeorm';
import { EventArrivals } from '../apps/gateway/src/application/event-arrivals.js';
import type { ReceivedRetraction } from '../apps/gateway/src/application/ports/retraction.js';
import { ReadEvents } from '../apps/gateway/src/application/read-events.js';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import { WatchDeadlines } from '../apps/gateway/src/application/watch-deadlines.js';
import { WithdrawReferral } from '../apps/gateway/src/application/withdraw-referral.js';
import { duesOf } from '../apps/gateway/src/domain/deadlines.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresDeliveryStore } from '../apps/gateway/src/persistence/delivery.store.js';
import { PostgresDueStore } from '../apps/gateway/src/persistence/due.store.js';
import { PostgresEventStore } from '../apps/gateway/src/persistence/event.store.js';
import { openIncident } from '../apps/gateway/src/persistence/incident.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { PostgresRetractionStore } from '../apps/gateway/src/persistence/retraction.store.js';
import { PostgresSystemStore } from '../apps/gateway/src/persistence/system.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const { system: OWNER, referral } = example('01');
const OTHER = 'linkoping/socialnamnden';
const SENDER = 'fk/forsakringskassan';

describe('events', () => {
  let world: World;
  let gateway: TestGateway;
  let databases: OwnDatabases;
  let db: DataSource;
  let referrals: PostgresReferralStore;
  let deliveries: PostgresDeliveryStore;
  let retractions: PostgresRetractionStore;
  let submitting: SubmitReferral;
  let store: PostgresEventStore;
  let arrivals: EventArrivals;
  let reading: ReadEvents;
  let systems: PostgresSystemStore;
  const kid = randomUUID();
  const asking = { authority: OWNER, system: randomUUID(), kid };
  let before: string | undefined;

  beforeAll(async () => {
    world = await aWorld();
    gateway = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('events');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const outbox = new Outbox('kommunerna', noRelay);
    referrals = new PostgresReferralStore(db, gateway.keys, outbox);
    deliveries = new PostgresDeliveryStore(db, gateway.keys, outbox);
    retractions = new PostgresRetractionStore(db, outbox);
    const { evaluate, sealing } = gateway;
    const { now } = world.clock;
    submitting = new SubmitReferral(referrals, evaluate, sealing, 1e9, world.newId, now, () => undefined);
    store = new PostgresEventStore(db);
    arrivals = new EventArrivals(store, 20, new EventLog('test', 'silent'));
    arrivals.start();
    systems = new PostgresSystemStore(db, () => []);
    await enrol(kid);
    reading = new ReadEvents(store, arrivals, systems, now);
  });
  afterAll(async () => {
    await arrivals.stop();
    await databases.drop();
  });
  beforeEach(async () => {
    before = (await all()).at(-1)?.id;
  });

  const all = async (authority = OWNER): Promise<readonly EventView[]> => {
    const found: EventView[] = [];
    for (let after: string | undefined; ;) {
      const items = await store.list(authority, after, 200);
      found.push(...items);
      after = items.at(-1)?.id;
      if (items.length < 200) return found;
    }
  };
  const enrol = (key: string, scopes: readonly Scope[] = ['events:read']): Promise<string> => {
    world.clock.advance(1);
    const { system: id, authority } = asking;
    return systems.put({ id, authority, kid: key, jwk: {}, statement: 'x', statedAt: world.clock.now(), scopes });
  };
  /** Since the test began. */
  const told = async (): Promise<readonly EventView[]> => store.list(OWNER, before, 200);
  const types = async (): Promise<readonly string[]> => (await told()).map(({ type }) => type);

  const body = (change: object = {}): SubmitReferralDto =>
    ({ ...referral, id: randomUUID(), caseId: randomUUID(), ...change }) as SubmitReferralDto;
  const submitted = async (one = body()): Promise<{ readonly body: SubmitReferralDto; readonly messageId: string }> => {
    const { recipients } = await submitting.submit(OWNER, one);
    return { body: one, messageId: recipients[0]?.messageId ?? '' };
  };
  const statement = (messageId: string, kind: string, entryId: string = randomUUID()) => ({
    entryId,
    messageId,
    attempt: 1,
    kind,
    entry: 'e',
    at: world.clock.now(),
  });
  const delivered = (
    messageId: string,
    jweSha256 = 'x',
    caseId: string = randomUUID(),
    deliveryNumber = 1,
  ): Promise<boolean> =>
    deliveries.receive(
      {
        authority: OWNER,
        messageId,
        attempt: 1,
        sender: SENDER,
        caseId,
        type: 'request/1',
        function: 'registrator',
        deliveryNumber,
        receivedAt: world.clock.now(),
        jweSha256,
        decisionEntryId: randomUUID(),
        detail: {} as never,
      },
      messageId,
      { receiptId: randomUUID(), kind: 'technical', receipt: 'r', at: world.clock.now(), detail: {} },
      { id: randomUUID(), type: 'receipt.signed.v1', body: Buffer.from('{}') },
    );
  const retracted = (messageId: string, jweSha256 = 'x'): ReceivedRetraction => ({
    messageId,
    sender: SENDER,
    attempt: 1,
    jweSha256,
    retractionId: randomUUID(),
    reason: 'wrong-person',
    statement: 'a.b.c',
    notice: 'a.b.c',
    blind: '',
    proof: '',
    at: world.clock.now(),
    receivedAt: world.clock.now(),
  });

  it('tell a sender of each state that its message comes to and of each receipt, once, with its own ids', async () => {
    const { body: one, messageId } = await submitted();
    const receipt = statement(messageId, 'receipt-recorded');
    await referrals.record(OWNER, statement(messageId, 'decision'), 'released');
    for (let nth = 0; nth < 2; nth += 1) await referrals.record(OWNER, receipt, 'fetched');
    await submitting.submit(OWNER, one);
    const events = await told();
    expect(events.map(({ type }) => type).toSorted()).toEqual([
      'decision.recorded',
      'message.accepted',
      'message.fetched',
      'message.released',
      'receipt.recorded',
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const { data } of events)
      expect(data).toEqual({ messageId, referralId: one.id, caseId: one.caseId, messageType: one.type });
  });

  it('tell of the decision also where a receipt has overtaken it', async () => {
    const { messageId } = await submitted();
    await referrals.record(OWNER, statement(messageId, 'receipt-recorded'), 'fetched');
    await referrals.record(OWNER, statement(messageId, 'decision'), 'released');
    expect(await types()).toEqual(['message.accepted', 'receipt.recorded', 'message.fetched', 'decision.recorded']);
  });

  it('tell of a draft that comes to the same state once more', async () => {
    const { assessments: _, ...lacking } = body() as SubmitReferralDto & { assessments?: unknown };
    const withdrawing = new WithdrawReferral(referrals, world.clock.now);
    for (let nth = 0; nth < 2; nth += 1) {
      const { state } = await submitting.submit(OWNER, lacking as SubmitReferralDto);
      expect(state).toBe('awaiting-assessment');
      world.clock.advance(1_000);
      await withdrawing.execute(OWNER, lacking.id);
      world.clock.advance(1_000);
    }
    const once = ['message.awaiting-assessment', 'message.withdrawn'];
    expect(await types()).toEqual([...once, ...once]);
  });

  it('tell of a notice by its kind, of a receipt that is overdue once, and of an incident', async () => {
    const { messageId } = await submitted();
    const at = world.clock.now();
    await referrals.record(OWNER, statement(messageId, 'decision'), 'released', {
      set: duesOf(referral.type, 'none', at, at),
      at,
    });
    await referrals.record(OWNER, statement(messageId, 'retraction-quarantined'), undefined);
    world.clock.advance(3_600_000);
    const watching = new WatchDeadlines(new PostgresDueStore(db), () => [OWNER], world.clock.now);
    for (let nth = 0; nth < 2; nth += 1) await watching.alarms();
    const incident = { incidentId: randomUUID(), messageId, side: 'sender', other: SENDER, openedAt: at } as const;
    await asAuthority(db, OWNER, (tx) => openIncident(tx, OWNER, incident));
    const coded = (await told()).filter(({ data }) => data.code !== undefined);
    expect(coded.map(({ type, data }) => [type, data.code])).toEqual([
      ['notice.recorded', 'retraction-quarantined'],
      ['receipt.overdue', 'technical'],
      ['incident.opened', 'sender'],
    ]);
  });

  it('tell a recipient of what it received and of what was taken back, whichever comes first', async () => {
    const [first, second, foreign] = [randomUUID(), randomUUID(), randomUUID()];
    await delivered(first);
    await delivered(first);
    await retractions.receive(OWNER, retracted(first));
    await retractions.receive(OWNER, retracted(second));
    expect(await types()).toEqual(['delivery.received', 'delivery.retracted']);
    await delivered(second);
    // Of another seal: it is of no message here.
    await retractions.receive(OWNER, retracted(foreign, 'y'));
    await delivered(foreign);
    expect((await told()).map(({ type, data }) => [type, data.messageId])).toEqual([
      ['delivery.received', first],
      ['delivery.retracted', first],
      ['delivery.received', second],
      ['delivery.retracted', second],
      ['delivery.received', foreign],
    ]);
  });

  it('are their authority’s alone, and end with the transaction that they tell of', async () => {
    const { messageId } = await submitted();
    expect((await all(OTHER)).some(({ data }) => data.messageId === messageId)).toBe(false);
    const [event] = await told();
    expect(await outcomeOf(() => store.list(OTHER, event?.id, 20))).toBe('NOT_FOUND');
    const undone = asAuthority(db, OWNER, async (tx) => {
      await tx.query(`UPDATE gateway.message SET state = 'expired' WHERE authority = $1 AND message_id = $2`, [
        OWNER,
        messageId,
      ]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await types()).toEqual(['message.accepted']);
    for (const sql of [
      `UPDATE gateway.event SET code = 'x'`,
      `DELETE FROM gateway.event`,
      `INSERT INTO gateway.event (authority, event_id, type, at, message_id) VALUES ('${OWNER}', '${messageId}', 'x', now(), '${messageId}')`,
      `SELECT gateway.tell('${OWNER}', 'x', 'x', now(), '${messageId}', NULL, NULL, NULL, NULL, NULL)`,
    ])
      await expect(asAuthority(db, OWNER, (tx) => tx.query(sql))).rejects.toThrow('permission denied');
  });

  it('pass by none that is committed late', async () => {
    const runner = db.createQueryRunner();
    const [late, soon] = [randomUUID(), randomUUID()];
    await runner.startTransaction();
    await runner.query(`SELECT set_config('app.authority', $1, true)`, [OWNER]);
    await runner.query(
      `INSERT INTO gateway.incident (authority, incident_id, message_id, side, other, opened_at) VALUES ($1, $2, $2, 'sender', 'x', now())`,
      [OWNER, late],
    );
    await delivered(soon);
    expect(await told()).toEqual([]);
    await runner.commitTransaction();
    await runner.release();
    expect((await told()).map(({ data }) => data.messageId)).toEqual([late, soon]);
  });

  it('go on from where the system said it has come, which never goes back, and each system for itself', async () => {
    await delivered(randomUUID());
    await delivered(randomUUID());
    const [first, second] = (await told()).map(({ id }) => id);
    if (first === undefined || second === undefined) throw new Error('there are two');
    const page = { limit: 20, wait: 0 };
    expect(await reading.acknowledge(asking, second)).toEqual({ acknowledged: second });
    expect(await reading.acknowledge(asking, first)).toEqual({ acknowledged: second });
    expect(await reading.list(asking, page)).toEqual({ items: [], next: second });
    const another = { authority: OWNER, system: randomUUID() };
    expect((await reading.list(another, { ...page, limit: 1 })).items).toHaveLength(1);
    expect((await reading.list(asking, { ...page, after: first })).items.map(({ id }) => id)).toEqual([second]);
    expect(await outcomeOf(() => reading.acknowledge(asking, randomUUID()))).toBe('NOT_FOUND');
    expect(await outcomeOf(() => reading.acknowledge({ ...asking, authority: OTHER }, first))).toBe('NOT_FOUND');
  });

  it('are there again since a time, wherever the cursor is, which stays', async () => {
    await delivered(randomUUID());
    await delivered(randomUUID());
    const [first, second] = await told();
    if (first === undefined || second === undefined) throw new Error('there are two');
    await reading.acknowledge(asking, second.id);
    const page = { limit: 200, wait: 0, since: first.timestamp };
    expect((await reading.list(asking, page)).items.slice(-2)).toEqual([first, second]);
    expect((await reading.list(asking, { ...page, after: first.id })).items).toEqual([second]);
    expect(await reading.list(asking, { ...page, wait: 10, since: '2999-01-01T00:00:00.000Z' })).toEqual({ items: [] });
    expect(await reading.list(asking, { limit: 1, wait: 0 })).toEqual({ items: [], next: second.id });
  });

  it('come to whoever waits, as soon as they are there, and to whoever follows each once', async () => {
    const gone = new AbortController();
    const followed: string[] = [];
    const messages = Array.from({ length: 250 }, () => randomUUID());
    const following = (async () => {
      for await (const event of reading.follow(asking, before, 10_000, gone.signal)) {
        if (event !== undefined) followed.push(event.data.messageId ?? '');
        if (followed.length === messages.length) gone.abort();
      }
    })();
    const waiting = reading.list(asking, { ...(before === undefined ? {} : { after: before }), limit: 1, wait: 10 });
    const caseId = randomUUID();
    for (const [nth, messageId] of messages.entries()) await delivered(messageId, 'x', caseId, nth + 1);
    expect((await waiting).items[0]?.data.messageId).toBe(messages[0]);
    await following;
    expect(followed).toEqual(messages);
  });

  it.each<[string, () => Promise<string>]>([
    ['has another key', () => enrol(randomUUID())],
    ['may read events no more', () => enrol(kid, ['cases:read'])],
  ])('come no more to whoever waits or follows once their system %s', async (_, end) => {
    await enrol(kid);
    await delivered(randomUUID());
    const [first] = await told();
    if (first === undefined) throw new Error('there is one');
    const following = reading.follow(asking, before, 10_000, AbortSignal.timeout(20_000));
    expect(await following.next()).toEqual({ done: false, value: first });
    const waiting = outcomeOf(() => reading.list(asking, { after: first.id, limit: 1, wait: 10 }));
    const next = following.next();
    expect(await end()).toBe('stored');
    await delivered(randomUUID());
    expect(await waiting).toBe('UNAUTHENTICATED');
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('and lists are whole on another server, which counts its transactions anew', async () => {
    const earlier = await deliveries.list(OWNER, { limit: 1_000 });
    await delivered(randomUUID());
    const [event] = await told();
    const before = await all();
    // As a dump of a server that has counted far brings them: the last of them it wrote under numbers that are not reached here.
    const elsewhere = (table: string): string =>
      `UPDATE gateway.${table} SET txid = '90000000000' WHERE seq > (SELECT max(seq) - 20 FROM gateway.${table})`;
    await databases.asAdminOf(
      'kommunerna',
      `${elsewhere('event')}; ${elsewhere('delivery')}; UPDATE gateway.server SET identifier = '1'`,
    );
    expect((await all()).length).toBeLessThan(before.length);
    await databases.redeploy();
    const known = new Set(earlier.map(({ messageId }) => messageId));
    const restored = await deliveries.list(OWNER, { limit: 1_000 });
    expect(restored.filter(({ messageId }) => known.has(messageId))).toHaveLength(known.size);
    // In the order in which they were.
    expect(await all()).toEqual(before);
    expect(before.at(-1)?.id).toBe(event?.id);
    await delivered(randomUUID());
    const after = restored.at(-1)?.cursor;
    expect(after === undefined ? [] : await deliveries.list(OWNER, { limit: 1_000, after })).toHaveLength(1);
    expect((await deliveries.list(OWNER, { limit: 1, after: '90000000000.1' })).length).toBe(1);
    expect((await all()).at(-1)?.type).toBe('delivery.received');
  });

  it('let nobody wait any longer when the service ends', async () => {
    const ending = new EventArrivals(store, 20, new EventLog('test', 'silent'));
    ending.start();
    const newest = (await all()).at(-1)?.id;
    const waiting = ending.wait(OWNER, newest, new AbortController().signal);
    await ending.stop();
    await waiting;
    expect(ending.ended).toBe(true);
  });
});
