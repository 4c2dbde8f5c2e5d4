import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { EventView, SubmitReferralDto } from '#contracts';
import { aGateway, aWorld, example, outcomeOf } from '#testing';
import type { TestGateway, World } from '#testing';
import type { DataSource } from 'typeorm';
import { ManageCases } from '../apps/gateway/src/application/manage-cases.js';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import { CaseController } from '../apps/gateway/src/http/case.controller.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresCaseStore } from '../apps/gateway/src/persistence/case.store.js';
import { PostgresCatchUpStore } from '../apps/gateway/src/persistence/catch-up.store.js';
import { PostgresDeliveryStore } from '../apps/gateway/src/persistence/delivery.store.js';
import { PostgresEventStore } from '../apps/gateway/src/persistence/event.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';
import { served } from './support/served.js';
import type { Served } from './support/served.js';

jest.setTimeout(60_000);
const { system: OWNER, referral } = example('01');
const RECIPIENT = referral.to[0]?.authority ?? '';
const OTHER = 'linkoping/socialnamnden';
const SENDER = 'fk/forsakringskassan';
const TITLE = 'Brukare i Lambohov';
const NAMED = { type: 'personal-assistance', title: TITLE } as const;

describe('the cases of an authority', () => {
  let world: World;
  let gateway: TestGateway;
  let databases: OwnDatabases;
  let db: DataSource;
  let referrals: PostgresReferralStore;
  let deliveries: PostgresDeliveryStore;
  let submitting: SubmitReferral;
  let store: PostgresCaseStore;
  let events: PostgresEventStore;
  let app: Served;
  let caller = OWNER;
  let before: string | undefined;
  const system = randomUUID();

  beforeAll(async () => {
    world = await aWorld();
    gateway = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('cases');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const outbox = new Outbox('kommunerna', noRelay);
    const { keys, law, evaluate, sealing } = gateway;
    const { now } = world.clock;
    referrals = new PostgresReferralStore(db, keys, outbox);
    deliveries = new PostgresDeliveryStore(db, keys, outbox);
    submitting = new SubmitReferral(referrals, evaluate, sealing, 1e9, world.newId, now, () => undefined);
    store = new PostgresCaseStore(db, keys);
    events = new PostgresEventStore(db);
    const isAuthority = (id: string): boolean => law.current().snapshot.authority(id) !== undefined;
    const provider = { provide: ManageCases, useValue: new ManageCases(store, isAuthority, now) };
    app = await served([CaseController], [provider], () => ({ system, authority: caller }));
  });
  afterAll(async () => {
    await app.close();
    await databases.drop();
  });
  beforeEach(async () => {
    caller = OWNER;
    before = (await events.list(OWNER, before, 200)).at(-1)?.id ?? before;
  });

  const ask = (method: string, path: string, body?: object) => app.ask(method, `/v1/cases/${path}`, body);
  const told = async (): Promise<readonly EventView[]> =>
    (await events.list(OWNER, before, 200)).filter(({ type }) => type.startsWith('case.'));
  const submitted = async (caseId: string): Promise<{ readonly id: string; readonly messageId: string }> => {
    const body = { ...referral, id: randomUUID(), caseId } as SubmitReferralDto;
    const { recipients } = await submitting.submit(OWNER, body);
    return { id: body.id, messageId: recipients[0]?.messageId ?? '' };
  };
  const arrived = (messageId: string): Promise<unknown> =>
    referrals.record(
      OWNER,
      { entryId: randomUUID(), messageId, attempt: 1, kind: 'receipt-recorded', entry: 'e', at: world.clock.now() },
      'fetched',
    );
  const delivered = async (caseId: string, type = 'request/1', authority: string = OWNER): Promise<string> => {
    const messageId = randomUUID();
    const at = world.clock.now();
    await deliveries.receive(
      {
        authority,
        messageId,
        attempt: 1,
        sender: SENDER,
        caseId,
        type,
        function: 'registrator',
        deliveryNumber: 1,
        receivedAt: at,
        jweSha256: 'x',
        decisionEntryId: randomUUID(),
        detail: {} as never,
      },
      messageId,
      { receiptId: randomUUID(), kind: 'technical', receipt: 'r', at, detail: {} },
      { id: randomUUID(), type: 'receipt.signed.v1', body: Buffer.from('{}') },
    );
    return messageId;
  };
  const timeline = async (id: string): Promise<readonly (readonly [string, string | undefined])[]> =>
    (await app.client.cases.timeline(id, { limit: '200' })).items.map(({ type, data }) => [
      type,
      data.messageId ?? data.code,
    ]);

  it('are opened under an id of the caller’s own, once, and their titles are kept encrypted', async () => {
    const id = randomUUID();
    const [status, made] = await ask('PUT', id, NAMED);
    const openedAt = world.clock.now().toISOString();
    expect([status, made]).toEqual([201, { id, ...NAMED, openedAt, links: [] }]);
    world.clock.advance(1_000);
    expect(await ask('PUT', id, NAMED)).toEqual([200, made]);
    expect(await app.client.cases.read(id)).toEqual(made);
    for (const other of [{ ...NAMED, title: 'x' }, { ...NAMED, type: 'other' }, { type: NAMED.type }])
      expect(await ask('PUT', id, other)).toMatchObject([409, { type: '/problems/id-reuse' }]);
    expect((await told()).map(({ type, timestamp, data }) => [type, timestamp, data])).toEqual([
      ['case.opened', openedAt, { caseId: id, code: NAMED.type }],
    ]);
    const rows = await asAuthority(db, OWNER, (tx) =>
      tx.query<{ text: string }[]>(
        `SELECT concat_ws(' ', o::text, e::text, encode(o.detail, 'escape')) AS text FROM gateway.owned_case o
         JOIN gateway.event e ON e.case_id = o.case_id WHERE o.case_id = $1`,
        [id],
      ),
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toContain('Lambohov');
  });

  it('may be what a referral opened, of which something is said afterwards', async () => {
    const id = randomUUID();
    await submitted(id);
    const openedAt = world.clock.now().toISOString();
    expect(await app.client.cases.read(id)).toEqual({ id, openedAt, links: [] });
    expect(await told()).toEqual([]);
    world.clock.advance(1_000);
    const [status, named] = await ask('PUT', id, NAMED);
    expect([status, named]).toEqual([200, { id, ...NAMED, openedAt, links: [] }]);
    expect((await told()).map(({ type }) => type)).toEqual(['case.opened']);
  });

  it('are not those that another authority’s messages name, also when it answers under that id', async () => {
    const [theirs, ours] = [randomUUID(), randomUUID()];
    await delivered(theirs);
    await submitted(ours);
    world.clock.advance(1_000);
    await delivered(ours);
    await submitted(theirs);
    expect((await ask('GET', theirs))[0]).toBe(404);
    expect(await ask('PUT', theirs, NAMED)).toMatchObject([409, { type: '/problems/id-reuse' }]);
    expect((await ask('GET', ours))[0]).toBe(200);
    const listed = (await app.client.cases.list({ limit: '200' })).items.map(({ id }) => id);
    expect([listed.includes(theirs), listed.includes(ours)]).toEqual([false, true]);
  });

  it('are theirs also when somebody asked for a subscription to them before anything was said of them', async () => {
    const [named, sent] = [randomUUID(), randomUUID()];
    for (const id of [named, sent]) await delivered(id, 'subscription-request/1');
    world.clock.advance(1_000);
    await submitted(sent);
    expect((await ask('PUT', named, NAMED))[0]).toBe(201);
    expect((await ask('GET', `${sent}/roster`))[0]).toBe(200);
    const listed = (await app.client.cases.list({ limit: '200' })).items.map(({ id }) => id);
    expect([listed.includes(named), listed.includes(sent)]).toEqual([true, true]);
    for (const id of [named, sent]) expect((await ask('PUT', `${id}/closing`, { reason: 'concluded' }))[0]).toBe(200);
  });

  it('are not opened by what was rebuilt after a restore, before or after it is erased', async () => {
    const [theirs, answered] = [randomUUID(), randomUUID()];
    const catching = new PostgresCatchUpStore(db, gateway.keys, new Outbox('kommunerna', noRelay), world.newId);
    const issuedAt = world.clock.now();
    await catching.rebuild({
      authority: OWNER,
      messageId: answered,
      attempt: 1,
      recipient: SENDER,
      function: 'registrator',
      caseId: theirs,
      type: 'answer/1',
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + 60_000),
      manifest: 'm',
      manifestSha256: 'x',
      jweSha256: 'x',
    });
    world.clock.advance(1_000);
    const isListed = async (): Promise<boolean> =>
      (await app.client.cases.list({ limit: '200' })).items.some(({ id }) => id === theirs);
    expect([(await ask('GET', theirs))[0], await isListed()]).toEqual([404, false]);
    await delivered(theirs);
    expect([(await ask('GET', theirs))[0], await isListed()]).toEqual([404, false]);
    await databases.asAdminOf(
      'kommunerna',
      `UPDATE gateway.referral SET erased_at = now() WHERE id = '${answered}'; DELETE FROM gateway.case_gathered`,
    );
    expect([(await ask('GET', theirs))[0], await isListed()]).toEqual([404, false]);
  });

  it('are listed page by page, those that referrals opened among them, and by whether they are closed', async () => {
    const first = (await app.client.cases.list({ limit: '200' })).next;
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    await submitted(ids[0]!);
    expect((await app.client.cases.list({ ...(first === undefined ? {} : { after: first }) })).items).toHaveLength(1);
    for (const id of ids.slice(1)) await app.client.cases.put(id, { type: 'other' });
    await app.client.cases.close(ids[1]!, 'duplicate');
    const page = async (query: Record<string, string>) =>
      (await app.client.cases.list({ ...(first === undefined ? {} : { after: first }), ...query })).items.map(
        ({ id }) => id,
      );
    expect(await page({})).toEqual(ids);
    expect(await page({ limit: '2' })).toEqual(ids.slice(0, 2));
    expect(await page({ state: 'open' })).toEqual([ids[0], ids[2]]);
    expect(await page({ state: 'closed' })).toEqual([ids[1]]);
    // Nothing is gathered twice.
    expect(await store.gather(OWNER)).toBe(false);
    expect(await page({})).toEqual(ids);
  });

  it('hold what names them and what is added, with a timeline of both in order', async () => {
    const [id, elsewhere] = [randomUUID(), randomUUID()];
    await app.client.cases.put(id, NAMED);
    const own = await submitted(id);
    const other = await submitted(elsewhere);
    const received = await delivered(randomUUID());
    await app.client.cases.add(id, { referralId: other.id });
    for (let nth = 0; nth < 2; nth += 1) await app.client.cases.add(id, { messageId: received });
    // They are in it already.
    await app.client.cases.add(id, { referralId: own.id });
    await app.client.cases.add(id, { messageId: other.messageId });
    await arrived(own.messageId);
    await app.client.cases.link(id, { authority: SENDER, caseId: elsewhere });
    await app.client.cases.close(id, 'concluded');
    const whole = await timeline(id);
    expect(whole).toEqual([
      ['case.opened', NAMED.type],
      ['message.accepted', own.messageId],
      ['message.accepted', other.messageId],
      ['delivery.received', received],
      ['case.linked', other.messageId],
      ['case.linked', received],
      ['receipt.recorded', own.messageId],
      ['message.fetched', own.messageId],
      ['case.linked', 'case'],
      ['case.closed', 'concluded'],
    ]);
    // That it was added to one case is no matter of another's.
    expect((await timeline(elsewhere)).map(([type]) => type)).toEqual(['message.accepted']);
    const paged: string[] = [];
    for (let after: string | undefined; ;) {
      const { items, next } = await app.client.cases.timeline(id, {
        limit: '3',
        ...(after === undefined ? {} : { after }),
      });
      paged.push(...items.map(({ type }) => type));
      after = next;
      if (items.length < 3) break;
    }
    expect(paged).toEqual(whole.map(([type]) => type));
    expect(await outcomeOf(() => store.timeline(OWNER, id, randomUUID(), 3))).toBe('NOT_FOUND');
  });

  it('say who has received what, one row for each authority', async () => {
    const id = randomUUID();
    const [first, second] = [await submitted(id), await submitted(randomUUID())];
    await submitted(id);
    await arrived(first.messageId);
    await arrived(second.messageId);
    await app.client.cases.add(id, { messageId: second.messageId });
    await delivered(id, 'answer/1');
    const changedAt = world.clock.now().toISOString();
    const row = { underWay: 0, ended: 0, givenAnotherWay: 0, changedAt };
    expect(await app.client.cases.roster(id)).toEqual(
      [
        { ...row, authority: OWNER, received: [{ type: 'answer/1', count: 1, retracted: 0 }] },
        {
          ...row,
          changedAt: expect.any(String) as never,
          authority: RECIPIENT,
          received: [{ type: referral.type, count: 2, retracted: 0 }],
          underWay: 1,
        },
      ].toSorted((one, two) => (one.authority < two.authority ? -1 : 1)),
    );
  });

  it('take nothing more when they are closed, and stay closed for their reason', async () => {
    const id = randomUUID();
    const link = { authority: SENDER, caseId: randomUUID() };
    await app.client.cases.put(id, NAMED);
    const linked = await app.client.cases.link(id, link);
    expect(linked.links).toEqual([{ ...link, linkedAt: world.clock.now().toISOString() }]);
    const [, closed] = await ask('PUT', `${id}/closing`, { reason: 'handed-over' });
    expect(closed).toMatchObject({ closed: { reason: 'handed-over', at: world.clock.now().toISOString() } });
    world.clock.advance(1_000);
    expect(await ask('PUT', `${id}/closing`, { reason: 'handed-over' })).toEqual([200, closed]);
    expect(await ask('POST', `${id}/links`, link)).toEqual([200, closed]);
    const late = [409, { type: '/problems/case-closed' }];
    const { messageId } = await submitted(randomUUID());
    expect(await ask('PUT', `${id}/closing`, { reason: 'concluded' })).toMatchObject(late);
    expect(await ask('POST', `${id}/links`, { ...link, caseId: randomUUID() })).toMatchObject(late);
    expect(await ask('POST', `${id}/messages`, { messageId })).toMatchObject(late);
    expect((await told()).map(({ type, data }) => [type, data.code])).toEqual([
      ['case.opened', NAMED.type],
      ['case.linked', 'case'],
      ['case.closed', 'handed-over'],
    ]);
  });

  it('are not named once they are closed', async () => {
    const id = randomUUID();
    await submitted(id);
    await app.client.cases.close(id, 'concluded');
    expect(await ask('PUT', id, NAMED)).toMatchObject([409, { type: '/problems/case-closed' }]);
    expect((await told()).map(({ type }) => type)).toEqual(['case.closed']);
    const named = randomUUID();
    await app.client.cases.put(named, NAMED);
    await app.client.cases.close(named, 'concluded');
    expect((await ask('PUT', named, NAMED))[0]).toBe(200);
    expect((await ask('PUT', named, { type: 'other' }))[0]).toBe(409);
  });

  it('lose their title for good when it is taken away', async () => {
    const id = randomUUID();
    await app.client.cases.put(id, NAMED);
    for (let nth = 0; nth < 2; nth += 1) expect(await ask('DELETE', `${id}/title`)).toEqual([204, {}]);
    expect(await app.client.cases.read(id)).not.toHaveProperty('title');
    expect((await ask('PUT', id, NAMED))[0]).toBe(409);
    const untitled = randomUUID();
    await app.client.cases.put(untitled, { type: 'other' });
    expect((await ask('DELETE', `${untitled}/title`))[0]).toBe(204);
    // What is left is what it is.
    for (const [one, type] of [
      [id, NAMED.type],
      [untitled, 'other'],
    ] as const)
      expect((await ask('PUT', one, { type }))[0]).toBe(200);
    expect((await ask('PUT', untitled, { type: 'other', title: TITLE }))[0]).toBe(409);
    const opened = randomUUID();
    await submitted(opened);
    expect((await ask('DELETE', `${opened}/title`))[0]).toBe(204);
    expect((await ask('PUT', opened, NAMED))[0]).toBe(200);
  });

  it('refuse what is no request, and what leads nowhere', async () => {
    const id = randomUUID();
    await app.client.cases.put(id, NAMED);
    const link = { authority: SENDER, caseId: randomUUID() };
    for (const [path, body, code] of [
      ['messages', {}, 'message-or-referral'],
      ['messages', { messageId: id, referralId: id }, 'message-or-referral'],
      ['links', { ...link, authority: OWNER }, 'own-authority'],
    ] as const)
      expect(await ask('POST', `${id}/${path}`, body)).toMatchObject([422, { violations: [{ code }] }]);
    expect(await ask('POST', `${id}/links`, { ...link, authority: 'nobody/here' })).toMatchObject([
      422,
      { type: '/problems/unknown-recipient' },
    ]);
    for (const body of [
      {},
      { type: 'x' },
      { ...NAMED, title: '' },
      { ...NAMED, title: 'x'.repeat(201) },
      { ...NAMED, x: 1 },
    ])
      expect((await ask('PUT', randomUUID(), body))[0]).toBe(400);
    expect((await ask('PUT', 'mine', NAMED))[0]).toBe(400);
    expect((await ask('PUT', `${id}/closing`, { reason: 'x' }))[0]).toBe(400);
    expect((await ask('GET', `${id}/timeline?after=1.1`))[0]).toBe(400);
    expect((await ask('GET', '?state=x'))[0]).toBe(400);
  });

  it('exist for their owner alone', async () => {
    const id = randomUUID();
    const { messageId, id: referralId } = await submitted(id);
    await app.client.cases.put(id, NAMED);
    const foreign = await delivered(randomUUID(), 'request/1', OTHER);
    for (const what of [{ messageId: foreign }, { messageId: randomUUID() }, { referralId: randomUUID() }])
      expect((await ask('POST', `${id}/messages`, what))[0]).toBe(404);
    caller = OTHER;
    const mine = randomUUID();
    await app.client.cases.put(mine, NAMED);
    for (const what of [{ messageId }, { referralId }])
      expect((await ask('POST', `${mine}/messages`, what))[0]).toBe(404);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['GET', '/timeline', undefined],
      ['GET', '/roster', undefined],
      ['DELETE', '/title', undefined],
      ['PUT', '/closing', { reason: 'concluded' }],
      ['POST', '/messages', { messageId: foreign }],
      ['POST', '/links', { authority: SENDER, caseId: id }],
    ] as const) {
      const answer = await ask(method, `${id}${path}`, body);
      expect([path, answer]).toEqual([path, await ask(method, `${randomUUID()}${path}`, body)]);
      expect(answer[0]).toBe(404);
    }
    expect((await app.client.cases.list()).items.map((one) => one.id)).toEqual([mine]);
    // The same id is another case for each.
    expect((await ask('PUT', id, { type: 'other' }))[0]).toBe(201);
    for (const sql of [
      `UPDATE gateway.case_link SET linked_at = now()`,
      `DELETE FROM gateway.case_message`,
      `DELETE FROM gateway.owned_case`,
    ])
      await expect(asAuthority(db, OTHER, (tx) => tx.query(sql))).rejects.toThrow('permission denied');
  });

  it('are opened once by two that do so at once, and all are there on another server', async () => {
    const ids: readonly string[] = Array.from({ length: 5 }, () => randomUUID());
    for (const id of ids) await submitted(id);
    await Promise.all([store.gather(OWNER), store.gather(OWNER), ...ids.map((id) => ask('PUT', id, NAMED))]);
    const whole = (await store.list(OWNER, { limit: 200 })).map(({ id }) => id);
    expect(whole.filter((id) => ids.includes(id))).toHaveLength(5);
    await databases.asAdminOf('kommunerna', `UPDATE gateway.server SET identifier = '1'`);
    await databases.redeploy();
    await submitted(randomUUID());
    const after = (await store.list(OWNER, { limit: 200 })).map(({ id }) => id);
    expect(after.slice(0, whole.length)).toEqual(whole);
    expect(after).toHaveLength(whole.length + 1);
  });
});
