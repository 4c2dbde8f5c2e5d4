import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { EventView } from '#contracts';
import { aGateway, aWorld, outcomeOf } from '#testing';
import type { World } from '#testing';
import type { DataSource } from 'typeorm';
import { GiveReceipt } from '../apps/gateway/src/application/give-receipt.js';
import { ReadAttachment } from '../apps/gateway/src/application/read-attachment.js';
import { ReadDeliveries } from '../apps/gateway/src/application/read-deliveries.js';
import { SetHandling } from '../apps/gateway/src/application/set-handling.js';
import { WatchHandling } from '../apps/gateway/src/application/watch-handling.js';
import { DeliveryController } from '../apps/gateway/src/http/delivery.controller.js';
import { ReceivedCaseController } from '../apps/gateway/src/http/received-case.controller.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresDeliveryStore } from '../apps/gateway/src/persistence/delivery.store.js';
import { PostgresErasureStore } from '../apps/gateway/src/persistence/erasure.store.js';
import { PostgresEventStore } from '../apps/gateway/src/persistence/event.store.js';
import { PostgresHandlingStore } from '../apps/gateway/src/persistence/handling.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresRetractionStore } from '../apps/gateway/src/persistence/retraction.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';
import { served } from './support/served.js';
import type { Served } from './support/served.js';

jest.setTimeout(60_000);
const OWNER = 'linkoping/omsorgsnamnden';
const OTHER = 'linkoping/socialnamnden';
const SENDER = 'fk/forsakringskassan';
const HOUR_MS = 3_600_000;
const thrown = (error: unknown): never => {
  throw error;
};

