import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { MessageState } from '#contracts';
import { aGateway, aWorld, outcomeOf } from '#testing';
import type { World } from '#testing';
import type { DataSource } from 'typeorm';
import { ReadRequests } from '../apps/gateway/src/application/read-requests.js';
import { RecordRequest } from '../apps/gateway/src/application/record-request.js';
import { RefuseRequest } from '../apps/gateway/src/application/refuse-request.js';
import { WatchRequests } from '../apps/gateway/src/application/watch-requests.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresDeliveryStore } from '../apps/gateway/src/persistence/delivery.store.js';
import { PostgresEventStore } from '../apps/gateway/src/persistence/event.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresRecordStore } from '../apps/gateway/src/persistence/record.store.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { PostgresRequestDeadlines } from '../apps/gateway/src/persistence/request-deadline.store.js';
import { PostgresRequestStore } from '../apps/gateway/src/persistence/request.store.js';
import { PostgresRetractionStore } from '../apps/gateway/src/persistence/retraction.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const OWNER = 'linkoping/omsorgsnamnden';
const NEIGHBOUR = 'linkoping/socialnamnden';
const OTHER = 'fk/forsakringskassan';
const SEAL = 'A'.repeat(43);

describe('requests at a gateway', () => {
  let world: World;
  let databases: OwnDatabases;
  let db: DataSource;
  let deliveries: PostgresDeliveryStore;
  let referrals: PostgresReferralStore;
  let records: PostgresRecordStore;
  let retractions: PostgresRetractionStore;
  let store: PostgresRequestStore;
  let reading: ReadRequests;
  let recording: RecordRequest;
  let refusing: RefuseRequest;

  beforeAll(async () => {
    world = await aWorld();
    const { keys } = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('requests');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const outbox = new Outbox('kommunerna', noRelay);
    deliveries = new PostgresDeliveryStore(db, keys, outbox);
    referrals = new PostgresReferralStore(db, keys, outbox);
    records = new PostgresRecordStore(db, keys, outbox);
    retractions = new PostgresRetractionStore(db, outbox);
    store = new PostgresRequestStore(db, keys);
    reading = new ReadRequests(store, world.clock.now);
    recording = new RecordRequest(store, reading, () => true, world.clock.now);
    const noMessage = { refuse: () => Promise.reject(new Error('no message brought it')) };
    refusing = new RefuseRequest(store, noMessage, recording);
  });
  afterAll(() => databases.drop());

  const delivered = async (type: string, content: object = {}, sender = OTHER): Promise<string> => {
    const messageId = randomUUID();
    const at = world.clock.now();
    await deliveries.receive(
      {
        ...{ authority: OWNER, messageId, attempt: 1, sender, caseId: randomUUID(), type, function: 'registrator' },
        ...{ deliveryNumber: 1, receivedAt: at, jweSha256: SEAL, decisionEntryId: randomUUID() },
        detail: { content, registration: {}, verdict: { codes: { force: 'permission' } } } as never,
      },
      messageId,
      { receiptId: randomUUID(), kind: 'technical', receipt: 'r', at, detail: {} },
      { id: randomUUID(), type: 'receipt.signed.v1', body: Buffer.from('{}') },
    );
    return messageId;
  };
  /** @returns its messages' ids */
  const submitted = async (
    type: string,
    named: { readonly requestId?: string; readonly content?: object },
    to: readonly string[] = [OTHER],
    state: MessageState = 'accepted',
  ): Promise<readonly string[]> => {
    const at = world.clock.now();
    const messages = to.map((recipient) => ({
      ...{ messageId: randomUUID(), recipient, function: 'registrator', state, attempt: 1, changedAt: at },
      detail: { verdict: { codes: { force: 'duty-on-request' } } } as never,
    }));
    const referral = {
      ...{ authority: OWNER, id: randomUUID(), caseId: randomUUID(), type, bodyDigest: 'd', assessments: [] },
      ...{ phase: 'accepted' as const, version: randomUUID(), submittedAt: at, messages },
      body: { content: {}, ...named } as never,
    };
    expect(await referrals.put(referral, undefined, [], [])).toBe(true);
    return messages.map(({ messageId }) => messageId);
  };
  /** Disclosed by telephone. @returns its message id */
  const told = async (requestId: string, recipient = OTHER): Promise<string> => {
    const at = world.clock.now();
    const messageId = randomUUID();
    const record = {
      ...{ authority: OWNER, id: randomUUID(), messageId, caseId: randomUUID(), recipient, bodyDigest: 'd' },
      ...{ outcome: 'permit' as const, state: 'accepted' as const, disclosedAt: at, recordedAt: at, changedAt: at },
      detail: {
        body: { requestId, content: {} } as never,
        ...{ assessments: [], verdict: { codes: { force: 'duty' } } as never, statement: 's' },
      },
    };
    const outgoing = { id: randomUUID(), type: 'disclosure.recorded.v1', body: Buffer.from('{}') } as const;
    expect(await records.add(record, outgoing)).toBe(true);
    return messageId;
  };
  /** Asked for by telephone. */
  const askedByTelephone = async (said: object = {}): Promise<string> => {
    const id = randomUUID();
    const at = world.clock.now();
    const request = { at: at.toISOString(), recordedAt: at.toISOString(), system: randomUUID(), ...said };
    expect(await store.record(OWNER, id, OTHER, request as never, at)).toBe('recorded');
    return id;
  };
  const takenBack = (messageId: string): Promise<boolean> => {
    const at = world.clock.now();
    return retractions.receive(OWNER, {
      ...{ messageId, sender: OTHER, attempt: 1, jweSha256: SEAL, retractionId: randomUUID(), reason: 'sent-twice' },
      ...{ statement: 's', notice: 'n', blind: 'b', proof: 'p', at, receivedAt: at },
    });
  };
  const listed = async (query: object): Promise<readonly string[]> => {
    const ids: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await reading.list(OWNER, {
        direction: 'received',
        limit: 2,
        ...query,
        ...(after === undefined ? {} : { after }),
      });
      ids.push(...page.items.map(({ id }) => id));
      if (page.items.length === 0) return ids;
      after = page.next;
    }
  };

  it('are listed in order, open ones alone where that is asked for, and what asks for nothing is none of them', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 7; at += 1) ids.push(await delivered('request/2'));
    await delivered('crime-report/2');
    await delivered('subscription-request/1');
    const [first = '', second = '', third = ''] = ids;
    await submitted('answer/1', { requestId: first });
    await takenBack(second);
    // Stopped on its way: the request is open again.
    await submitted('answer/1', { requestId: third }, [OTHER], 'refused');
    expect(await listed({})).toEqual(ids);
    expect(await listed({ open: 'true' })).toEqual(ids.slice(2));
    expect(await reading.read(OWNER, first)).toMatchObject({
      state: 'answered',
      answers: [{ type: 'answer/1', force: 'duty-on-request' }],
    });
  });

  it('that went to several stand on one page, a row each', async () => {
    const ids = await submitted('request/2', {}, [OTHER, 'skv/skatteverket', 'polis/polismyndigheten']);
    const { items, next } = await reading.list(OWNER, { direction: 'sent', limit: 1 });
    expect(items.map(({ id }) => id)).toEqual(ids);
    expect(await reading.list(OWNER, { direction: 'sent', limit: 1, after: next ?? '' })).toEqual({ items: [], next });
  });

  it('are answered by whoever was asked, and by nobody else', async () => {
    const [id = ''] = await submitted('request/2', {});
    const foreign = await delivered('answer/1', {}, 'skv/skatteverket');
    await store.noteReply(OWNER, foreign, id);
    expect(await reading.read(OWNER, id)).toMatchObject({ state: 'open', answers: [] });
    const own = await delivered('answer/1');
    await store.noteReply(OWNER, own, id);
    expect(await reading.read(OWNER, id)).toMatchObject({ state: 'answered', answers: [{ messageId: own }] });
    await takenBack(own);
    expect(await reading.read(OWNER, id)).toMatchObject({ state: 'open', answers: [] });
  });

  it('are overdue at both ends when the day that they set has passed', async () => {
    const passed = { answerBy: '2020-01-01' };
    const received = await delivered('request/2', passed);
    const [sent = ''] = await submitted('request/2', { content: passed });
    for (const id of [received, sent])
      expect(await reading.read(OWNER, id)).toMatchObject({ ...passed, overdue: true });
    await submitted('answer/1', { requestId: received });
    expect(await reading.read(OWNER, received)).toMatchObject({ ...passed, overdue: false });
  });

  it.each([
    ['was recorded', () => askedByTelephone({ answerBy: '2020-01-01' })],
    ['a message brought', () => delivered('request/2', { answerBy: '2020-01-01' })],
  ])('that %s are answered by what was told whoever asked another way, and by nothing told others', async (_, ask) => {
    const id = await ask();
    await told(id, 'skv/skatteverket');
    expect(await reading.read(OWNER, id)).toMatchObject({ state: 'open', overdue: true, answers: [] });
    const messageId = await told(id);
    expect(await reading.read(OWNER, id)).toMatchObject({
      ...{ state: 'answered', overdue: false },
      answers: [{ messageId, type: 'recorded-disclosure/1', force: 'duty' }],
    });
    const { direction } = await reading.read(OWNER, id);
    expect(await listed({ direction, open: 'true' })).not.toContain(id);
  });

  describe('whose day has passed', () => {
    const DAY = '2027-03-10';
    /** Of Stockholm, an hour ahead. */
    const [lastMinute, dayAfter] = [new Date('2027-03-10T22:59:00Z'), new Date('2027-03-10T23:00:00Z')];
    const asked = { answerBy: DAY };
    const watching = (now: Date): WatchRequests =>
      new WatchRequests(
        store,
        new PostgresRequestDeadlines(db),
        () => [OWNER, NEIGHBOUR],
        () => now,
      );
    const toldAt = async (now: Date): Promise<readonly string[]> =>
      (await watching(now).alarms()).map(({ id, direction }) => `${direction} ${id}`).toSorted();
    const eventsOf = async (id: string): Promise<readonly (string | undefined)[]> =>
      (await new PostgresEventStore(db).list(OWNER, undefined, 1_000)).flatMap(({ type, data }) =>
        type === 'request.overdue' && data.messageId === id ? [data.code] : [],
      );
    // What the specs before left is told now.
    beforeAll(async () => void (await watching(lastMinute).alarms()));

    it('are told of once, to whoever asked and whoever was asked, also when nobody looked while it passed', async () => {
      const received = await delivered('request/2', asked);
      const sent = await submitted('permit-consultation/1', { content: asked }, [OTHER, 'skv/skatteverket']);
      const taken = await askedByTelephone(asked);
      expect(await toldAt(lastMinute)).toEqual([]);
      // It came, and passed, while the gateway was away.
      const late = await delivered('request/2', asked);
      const expected = [
        ...[`received ${received}`, `received ${late}`, `recorded ${taken}`],
        ...sent.map((id) => `sent ${id}`),
      ].toSorted();
      const twice = await Promise.all([toldAt(dayAfter), toldAt(dayAfter)]);
      expect(twice.flat().toSorted()).toEqual(expected);
      expect(await toldAt(dayAfter)).toEqual([]);
      expect(await toldAt(new Date('2027-04-01T00:00:00Z'))).toEqual([]);
      for (const id of [received, late]) expect(await eventsOf(id)).toEqual(['received']);
      for (const id of sent) expect(await eventsOf(id)).toEqual(['sent']);
      expect(await eventsOf(taken)).toEqual(['recorded']);
    });

    it('are not, when they were answered, refused or taken back, or set no day', async () => {
      const ids = [await delivered('request/2', asked), await delivered('request/2', asked)];
      await submitted('answer/1', { requestId: ids[0] ?? '' }, [OTHER], 'fetched');
      await takenBack(ids[1] ?? '');
      const [sent = ''] = await submitted('request/2', { content: asked }, [OTHER], 'refused');
      const none = await delivered('request/2');
      const spoken = await askedByTelephone(asked);
      await told(spoken);
      const refused = await askedByTelephone(asked);
      const by = { office: 'bistandshandlaggare', officer: 'x', mandate: 'delegation' } as const;
      const caller = { authority: OWNER, system: randomUUID() };
      await refusing.execute(caller, refused, { reason: 'not-disclosed', ...by });
      expect(await toldAt(dayAfter)).toEqual([]);
      for (const id of [...ids, sent, none, spoken, refused]) expect(await eventsOf(id)).toEqual([]);
    });

    it('are, when what was answered is stopped on its way', async () => {
      const id = await delivered('request/2', asked);
      const [answer = ''] = await submitted('answer/1', { requestId: id });
      expect(await toldAt(dayAfter)).toEqual([]);
      await asAuthority(db, OWNER, (tx) =>
        tx.query(`UPDATE gateway.message SET state = 'refused' WHERE authority = $1 AND message_id = $2`, [
          OWNER,
          answer,
        ]),
      );
      expect(await toldAt(dayAfter)).toEqual([`received ${id}`]);
      expect(await eventsOf(id)).toEqual(['received']);
    });
  });

  it('that are recorded are sealed at rest, and their authority’s alone', async () => {
    const id = randomUUID();
    const at = world.clock.now();
    const request = {
      ...{ function: 'kontroll', person: 'Tolvan Provberg', identityCheck: 'call-back', channel: 'telephone' },
      ...{
        at: at.toISOString(),
        asksFor: ['income'],
        office: 'registrator',
        officer: 'LKP-ON-0077',
        recordedAt: at.toISOString(),
        system: randomUUID(),
      },
    } as const;
    expect(await store.record(OWNER, id, OTHER, request as never, at)).toBe('recorded');
    expect(await store.record(OWNER, id, OTHER, request as never, at)).toBe('same');
    expect(await store.record(OWNER, id, OTHER, { ...request, channel: 'paper' } as never, at)).toBe('other');
    const rows = await asAuthority(db, OWNER, (tx) =>
      tx.query<{ row: string; detail: Buffer }[]>(
        `SELECT q::text AS row, detail FROM gateway.recorded_request q WHERE id = $1`,
        [id],
      ),
    );
    expect(rows).toHaveLength(1);
    expect(rows.map(({ row, detail }) => `${row}${detail.toString('latin1')}`).join()).not.toMatch(/Provberg|LKP-ON/);
    expect(await store.asker(OWNER, id)).toEqual({ authority: OTHER, isRetracted: false });
    expect(await store.recorded(OWNER, id)).toEqual(request);
    expect(await store.asker(NEIGHBOUR, id)).toBeUndefined();
    expect(await store.find(NEIGHBOUR, id)).toBeUndefined();
    expect(await store.recorded(NEIGHBOUR, id)).toBeUndefined();
    const [first, second] = [randomUUID(), randomUUID()];
    expect(await store.eraseRecorded(NEIGHBOUR, id, first, at)).toBe(false);
    expect(await store.eraseRecorded(OWNER, id, first, at)).toBe(true);
    expect(await store.eraseRecorded(OWNER, id, second, at)).toBe(true);
    const erased = await asAuthority(db, OWNER, (tx) =>
      tx.query<object[]>(`SELECT erased_by FROM gateway.recorded_request WHERE id = $1`, [id]),
    );
    expect(erased).toEqual([{ erased_by: first }]);
    const left = await reading.read(OWNER, id);
    expect(left).toMatchObject({ from: OTHER, erasedAt: at.toISOString() });
    expect([left.recorded, left.answerBy]).toEqual([undefined, undefined]);
    // What was answered was asked for all the same.
    expect(await store.asker(OWNER, id)).toEqual({ authority: OTHER, isRetracted: false });
    expect(await store.record(OWNER, id, OTHER, request as never, at)).toBe('other');
  });

  describe('that are recorded', () => {
    const by = { office: 'bistandshandlaggare', officer: 'LKP-ON-0077', mandate: 'delegation' } as const;
    const refusal = { reason: 'not-disclosed', ...by } as const;
    const caller = { authority: OWNER, system: randomUUID() };
    const inRows = (id: string): Promise<readonly { readonly row: string; readonly detail: Buffer }[]> =>
      asAuthority(db, OWNER, (tx) =>
        tx.query(`SELECT a::text AS row, detail FROM gateway.recorded_request_act a WHERE id = $1`, [id]),
      );

    it('are refused by an officer, and decided on when that is demanded, with nothing sent', async () => {
      const id = await askedByTelephone();
      const given = await refusing.execute(caller, id, refusal);
      const { at } = given;
      expect(given).toEqual({ kind: 'request-refused', at });
      world.clock.advance(1_000);
      expect(await refusing.execute(caller, id, refusal)).toEqual(given);
      const another = { ...refusal, reason: 'no-ground' } as const;
      expect(await outcomeOf(() => refusing.execute(caller, id, another))).toBe('RECEIPT_EXISTS');
      const refused = { state: 'refused', refusal: { reason: refusal.reason, office: by.office, at } };
      expect(await reading.read(OWNER, id)).toMatchObject({ ...refused, recorded: { refusal: { ...refusal, at } } });
      const open = { direction: 'recorded', open: 'true' };
      expect(await listed(open)).not.toContain(id);

      const demand = { at: world.clock.now().toISOString() };
      const noted = await recording.demanded(caller, id, demand);
      expect(await recording.demanded(caller, id, demand)).toEqual(noted);
      expect(await listed(open)).toContain(id);
      world.clock.advance(1_000);
      const decision = { at: world.clock.now().toISOString(), ...by };
      expect(await outcomeOf(() => recording.demanded(caller, id, { at: decision.at }))).toBe('ID_REUSE');
      expect(await recording.decided(caller, id, decision)).toMatchObject({ id, state: 'decision-issued' });
      expect(await outcomeOf(() => recording.decided(caller, id, { ...decision, mandate: 'statute' }))).toBe(
        'ID_REUSE',
      );
      expect(await reading.read(OWNER, id)).toMatchObject({
        ...refused,
        state: 'decision-issued',
        recorded: { demand, decision },
      });
      expect(await listed(open)).not.toContain(id);
      expect(
        await asAuthority(db, OWNER, (tx) =>
          tx.query(`SELECT 1 FROM gateway.delivery_receipt WHERE message_id = $1`, [id]),
        ),
      ).toEqual([]);
    });

    it('say nothing more of who refused when they are erased; that they were refused stays', async () => {
      const id = await askedByTelephone();
      await refusing.execute(caller, id, refusal);
      const kept = await inRows(id);
      expect(kept).toHaveLength(1);
      expect(kept.map(({ row, detail }) => `${row}${detail.toString('latin1')}`).join()).not.toContain(by.officer);
      await recording.erase(caller, id);
      expect((await inRows(id)).map(({ detail }) => detail.length)).toEqual([0]);
      expect(await reading.read(OWNER, id)).toMatchObject({ state: 'refused', refusal: { office: by.office } });
      const decision = { at: world.clock.now().toISOString(), ...by };
      expect(await outcomeOf(() => recording.decided(caller, id, decision))).toBe('ERASED');
      expect(await outcomeOf(() => refusing.execute(caller, id, refusal))).toBe('ERASED');
    });

    it('are refused by an office that there is, decided on after they were made, and by whoever was asked', async () => {
      const id = await askedByTelephone();
      const now = world.clock.now().getTime();
      const at = (ms: number): string => new Date(now + ms).toISOString();
      for (const ask of [
        () => refusing.execute(caller, id, { ...refusal, office: 'kung' }),
        () => recording.decided(caller, id, { at: at(0), ...by, office: 'kung' }),
        () => recording.decided(caller, id, { at: at(-1), ...by }),
        () => recording.demanded(caller, id, { at: at(1) }),
      ])
        expect(await outcomeOf(ask)).toBe('REQUEST_INVALID');
      const neighbour = { ...caller, authority: NEIGHBOUR };
      expect(await outcomeOf(() => recording.decided(neighbour, id, { at: at(0), ...by }))).toBe('NOT_FOUND');
      const message = await delivered('request/2');
      expect(await outcomeOf(() => recording.decided(caller, message, { at: at(0), ...by }))).toBe('NOT_FOUND');
      expect(await reading.read(OWNER, id)).toMatchObject({ state: 'open' });
    });
  });

  it('are no longer answered by a draft that was replaced', async () => {
    const requestId = await delivered('request/2');
    const at = world.clock.now();
    const messageId = randomUUID();
    const draft = (version: string, body: object, phase: 'draft' | 'accepted') => ({
      ...{ authority: OWNER, id: messageId, caseId: randomUUID(), type: 'answer/1', bodyDigest: 'd', assessments: [] },
      ...{ phase, version, submittedAt: at, body: { content: {}, ...body } as never },
      messages: [
        {
          ...{ messageId, recipient: OTHER, function: 'kontroll', attempt: 1, changedAt: at },
          ...{ state: phase === 'draft' ? ('awaiting-assessment' as const) : ('accepted' as const) },
          detail: { verdict: { codes: {} } } as never,
        },
      ],
    });
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
    await referrals.put(draft(first, { requestId }, 'draft'), undefined, [], []);
    expect(await reading.read(OWNER, requestId)).toMatchObject({ state: 'open' });
    await referrals.put(draft(second, { requestId }, 'draft'), first, [], []);
    await referrals.put(draft(third, {}, 'accepted'), second, [], []);
    expect(await reading.read(OWNER, requestId)).toMatchObject({ state: 'open', answers: [] });
  });

  it('and what else was sent are told of feedback by their recipient', async () => {
    const [id = ''] = await submitted('crime-report/2', {});
    const feedback = await delivered('feedback/1', { answers: id });
    await store.noteReply(OWNER, feedback, id);
    await store.noteReply(OWNER, await delivered('feedback/1', { answers: id }, 'skv/skatteverket'), id);
    expect(await store.feedbackOn(OWNER, [id])).toEqual(new Map([[id, [feedback]]]));
  });
});
