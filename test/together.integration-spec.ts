import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { aGateway, aWorld, example } from '#testing';
import type { TestGateway, World } from '#testing';
import type { SubmitReferralDto } from '#contracts';
import type { DataSource } from 'typeorm';
import type { StoredDelivery, StoredReceipt } from '../apps/gateway/src/application/ports/delivery.js';
import type { StoredStatement } from '../apps/gateway/src/application/ports/referral.js';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import { duesOf, metBy } from '../apps/gateway/src/domain/deadlines.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresDeliveryStore } from '../apps/gateway/src/persistence/delivery.store.js';
import { PostgresDueStore } from '../apps/gateway/src/persistence/due.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresErasureStore } from '../apps/gateway/src/persistence/erasure.store.js';
import { RecentOutlines } from '../apps/gateway/src/persistence/recent-outlines.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);

describe('what a gateway does for several messages at once', () => {
  let world: World;
  let gateway: TestGateway;
  let databases: OwnDatabases;
  let db: DataSource;
  let referrals: PostgresReferralStore;
  let deliveries: PostgresDeliveryStore;
  let dues: PostgresDueStore;
  let submitting: SubmitReferral;
  const { system, referral } = example('01');
  const other = 'linkoping/socialnamnden';

  beforeAll(async () => {
    world = await aWorld();
    gateway = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('together');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const outbox = new Outbox('kommunerna', noRelay);
    referrals = new PostgresReferralStore(db, gateway.keys, outbox);
    deliveries = new PostgresDeliveryStore(db, gateway.keys, outbox);
    dues = new PostgresDueStore(db);
    const { evaluate, sealing } = gateway;
    submitting = new SubmitReferral(referrals, evaluate, sealing, 1e9, world.newId, world.clock.now, () => undefined);
  });
  afterAll(() => databases.drop());

  const submit = (id: string = randomUUID()) =>
    submitting.submit(system, { ...referral, id, caseId: randomUUID() } as SubmitReferralDto);
  const statement = (messageId: string, kind: string, entryId: string = randomUUID()): StoredStatement => ({
    ...{ entryId, messageId, kind, entry: `entry of ${kind}`, blind: 'b', proof: 'p', at: world.clock.now() },
  });
  const delivery = (authority: string, messageId: string, type = 'crime-report/1'): StoredDelivery => ({
    ...{ authority, messageId, attempt: 1, sender: 'orebro/socialnamnden', caseId: randomUUID(), type, function: 'f' },
    ...{ deliveryNumber: 1, receivedAt: world.clock.now(), jweSha256: 'j', decisionEntryId: randomUUID() },
    detail: { content: { said: 'Anna' } } as unknown as StoredDelivery['detail'],
  });
  const receive = (one: StoredDelivery, manifest = 'm'): Promise<boolean> => {
    const receipt: StoredReceipt = {
      ...{ receiptId: randomUUID(), kind: 'technical', receipt: 'signed', at: one.receivedAt, detail: {} },
    };
    const outgoing = { id: randomUUID(), type: 'receipt.signed.v1' as const, body: Buffer.from(one.messageId) };
    return deliveries.receive(one, manifest, receipt, outgoing);
  };
  const outbox = async (body: string): Promise<number> =>
    (await db.query<unknown[]>(`SELECT 1 FROM gateway.outbox WHERE body = $1`, [Buffer.from(body)])).length;
  const own = async (messageId: string) => {
    const message = await referrals.outline(system, messageId);
    if (message === undefined) throw new Error('not there');
    return message;
  };

  it('takes each referral once, whatever else is taken with it', async () => {
    const id = randomUUID();
    const answers = await Promise.allSettled([submit(id), submit(), submit(id), submit()]);
    // The case id differs: the same id stands for one body.
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect((await referrals.find(system, id))?.messages.map(({ state }) => state)).toEqual(['accepted']);
    expect(await referrals.find(other, id)).toBeUndefined();
  });

  it('shows each authority its own alone', async () => {
    const [messageId = ''] = (await submit()).recipients.map((to) => to.messageId);
    const [mine, others] = await Promise.all([
      referrals.outline(system, messageId),
      referrals.outline(other, messageId),
    ]);
    expect([mine?.state, mine?.type, others]).toEqual(['accepted', referral.type, undefined]);
    const said = await Promise.all([
      referrals.record(
        system,
        statement(messageId, 'decision'),
        'released',
        undefined,
        undefined,
        await own(messageId),
      ),
      referrals.record(other, statement(messageId, 'decision'), 'withdrawn', undefined, undefined, {
        ...{ type: referral.type, recipient: 'fk/forsakringskassan', state: 'accepted', attempt: 1 },
      }),
    ]);
    expect([said, (await own(messageId)).state]).toEqual([['recorded', 'unknown'], 'released']);
  });

  it('moves a message on by what came together, in whatever order, and keeps each statement once', async () => {
    const [messageId = ''] = (await submit()).recipients.map((to) => to.messageId);
    const [at, from] = [world.clock.now(), await own(messageId)];
    const decision = statement(messageId, 'decision');
    const told = await Promise.all([
      referrals.record(
        system,
        statement(messageId, 'receipt-recorded'),
        'fetched',
        { met: metBy('technical'), at },
        undefined,
        from,
      ),
      referrals.record(
        system,
        decision,
        'released',
        { set: duesOf(referral.type, 'none', at, at), at },
        undefined,
        from,
      ),
      referrals.record(system, decision, 'released', undefined, undefined, from),
    ]);
    expect(told).toEqual(['recorded', 'recorded', 'recorded']);
    expect((await own(messageId)).state).toBe('fetched');
    expect((await referrals.statements(system, [messageId])).map(({ kind }) => kind).toSorted()).toEqual([
      'decision',
      'receipt-recorded',
    ]);
    expect((await dues.open(system, [messageId])).map(({ what }) => what)).toEqual(['accepted']);
  });

  it('moves nothing by what it remembers of a message that another process has moved since', async () => {
    const [messageId = ''] = (await submit()).recipients.map((to) => to.messageId);
    const elsewhere = new PostgresReferralStore(db, gateway.keys, new Outbox('kommunerna', noRelay));
    await elsewhere.record(system, statement(messageId, 'expired'), 'expired');
    const from = await referrals.outline(system, messageId, { attempt: 1 });
    expect(from).toMatchObject({ state: 'accepted', recipient: 'fk/forsakringskassan', type: referral.type });
    await referrals.record(system, statement(messageId, 'decision'), 'released', undefined, undefined, from);
    expect((await own(messageId)).state).toBe('expired');
    expect(await referrals.outline(system, messageId, { attempt: 1 })).toEqual(await own(messageId));
  });

  it('remembers no draft, which has nothing signed yet', async () => {
    const draft = example('19');
    const id = randomUUID();
    const body = { ...draft.referral, id, caseId: randomUUID() } as SubmitReferralDto;
    const [messageId = ''] = (await submitting.submit(draft.system, body)).recipients.map((to) => to.messageId);
    for (const { body: assessment } of draft.assessments ?? []) await submitting.assess(draft.system, id, [assessment]);
    const outline = await referrals.outline(draft.system, messageId, { attempt: 1 });
    expect(outline).toMatchObject({ state: 'accepted', manifestSha256: expect.any(String) });
    expect(outline).toEqual(await referrals.outline(draft.system, messageId));
  });

  it('reads what stands before a statement is condemned by what it remembers', async () => {
    const [messageId = ''] = (await submit()).recipients.map((to) => to.messageId);
    await asAuthority(db, system, (tx) =>
      tx.query(`UPDATE gateway.message SET jwe_sha256 = 'another' WHERE message_id = $1`, [messageId]),
    );
    const outline = await referrals.outline(system, messageId, { attempt: 1, jweSha256: 'another' });
    expect(outline?.jweSha256).toBe('another');
  });

  it('remembers nothing of what was withdrawn, has expired or was erased', async () => {
    const recent = new RecentOutlines();
    const store = new PostgresReferralStore(db, gateway.keys, new Outbox('kommunerna', noRelay), recent);
    const { evaluate, sealing } = gateway;
    const taking = new SubmitReferral(store, evaluate, sealing, 1e9, world.newId, world.clock.now, () => undefined);
    const taken = async (id: string): Promise<string> => {
      const body = { ...referral, id, caseId: randomUUID() } as SubmitReferralDto;
      const [messageId = ''] = (await taking.submit(system, body)).recipients.map((to) => to.messageId);
      expect(recent.find(system, messageId, {})?.state).toBe('accepted');
      return messageId;
    };
    const id = randomUUID();
    const withdrawn = await taken(id);
    expect(await store.withdraw(system, id, world.clock.now())).toBe('withdrawn');
    expect(recent.find(system, withdrawn, {})).toBeUndefined();

    const expired = await taken(randomUUID());
    await store.expire(system, new Date('9999-01-01'));
    expect(recent.find(system, expired, {})).toBeUndefined();

    const erased = randomUUID();
    recent.keep(system, erased, { ...(await own(withdrawn)), state: 'accepted' });
    const decided = { decisionId: randomUUID(), messageId: erased, statement: 's', at: world.clock.now() };
    expect(await new PostgresErasureStore(db, recent).erase(system, decided)).toBe(true);
    expect(recent.find(system, erased, {})).toBeUndefined();
  });

  it('tells of an attempt what is stored, when it remembers another', async () => {
    const [messageId = ''] = (await submit()).recipients.map((to) => to.messageId);
    await asAuthority(db, system, (tx) =>
      tx.query(`UPDATE gateway.message SET attempt = 2 WHERE message_id = $1`, [messageId]),
    );
    expect((await referrals.outline(system, messageId, { attempt: 2 }))?.attempt).toBe(2);
  });

  it('harms no delivery by another that cannot be stored', async () => {
    const ids = [randomUUID(), randomUUID(), randomUUID()] as const;
    const results = await Promise.allSettled([
      receive(delivery(system, ids[0])),
      receive(delivery(system, ids[1], 'no text may hold \u0000')),
      receive(delivery(other, ids[2])),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await Promise.all(ids.map(outbox))).toEqual([1, 0, 1]);
    expect((await deliveries.taken(system, ids[0]))?.attempt).toBe(1);
    expect([await deliveries.taken(system, ids[2]), (await deliveries.taken(other, ids[2]))?.attempt]).toEqual([
      undefined,
      1,
    ]);
  });

  it('receives a delivery once, however often it comes at once, and another under its id not at all', async () => {
    const one = delivery(system, randomUUID());
    expect(await Promise.all([receive(one), receive(one), receive(one)])).toEqual([true, false, false]);
    await expect(receive(one, 'another manifest')).rejects.toMatchObject({ code: 'id-reuse' });
    expect(await outbox(one.messageId)).toBe(1);
    expect((await deliveries.find(system, one.messageId))?.detail.content).toEqual({ said: 'Anna' });
  });

  it('shows a system what came together in the order of its case', async () => {
    const caseId = randomUUID();
    // They share a statement.
    const numbers = [9, 3, 8, 1, 7, 2, 6, 4, 5];
    await Promise.all(
      numbers.map((deliveryNumber) => receive({ ...delivery(system, randomUUID()), caseId, deliveryNumber })),
    );
    const listed = await deliveries.list(system, { limit: 20, caseId });
    expect(listed.map(({ deliveryNumber }) => deliveryNumber)).toEqual(numbers.toSorted((a, b) => a - b));
  });
});