describe('the handling of a delivery', () => {
  let world: World;
  let databases: OwnDatabases;
  let db: DataSource;
  let deliveries: PostgresDeliveryStore;
  let reading: ReadDeliveries;
  let retractions: PostgresRetractionStore;
  let handlings: PostgresHandlingStore;
  let events: PostgresEventStore;
  let app: Served;
  let before: string | undefined;
  const system = randomUUID();
  let caller = OWNER;

  beforeAll(async () => {
    world = await aWorld();
    const { law, keys } = await aGateway(world, 'kommunerna');
    const { now } = world.clock;
    databases = await OwnDatabases.deploy('handling');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const outbox = new Outbox('kommunerna', noRelay);
    deliveries = new PostgresDeliveryStore(db, keys, outbox);
    retractions = new PostgresRetractionStore(db, outbox);
    handlings = new PostgresHandlingStore(db);
    const giving = new GiveReceipt(deliveries, retractions, law, keys, 'test', world.newId, now);
    reading = new ReadDeliveries(deliveries, retractions, handlings, now);
    events = new PostgresEventStore(db);
    const providers = [
      { provide: ReadDeliveries, useValue: reading },
      { provide: ReadAttachment, useValue: {} },
      { provide: GiveReceipt, useValue: giving },
      { provide: SetHandling, useValue: new SetHandling(deliveries, handlings, retractions, giving, now) },
    ];
    app = await served([DeliveryController, ReceivedCaseController], providers, () => ({ system, authority: caller }));
  });
  afterAll(async () => {
    await app.close();
    await databases.drop();
  });
  beforeEach(async () => {
    before = (await events.list(OWNER, before, 200)).at(-1)?.id ?? before;
    caller = OWNER;
  });

  const told = async (): Promise<readonly EventView[]> =>
    (await events.list(OWNER, before, 200)).filter(({ type }) => type === 'delivery.handling-changed');
  const delivered = async (
    type = 'crime-report/2',
    caseId: string = randomUUID(),
    deliveryNumber = 7,
    takenUpBy?: Date,
  ): Promise<string> => {
    const messageId = randomUUID();
    const at = world.clock.now();
    await deliveries.receive(
      {
        authority: OWNER,
        messageId,
        attempt: 1,
        sender: SENDER,
        caseId,
        type,
        function: 'registrator',
        deliveryNumber,
        receivedAt: at,
        ...(takenUpBy === undefined ? {} : { takenUpBy }),
        jweSha256: 'A'.repeat(43),
        decisionEntryId: randomUUID(),
        detail: { content: {}, registration: {} } as never,
      },
      messageId,
      { receiptId: randomUUID(), kind: 'technical', receipt: 'r', at, detail: {} },
      { id: randomUUID(), type: 'receipt.signed.v1', body: Buffer.from('{}') },
    );
    return messageId;
  };
  const set = (id: string, said: object) => app.ask('PUT', `/v1/deliveries/${id}/handling`, said);
  const erase = (messageId: string): Promise<boolean> =>
    new PostgresErasureStore(db).erase(OWNER, {
      decisionId: randomUUID(),
      messageId,
      statement: 's',
      at: world.clock.now(),
    });
  const retract = (messageId: string, jweSha256: string): Promise<boolean> => {
    const at = world.clock.now();
    const texts = { statement: 's', notice: 'n', blind: 'b', proof: 'p' };
    return retractions.receive(OWNER, {
      ...{ messageId, sender: SENDER, attempt: 1, jweSha256, retractionId: randomUUID(), reason: 'wrong-information' },
      ...{ ...texts, at, receivedAt: at },
    });
  };
  const outgoing = async (): Promise<number> =>
    asAuthority(db, OWNER, async (tx) =>
      Number((await tx.query<{ count: string }[]>('SELECT count(*) FROM gateway.outbox'))[0]?.count),
    );

  it('is said by a system step by step, told in events, and kept with who said it', async () => {
    const id = await delivered();
    const from = world.clock.now();
    expect((await app.client.delivery(id)).handling).toMatchObject({
      status: 'requested',
      changedAt: from.toISOString(),
    });
    const sent = await outgoing();
    world.clock.advance(1_000);
    await app.client.handle(id, { status: 'received' });
    expect(await outgoing()).toBe(sent);
    world.clock.advance(1_000);
    await app.client.handle(id, { status: 'accepted' });
    world.clock.advance(1_000);
    const done = await app.client.handle(id, { status: 'completed' });
    expect(await outgoing()).toBe(sent + 2);
    const at = (seconds: number): string => new Date(from.getTime() + seconds * 1_000).toISOString();
    expect(done).toEqual({
      status: 'completed',
      changedAt: at(3),
      due: [],
      changes: [
        { status: 'received', at: at(1), system },
        { status: 'accepted', at: at(2), system },
        { status: 'completed', at: at(3), system },
      ],
    });
    const { handling, handlingChanges, receipts } = await app.client.delivery(id);
    expect({ ...handling, changes: handlingChanges }).toEqual(done);
    expect(receipts.map(({ kind }) => kind)).toEqual(['technical', 'accepted', 'handled']);
    expect(
      (await told()).map(({ timestamp, data }) => [timestamp, data.messageId, data.deliveryNumber, data.code]),
    ).toEqual([
      [at(1), id, 7, 'received'],
      [at(2), id, 7, 'accepted'],
      [at(3), id, 7, 'completed'],
    ]);
  });

  it('is the same act when it is said again, and what may not come next is a conflict that says where it is', async () => {
    const id = await delivered();
    expect(await set(id, { status: 'completed' })).toMatchObject([
      409,
      { type: '/problems/handling-conflict', handling: 'requested' },
    ]);
    const [, first] = await set(id, { status: 'received' });
    world.clock.advance(1_000);
    expect(await set(id, { status: 'received' })).toEqual([200, first]);
    const [status, turnedDown] = await set(id, { status: 'rejected', reason: 'misdirected' });
    expect([status, turnedDown['status']]).toEqual([200, 'rejected']);
    expect(await set(id, { status: 'rejected', reason: 'misdirected' })).toEqual([200, turnedDown]);
    expect(await set(id, { status: 'rejected', reason: 'incomplete' })).toMatchObject([
      409,
      { type: '/problems/receipt-exists' },
    ]);
    // Said before, so nothing changes by it.
    expect(await set(id, { status: 'received' })).toEqual([200, turnedDown]);
    for (const next of ['accepted', 'completed'])
      expect(await set(id, { status: next })).toMatchObject([409, { handling: 'rejected' }]);
    const taken = await delivered();
    await set(taken, { status: 'accepted' });
    expect(await set(taken, { status: 'received' })).toMatchObject([409, { handling: 'accepted' }]);
    expect((await told()).map(({ data }) => data.code)).toEqual(['received', 'rejected', 'accepted']);
  });

  it('refuses what says too little or too much, and exists for its recipient alone', async () => {
    const id = await delivered();
    for (const said of [
      { status: 'rejected' },
      { status: 'accepted', reason: 'misdirected' },
      { status: 'completed', diaryNumber: 'X 1' },
      { status: 'received', reason: 'misdirected' },
      { status: 'received', diaryNumber: 'X 1' },
    ])
      expect((await set(id, said))[0]).toBe(said.status === 'completed' ? 409 : 422);
    for (const said of [
      {},
      { status: 'requested' },
      { status: 'failed' },
      { status: 'rejected', reason: 'no' },
      { status: 'received', by: 'x' },
    ])
      expect((await set(id, said))[0]).toBe(400);
    caller = OTHER;
    const foreign = await set(id, { status: 'received' });
    expect(foreign).toEqual(await set(randomUUID(), { status: 'received' }));
    expect(foreign[0]).toBe(404);
    caller = OWNER;
    expect(await told()).toEqual([]);
    expect((await app.client.delivery(id)).handlingChanges).toEqual([]);
  });

  it('is what receipts said, also those that were given before it was kept who gives them', async () => {
    const id = await delivered();
    await app.client.give(id, { kind: 'accepted' });
    await databases.asAdminOf('kommunerna', `UPDATE gateway.delivery_receipt SET system = NULL`);
    const { handling, handlingChanges } = await app.client.delivery(id);
    expect([handling.status, handlingChanges]).toEqual(['accepted', [{ status: 'accepted', at: handling.changedAt }]]);
    expect((await told()).map(({ data }) => data.code)).toEqual(['accepted']);
    await expect(
      asAuthority(db, OWNER, (tx) => tx.query(`UPDATE gateway.handling SET system = system`)),
    ).rejects.toThrow('permission denied');
  });

  it('of two systems that say different things at once is what one of them said', async () => {
    const id = await delivered();
    const answers = await Promise.all([
      set(id, { status: 'accepted' }),
      set(id, { status: 'rejected', reason: 'incomplete' }),
    ]);
    expect(answers.map(([status]) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(await told()).toHaveLength(1);
  });

  it('is overdue by courtesy clocks until somebody has taken it over, and taken it up or turned it down', async () => {
    const caseId = randomUUID();
    const [urgent, slow] = [await delivered('crime-report/2', caseId), await delivered('permit-opinion/1', caseId)];
    const overdue = async () =>
      (await reading.list(OWNER, { limit: 20, caseId, overdue: 'true' })).items.map(({ id, handling }) => [
        id,
        handling.due.filter((clock) => clock.overdue).map(({ what }) => what),
      ]);
    const are = async (handling: 'requested' | 'received' | 'completed') =>
      (await app.client.deliveries({ caseId, handling })).items.map(({ id }) => id);
    expect(await overdue()).toEqual([]);
    expect(await are('requested')).toEqual([urgent, slow]);
    world.clock.advance(24 * HOUR_MS);
    expect(await overdue()).toEqual([
      [urgent, ['received']],
      [slow, ['received']],
    ]);
    await set(urgent, { status: 'received' });
    expect([await overdue(), await are('received')]).toEqual([[[slow, ['received']]], [urgent]]);
    world.clock.advance(48 * HOUR_MS);
    expect(await overdue()).toEqual([
      [urgent, ['accepted']],
      [slow, ['received']],
    ]);
    await set(urgent, { status: 'accepted' });
    expect(await overdue()).toEqual([[slow, ['received']]]);
    world.clock.advance(168 * HOUR_MS);
    expect(await overdue()).toEqual([[slow, ['received', 'accepted']]]);
    await set(slow, { status: 'rejected', reason: 'incomplete' });
    expect([await overdue(), await are('completed')]).toEqual([[], []]);
    expect(await outcomeOf(() => reading.read(OTHER, slow))).toBe('NOT_FOUND');
  });

  describe('that is not there in time', () => {
    const watching = (): WatchHandling => new WatchHandling(handlings, () => [OWNER, OTHER], world.clock.now);
    const alarms = async (watch = watching()): Promise<readonly string[]> => {
      const told: string[] = [];
      for await (const { messageId, what } of watch.alarms(thrown)) told.push(`${messageId} ${what}`);
      return told.toSorted();
    };
    const withoutClocks = (...ids: readonly string[]): Promise<unknown> =>
      databases.asAdminOf(
        'kommunerna',
        `DELETE FROM gateway.delivery_due WHERE message_id IN (${ids.map((id) => `'${id}'`).join(', ')})`,
      );
    const overdue = async (): Promise<readonly EventView['data'][]> =>
      (await events.list(OWNER, before, 200)).flatMap(({ type, data }) => (type === 'delivery.overdue' ? [data] : []));
    // What the specs before left is told now.
    beforeEach(async () => {
      while (await handlings.fill(OWNER, world.clock.now()));
      await alarms();
      before = (await events.list(OWNER, before, 200)).at(-1)?.id ?? before;
    });

    it('is told its authority’s systems once of each clock', async () => {
      const caseId = randomUUID();
      const id = await delivered('crime-report/2', caseId, 3);
      expect(await alarms()).toEqual([]);
      world.clock.advance(24 * HOUR_MS);
      const twice = await Promise.all([alarms(), alarms()]);
      expect(twice.flat()).toEqual([`${id} received`]);
      world.clock.advance(48 * HOUR_MS);
      expect([await alarms(), await alarms()]).toEqual([[`${id} accepted`], []]);
      const of = { messageId: id, caseId, messageType: 'crime-report/2', deliveryNumber: 3 };
      expect(await overdue()).toEqual([
        { ...of, code: 'received' },
        { ...of, code: 'accepted' },
      ]);
    });

    it('is not told when it was there before, or is erased or taken back', async () => {
      const [taken, accepted, erased, retracted] = [
        await delivered(),
        await delivered(),
        await delivered(),
        await delivered(),
      ];
      await set(taken, { status: 'received' });
      await set(accepted, { status: 'accepted' });
      await erase(erased);
      await retract(retracted, 'A'.repeat(43));
      world.clock.advance(240 * HOUR_MS);
      expect(await alarms()).toEqual([`${taken} accepted`]);
      // Late is late: nothing more is told.
      await set(taken, { status: 'accepted' });
      expect(await alarms()).toEqual([]);
      expect((await overdue()).map(({ messageId, code }) => [messageId, code])).toEqual([[taken, 'accepted']]);
    });

    it('is told by the time that its sender goes by, which it shows', async () => {
      const takenUpBy = new Date(world.clock.now().getTime() + 2 * HOUR_MS);
      const id = await delivered('permit-opinion/1', randomUUID(), 1, takenUpBy);
      expect((await app.client.delivery(id)).handling.due).toContainEqual({
        ...{ what: 'accepted', at: takenUpBy.toISOString() },
        overdue: false,
      });
      world.clock.advance(2 * HOUR_MS);
      expect((await reading.list(OWNER, { limit: 20, overdue: 'true' })).items.map((one) => one.id)).toContain(id);
      expect(await alarms()).toEqual([`${id} accepted`]);
    });

    it('is told of what was received before clocks were kept', async () => {
      const [urgent, slow] = [await delivered('crime-report/2'), await delivered('permit-opinion/1')];
      await withoutClocks(urgent, slow);
      const ofBoth = async () => (await alarms()).filter((told) => [urgent, slow].some((id) => told.startsWith(id)));
      world.clock.advance(72 * HOUR_MS);
      expect(await ofBoth()).toEqual([`${urgent} accepted`, `${urgent} received`, `${slow} received`].toSorted());
      world.clock.advance(168 * HOUR_MS);
      expect(await ofBoth()).toEqual([`${slow} accepted`]);
    });

    it('is told of what a process of the release before received while this one ran', async () => {
      const watch = watching();
      await alarms(watch);
      const id = await delivered();
      await withoutClocks(id);
      world.clock.advance(24 * HOUR_MS);
      expect(await alarms(watch)).toEqual([`${id} received`]);
    });

    it('is told of what got its status while clocks were looked for', async () => {
      const id = await delivered();
      await withoutClocks(id);
      await databases.asAdminOf(
        'kommunerna',
        'DELETE FROM gateway.handling_status; DELETE FROM gateway.handling_filled',
      );
      const later = await delivered();
      const filling = {
        transaction: (work: (tx: object) => Promise<unknown>) =>
          db.transaction((tx) =>
            work({
              query: async (sql: string, values: unknown[]) => {
                const rows = await tx.query<unknown>(sql, values);
                if (!sql.includes('set_config')) while (await handlings.fill(OWNER, world.clock.now()));
                return rows;
              },
            }),
          ),
      } as unknown as DataSource;
      const watch = new WatchHandling(new PostgresHandlingStore(filling), () => [OWNER], world.clock.now);
      world.clock.advance(24 * HOUR_MS);
      expect([await alarms(watch), await alarms(watch)]).toEqual([[`${later} received`], [`${id} received`]]);
    });

    it('is looked for and told of in pages', async () => {
      const MANY = 'orebro/kommunstyrelsen';
      await databases.asAdminOf(
        'kommunerna',
        `SELECT set_config('app.authority', '${MANY}', true);
         INSERT INTO gateway.delivery (authority, message_id, attempt, sender, case_id, type, function, delivery_number, received_at, jwe_sha256, decision_entry_id, detail)
           SELECT '${MANY}', gen_random_uuid(), 1, '${SENDER}', gen_random_uuid(), 'request/1', 'registrator', 1, '2020-01-01', 'x', gen_random_uuid(), ''
           FROM generate_series(1, 1500)`,
      );
      const { now } = world.clock;
      while (await handlings.fill(MANY, now()));
      const clocks = async (): Promise<number> =>
        asAuthority(db, MANY, async (tx) =>
          Number((await tx.query<{ count: string }[]>('SELECT count(*) FROM gateway.delivery_due'))[0]?.count),
        );
      const half = await handlings.keepClocks(MANY, undefined);
      expect(await clocks()).toBe(2_000);
      const whole = await handlings.keepClocks(MANY, half);
      expect(await clocks()).toBe(3_000);
      expect(await handlings.keepClocks(MANY, whole)).toBeUndefined();
      const first = await handlings.alarm(MANY, now());
      expect([first.told.length, first.isMore]).toEqual([1_000, true]);
      expect(await alarms(new WatchHandling(handlings, () => [MANY], now))).toHaveLength(2_000);
      expect(await handlings.alarm(MANY, now())).toEqual({ told: [], isMore: false });
    });
  });

  it('is waited for no longer when the delivery is erased or taken back', async () => {
    const caseId = randomUUID();
    const ids = [];
    for (let number = 1; number <= 3; number += 1) ids.push(await delivered('request/1', caseId, number));
    const [erased, retracted, other] = ids as [string, string, string];
    await erase(erased);
    await retract(retracted, 'A'.repeat(43));
    // Of another sealing than the one that is here.
    await retract(other, 'B'.repeat(43));
    world.clock.advance(96 * HOUR_MS);
    const overdue = (await reading.list(OWNER, { limit: 20, caseId, overdue: 'true' })).items;
    expect(overdue.map(({ id }) => id)).toEqual([other]);
    const { items } = await app.client.deliveries({ caseId });
    expect(items.map(({ id, handling }) => [id, handling.due.length])).toEqual([
      [erased, 0],
      [retracted, 0],
      [other, 2],
    ]);
    expect((await app.client.delivery(retracted)).handling.due).toEqual([]);
    expect((await app.client.handle(retracted, { status: 'received' })).due).toEqual([]);
  });

  it('is not said of what was erased meanwhile', async () => {
    const id = await delivered();
    await erase(id);
    expect(await outcomeOf(() => handlings.receive(OWNER, id, system, world.clock.now()))).toBe('ERASED');
    expect(await told()).toEqual([]);
  });

  it('stands with each delivery of a case, in the order of release, beside the numbers that are missing', async () => {
    const caseId = randomUUID();
    const ids = new Map<number, string>();
    for (const number of [5, 2, 3]) ids.set(number, await delivered('request/1', caseId, number));
    await set(ids.get(3)!, { status: 'received' });
    const whole = await app.client.receivedCase(caseId);
    expect(whole.items.map(({ id, deliveryNumber, handling: { status } }) => [id, deliveryNumber, status])).toEqual([
      [ids.get(2), 2, 'requested'],
      [ids.get(3), 3, 'received'],
      [ids.get(5), 5, 'requested'],
    ]);
    expect([whole.missing, whole.next]).toEqual([
      [
        { from: 1, to: 1 },
        { from: 4, to: 4 },
      ],
      5,
    ]);
    const page = await app.client.receivedCase(caseId, { after: '2', limit: '1' });
    expect([page.items.map(({ id }) => id), page.missing, page.next]).toEqual([[ids.get(3)], [], 3]);
    expect(await app.client.receivedCase(caseId, { after: '5' })).toEqual({ caseId, items: [], missing: [], next: 5 });
    for (const after of ['-1', 'x', '1e400'])
      expect((await app.ask('GET', `/v1/received-cases/${caseId}?after=${after}`))[0]).toBe(400);
    caller = OTHER;
    const foreign = await app.ask('GET', `/v1/received-cases/${caseId}`);
    expect(foreign).toEqual(await app.ask('GET', `/v1/received-cases/${randomUUID()}`));
    expect(foreign[0]).toBe(404);
  });

  it('is listed by an index in which all that was received before is noted first, and which follows what is said', async () => {
    const caseId = randomUUID();
    const ids: string[] = [];
    for (let number = 1; number <= 5; number += 1) ids.push(await delivered('request/1', caseId, number));
    const said = ['received', 'accepted', 'rejected', 'completed'] as const;
    for (const [at, status] of said.entries()) {
      const id = ids[at + 1] ?? '';
      if (status === 'completed') await set(id, { status: 'accepted' });
      await set(id, { status, ...(status === 'rejected' ? { reason: 'incomplete' } : {}) });
    }
    const listed = async (): Promise<readonly (readonly string[])[]> => {
      const found: string[][] = [];
      for (const handling of ['requested', ...said] as const)
        found.push((await app.client.deliveries({ caseId, handling })).items.map(({ id }) => id));
      found.push((await reading.list(OWNER, { limit: 20, caseId, overdue: 'true' })).items.map(({ id }) => id));
      return found;
    };
    world.clock.advance(96 * HOUR_MS);
    const expected = [...ids.map((id) => [id]), ids.slice(0, 2)];
    // As it was before there was the index, by looking through all of them.
    await databases.asAdminOf('kommunerna', 'DELETE FROM gateway.handling_status; DELETE FROM gateway.handling_filled');
    expect(await listed()).toEqual(expected);
    while (await handlings.fill(OWNER, world.clock.now()));
    expect(await handlings.fill(OWNER, world.clock.now())).toBe(false);
    const [filled] = await asAuthority(db, OWNER, (tx) =>
      tx.query<{ completed_at: Date | null }[]>('SELECT completed_at FROM gateway.handling_filled'),
    );
    expect(filled?.completed_at).toEqual(world.clock.now());
    expect(await listed()).toEqual(expected);
    await set(ids[0] ?? '', { status: 'received' });
    await set(ids[1] ?? '', { status: 'accepted' });
    expect(await listed()).toEqual([[], [ids[0]], [ids[1], ids[2]], [ids[3]], [ids[4]], [ids[0]]]);
    // A status of which the row is not there yet, as beside a process that fills, is written with it.
    const late = await delivered('request/1', caseId, 6);
    await databases.asAdminOf('kommunerna', `DELETE FROM gateway.handling_status WHERE message_id = '${late}'`);
    await set(late, { status: 'accepted' });
    expect((await app.client.deliveries({ caseId, handling: 'accepted' })).items.map(({ id }) => id)).toContain(late);
  });

  it('is found among 20,000 deliveries without looking through them', async () => {
    const MANY = 'orebro/socialnamnden';
    await databases.asAdminOf(
      'kommunerna',
      `SELECT set_config('app.authority', '${MANY}', true);
       INSERT INTO gateway.delivery (authority, message_id, attempt, sender, case_id, type, function, delivery_number, received_at, jwe_sha256, decision_entry_id, detail)
         SELECT '${MANY}', gen_random_uuid(), 1, '${SENDER}', gen_random_uuid(), 'request/1', 'registrator', 1, now() - interval '30 days', 'x', gen_random_uuid(), ''
         FROM generate_series(1, 20000);
       INSERT INTO gateway.delivery_receipt (authority, message_id, kind, receipt_id, receipt, detail, at)
         SELECT authority, message_id, 'handled', gen_random_uuid(), 'r', '', now()
         FROM (SELECT *, row_number() OVER (ORDER BY seq) AS place FROM gateway.delivery WHERE authority = '${MANY}') d WHERE place <= 19950;
       INSERT INTO gateway.delivery_due (authority, message_id, what, due_at)
         SELECT authority, message_id, what, received_at + interval '3 days' FROM gateway.delivery, (VALUES ('received'), ('accepted')) c(what)
         WHERE authority = '${MANY}';
       ANALYZE gateway.delivery; ANALYZE gateway.delivery_receipt; ANALYZE gateway.delivery_due; ANALYZE gateway.handling_status`,
    );
    while (await handlings.fill(MANY, world.clock.now()));
    const asked: (readonly [string, unknown[]])[] = [];
    const watched = {
      transaction: (work: (tx: object) => Promise<unknown>) =>
        db.transaction((tx) =>
          work({
            query: (sql: string, values: unknown[]) => {
              asked.push([sql, values]);
              return tx.query<unknown>(sql, values);
            },
          }),
        ),
      query: (sql: string, values: unknown[]) => db.query<unknown>(sql, values),
    };
    const { keys } = await aGateway(world, 'kommunerna');
    const store = new PostgresDeliveryStore(watched as unknown as DataSource, keys, new Outbox('kommunerna', noRelay));
    const readBy = async (filter: object): Promise<{ readonly plan: string; readonly found: number }> => {
      asked.length = 0;
      const found = await store.list(MANY, { limit: 20, ...filter });
      const [sql, values] = asked.at(-1) ?? ['', []];
      const lines = await asAuthority(db, MANY, (tx) =>
        tx.query<{ 'QUERY PLAN': string }[]>(`EXPLAIN (ANALYZE, TIMING OFF) ${sql}`, values),
      );
      return { plan: lines.map((line) => line['QUERY PLAN']).join('\n'), found: found.length };
    };
    /** Rows that any step read, and that a filter threw away. */
    const most = (plan: string): number =>
      Math.max(...[...plan.matchAll(/actual rows=(\d+)|Removed by Filter: (\d+)/g)].map(([, a, b]) => Number(a ?? b)));
    for (const filter of [
      { handling: 'requested' },
      { overdueAt: new Date() },
      { handling: 'completed' },
      { handling: 'received' },
    ]) {
      const { plan, found } = await readBy(filter);
      expect([filter, found]).toEqual([filter, filter.handling === 'received' ? 0 : 20]);
      expect(plan).toMatch(/Index (Only )?Scan (using|on) handling_status_(open|order)/);
      expect(plan).not.toContain('Seq Scan on delivery');
      expect(plan).not.toContain('Seq Scan on handling_status');
      expect([filter, most(plan) < 200]).toEqual([filter, true]);
    }
  }, 120_000);
});
