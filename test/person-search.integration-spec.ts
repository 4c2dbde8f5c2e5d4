import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { PersonSearchDto, PersonSearchView, SubmitReferralDto } from '#contracts';
import { aGateway, aWorld, example, toldByTelephone } from '#testing';
import type { TestGateway, World } from '#testing';
import type { DataSource } from 'typeorm';
import { RecordDisclosure } from '../apps/gateway/src/application/record-disclosure.js';
import { SearchPersons } from '../apps/gateway/src/application/search-persons.js';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import { PersonSearchController } from '../apps/gateway/src/http/person-search.controller.js';
import { PostgresAccessLog } from '../apps/gateway/src/persistence/access-log.store.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresDeliveryStore } from '../apps/gateway/src/persistence/delivery.store.js';
import { PostgresErasureStore } from '../apps/gateway/src/persistence/erasure.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresPersonIndex } from '../apps/gateway/src/persistence/person-index.store.js';
import { PostgresRecordStore } from '../apps/gateway/src/persistence/record.store.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';
import { served } from './support/served.js';
import type { Served } from './support/served.js';

jest.setTimeout(60_000);
const { system: OWNER, referral } = example('01');
const OTHER = 'linkoping/socialnamnden';
const PERSON = '195201161857';
const CHILD = '201603022383';
const WHO = { office: 'registrator', officer: 'LKP-ON-0077', reference: 'ON 2026-00502' } as const;
const FOR_PERSON = { personalIdentityNumber: PERSON, purpose: 'subject-access', ...WHO } as const;

describe('search for a person', () => {
  let world: World;
  let gateway: TestGateway;
  let databases: OwnDatabases;
  let db: DataSource;
  let referrals: PostgresReferralStore;
  let deliveries: PostgresDeliveryStore;
  let submitting: SubmitReferral;
  let records: PostgresRecordStore;
  let recording: RecordDisclosure;
  let index: PostgresPersonIndex;
  let log: PostgresAccessLog;
  let app: Served;
  let caller = OWNER;
  const system = randomUUID();

  beforeAll(async () => {
    world = await aWorld();
    gateway = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('person_search');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const outbox = new Outbox('kommunerna', noRelay);
    const { keys, evaluate, sealing } = gateway;
    referrals = new PostgresReferralStore(db, keys, outbox);
    deliveries = new PostgresDeliveryStore(db, keys, outbox);
    submitting = new SubmitReferral(referrals, evaluate, sealing, 1e9, world.newId, world.clock.now, () => undefined);
    records = new PostgresRecordStore(db, keys, outbox);
    recording = new RecordDisclosure(
      records,
      ...([evaluate, keys, world.environment, world.newId, world.clock.now, () => undefined] as const),
    );
    index = new PostgresPersonIndex(db, keys);
    log = new PostgresAccessLog(db, keys);
    const searching = new SearchPersons(index, log, keys, () => randomUUID());
    const provider = { provide: SearchPersons, useValue: searching };
    app = await served([PersonSearchController], [provider], () => ({ system, authority: caller }));
  });
  afterAll(async () => {
    await app.close();
    await databases.drop();
  });
  beforeEach(async () => {
    caller = OWNER;
    await databases.asAdminOf('kommunerna', 'DELETE FROM gateway.person_index');
  });

  const searched = async (change: Partial<PersonSearchDto> = {}): Promise<PersonSearchView> => {
    const [status, answer] = await app.ask('POST', '/v1/person-searches', { ...FOR_PERSON, ...change });
    expect([status, answer]).toEqual([200, expect.anything()]);
    return answer as unknown as PersonSearchView;
  };
  const found = async (change: Partial<PersonSearchDto> = {}): Promise<readonly string[]> =>
    (await searched(change)).items.map(({ messageId }) => messageId);
  const own = (change: object = {}): SubmitReferralDto =>
    ({ ...referral, id: randomUUID(), caseId: randomUUID(), ...change }) as SubmitReferralDto;
  const about = (personalIdentityNumber: string): object => ({
    content: { ...referral.content, subject: { name: 'Tolvan Provberg', personalIdentityNumber, protection: 'none' } },
  });
  const sent = async (body: SubmitReferralDto = own()): Promise<string> => {
    world.clock.advance(1_000);
    return (await submitting.submit(OWNER, body)).recipients[0]?.messageId ?? '';
  };
  const received = async (content: object, type: string, authority = OWNER): Promise<string> => {
    const messageId = randomUUID();
    world.clock.advance(1_000);
    const at = world.clock.now();
    await deliveries.receive(
      {
        ...{ authority, messageId, attempt: 1, sender: 'fk/forsakringskassan', caseId: randomUUID(), type },
        ...{ function: 'registrator', deliveryNumber: 1, receivedAt: at, jweSha256: 'A'.repeat(43) },
        ...{ decisionEntryId: randomUUID(), detail: { content, registration: {} } as never },
      },
      messageId,
      { receiptId: randomUUID(), kind: 'technical', receipt: 'r', at, detail: {} },
      { id: randomUUID(), type: 'receipt.signed.v1', body: Buffer.from('{}') },
    );
    return messageId;
  };
  /** @returns its own id, and that of its entry in the log */
  const recorded = async (authority = OWNER): Promise<{ readonly id: string; readonly messageId: string }> => {
    world.clock.advance(120_000);
    const told = toldByTelephone(referral, new Date(world.clock.now().getTime() - 60_000));
    const subjects = [{ name: 'Tian Provberg', personalIdentityNumber: PERSON, protection: 'none' }];
    const content = { ...told.content, subjects };
    return recording.execute(authority, { ...told, content, id: randomUUID(), caseId: randomUUID() });
  };
  const CONCERN = 'child-concern-report/1';
  const concern = {
    children: [{ name: 'Ettan Testbarn', personalIdentityNumber: CHILD, protection: 'none' }],
    guardians: [{ name: 'Tian Provberg', personalIdentityNumber: PERSON, protection: 'none' }],
    informant: { name: 'Tian Provberg', personalIdentityNumber: PERSON, protection: 'none' },
    concern: ['neglect'],
    situation: 'x',
  };
  const erase = (messageId: string): Promise<boolean> =>
    new PostgresErasureStore(db).erase(OWNER, {
      ...{ decisionId: randomUUID(), messageId, statement: 's', at: world.clock.now() },
    });
  const rows = (authority = OWNER): Promise<readonly { readonly message_id: string; readonly token: Buffer }[]> =>
    asAuthority(db, authority, (tx) => tx.query('SELECT * FROM gateway.person_index'));

  it('finds what was sent and what was received, newest first and page by page, with what it says of the person', async () => {
    const first = await sent(own(about(PERSON)));
    await sent(own(about('198801022388')));
    const draft = await sent(own({ ...about(PERSON), assessments: [] }));
    const last = await received(concern, CONCERN);
    const { items, complete } = await searched();
    expect(items).toMatchObject([
      {
        messageId: last,
        direction: 'received',
        type: CONCERN,
        authority: 'fk/forsakringskassan',
        roles: [
          { about: 'other-person', item: 'guardians.0' },
          { about: 'informant', item: 'informant' },
        ],
      },
      { messageId: draft, direction: 'sent', roles: [{ about: 'subject', item: 'subject' }] },
      { messageId: first, direction: 'sent', type: referral.type, authority: referral.to[0]?.authority },
    ]);
    expect(items.map(({ referralId }) => typeof referralId)).toEqual(['undefined', 'string', 'string']);
    expect(complete).toBe(false);
    const pages: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await searched({ limit: 1, ...(after === undefined ? {} : { after }) });
      if (page.items.length === 0) break;
      pages.push(...page.items.map(({ messageId }) => messageId));
      after = page.next;
    }
    expect(pages).toEqual([last, draft, first]);
    expect(await found({ personalIdentityNumber: '19520116-1857' })).toEqual(pages);
    expect(await found({ personalIdentityNumber: CHILD })).toEqual([last]);
  });

  it('finds a company by its number, and nothing of it by a person’s', async () => {
    const company = {
      subject: { name: 'x', protection: 'none' },
      provider: { name: 'x', organisationNumber: '444321-9870' },
    };
    const messageId = await received(company, 'misuse-of-assistance-allowance/1');
    for (const organisationNumber of ['444321-9870', '4443219870', '164443219870']) {
      const { personalIdentityNumber: _, ...asked } = FOR_PERSON;
      const [, answer] = await app.ask('POST', '/v1/person-searches', { ...asked, organisationNumber });
      expect(answer).toMatchObject({ items: [{ messageId, roles: [{ about: 'company', item: 'provider' }] }] });
    }
    expect(await found()).toEqual([]);
  });

  it('finds an informant for that person’s own sake, and not in the course of a matter', async () => {
    const { guardians: _, ...told } = concern;
    const messageId = await received(told, CONCERN);
    const both = await received(concern, CONCERN);
    expect(await found({ purpose: 'subject-access' })).toEqual([both, messageId]);
    const { items } = await searched({ purpose: 'case-handling' });
    expect(items).toMatchObject([{ messageId: both, roles: [{ about: 'other-person' }] }]);
    expect(items[0]?.roles).toHaveLength(1);
  });

  it('is of one authority alone: another of the same gateway finds nothing, has another token, and sees no row', async () => {
    await received(concern, CONCERN);
    const [mine] = await rows();
    expect(await rows(OTHER)).toEqual([]);
    expect(await db.query<unknown[]>('SELECT FROM gateway.person_index')).toEqual([]);
    caller = OTHER;
    expect(await found()).toEqual([]);
    await received(concern, CONCERN, OTHER);
    expect(await found()).toHaveLength(1);
    const tokens = [mine, ...(await rows(OTHER))].map((row) => row?.token.toString('hex'));
    expect(new Set(tokens).size).toBe(tokens.length - 1);
  });

  it('is written with the content or not at all', async () => {
    const body = own(about(PERSON));
    await databases.asAdminOf(
      'kommunerna',
      `ALTER TABLE gateway.person_index ADD CONSTRAINT full_for_now CHECK (direction = 'neither') NOT VALID`,
    );
    await expect(sent(body)).rejects.toThrow();
    await expect(received(concern, CONCERN)).rejects.toThrow();
    expect(await referrals.find(OWNER, body.id)).toBeUndefined();
    const kept = await asAuthority(db, OWNER, (tx) =>
      tx.query<unknown[]>('SELECT FROM gateway.delivery WHERE type = $1 AND received_at = $2', [
        CONCERN,
        world.clock.now(),
      ]),
    );
    expect(kept).toEqual([]);
    await databases.asAdminOf('kommunerna', 'ALTER TABLE gateway.person_index DROP CONSTRAINT full_for_now');
    const messageId = await sent(body);
    expect(await found()).toEqual([messageId]);
  });

  it('is gone with what is erased, and follows a draft that is replaced', async () => {
    const delivery = await received(concern, CONCERN);
    expect(await erase(delivery)).toBe(true);
    expect(await found()).toEqual([]);
    const draft = own({ ...about(PERSON), assessments: [] });
    const messageId = await sent(draft);
    expect(await found()).toEqual([messageId]);
    await sent({ ...draft, ...about('198801022388') } as SubmitReferralDto);
    expect(await found()).toEqual([]);
    expect(await found({ personalIdentityNumber: '198801022388' })).toEqual([messageId]);
    await referrals.withdraw(OWNER, draft.id, world.clock.now());
    expect(await erase(messageId)).toBe(true);
    expect(await rows()).toEqual([]);
  });

  it('looks through what was there before, once and with the same result however often, and says when it has', async () => {
    const before = [await sent(own(about(PERSON))), await received(concern, CONCERN)];
    const erased = await received(concern, CONCERN);
    await erase(erased);
    await databases.asAdminOf('kommunerna', 'DELETE FROM gateway.person_index; DELETE FROM gateway.person_indexed');
    expect((await searched()).complete).toBe(false);
    expect(await index.behind(OWNER)).toBeGreaterThan(2);
    while (await index.fill(OWNER, world.clock.now()));
    expect(await index.behind(OWNER)).toBe(0);
    const all = await rows();
    const { items, complete } = await searched({ limit: 200 });
    expect(complete).toBe(true);
    const ids = items.map(({ messageId }) => messageId);
    expect(ids).toEqual(expect.arrayContaining(before));
    expect(ids).not.toContain(erased);
    await databases.asAdminOf('kommunerna', 'DELETE FROM gateway.person_indexed');
    while (await index.fill(OWNER, world.clock.now()));
    expect(await rows()).toHaveLength(all.length);
    // What is taken in now is indexed already.
    const next = await received(concern, CONCERN);
    expect((await found({ limit: 200 }))[0]).toBe(next);
    expect(await index.fill(OWNER, world.clock.now())).toBe(false);
  });

  it('finds what was recorded as disclosed another way, marked so and by its own id, and what was there before too', async () => {
    const { id, messageId } = await recorded();
    const isIt = {
      ...{ messageId, direction: 'recorded', type: 'recorded-disclosure/1', recordedDisclosureId: id },
      ...{ authority: referral.to[0]?.authority, roles: [{ about: 'subject', item: 'subjects.0' }] },
    };
    expect((await searched()).items[0]).toMatchObject(isIt);
    await databases.asAdminOf('kommunerna', 'DELETE FROM gateway.person_index; DELETE FROM gateway.person_indexed');
    expect((await searched()).complete).toBe(false);
    while (await index.fill(OWNER, world.clock.now()));
    expect((await searched({ limit: 200 })).items).toContainEqual(expect.objectContaining(isIt));
    caller = OTHER;
    expect(await found({ limit: 200 })).not.toContain(messageId);
    await records.told(OWNER, messageId, 'logged', { entryId: randomUUID(), entry: 'e', blind: 'b', proof: 'p' });
    await erase(messageId);
    caller = OWNER;
    expect(await found({ limit: 200 })).not.toContain(messageId);
  });

  it('is logged before it is answered, by a token in the number’s place; what is not logged is not answered', async () => {
    const messageId = await sent(own(about(PERSON)));
    const { searchId } = await searched();
    const [row] = await log.list(OWNER, { limit: 1 });
    const token = gateway.keys.personToken(OWNER, 'person', PERSON).toString('base64url');
    expect(row).toMatchObject({
      system,
      operation: 'search-persons',
      search: { id: searchId, token, purpose: 'subject-access', ...WHO },
    });
    const order: string[] = [];
    const then = async <T>(what: string, answer: T): Promise<T> => {
      await Promise.resolve();
      order.push(what);
      return answer;
    };
    const searching = new SearchPersons(
      { find: () => then('found', []), isComplete: () => then('looked', true) },
      { noteSearch: () => then('noted', undefined) },
      gateway.keys,
      () => randomUUID(),
    );
    await searching.execute({ authority: OWNER, system }, { ...FOR_PERSON, limit: 50 });
    expect(order).toEqual(['noted', 'looked', 'found']);
    await databases.asAdminOf(
      'kommunerna',
      `ALTER TABLE gateway.access_log ADD CONSTRAINT full_for_now CHECK (operation = 'nothing') NOT VALID`,
    );
    const [status, answer] = await app.ask('POST', '/v1/person-searches', FOR_PERSON);
    await databases.asAdminOf('kommunerna', 'ALTER TABLE gateway.access_log DROP CONSTRAINT full_for_now');
    expect(status).toBeGreaterThanOrEqual(500);
    expect(JSON.stringify(answer)).not.toContain(messageId);
  });

  it('refuses a number that is none without saying it, and logs no search', async () => {
    const before = (await log.list(OWNER, { limit: 200 })).length;
    const { personalIdentityNumber: _, ...nobody } = FOR_PERSON;
    const refused: readonly [object, string, string][] = [
      [{ ...nobody, personalIdentityNumber: '195201161858' }, 'person-search-invalid', 'invalid-number'],
      [{ ...nobody, organisationNumber: '444321-9871' }, 'person-search-invalid', 'invalid-number'],
      [{ ...nobody, personalIdentityNumber: '520116-1857' }, 'invalid-request', 'matches'],
      [{ ...nobody, personalIdentityNumber: 'Tian Provberg' }, 'invalid-request', 'matches'],
      [nobody, 'person-search-invalid', 'person-or-organisation'],
      [{ ...FOR_PERSON, organisationNumber: '444321-9870' }, 'person-search-invalid', 'person-or-organisation'],
      [{ ...FOR_PERSON, office: 'nobody' }, 'person-search-invalid', 'unknown-code'],
      [{ ...FOR_PERSON, purpose: 'curiosity' }, 'invalid-request', 'isIn'],
      [{ ...FOR_PERSON, name: 'Tian Provberg' }, 'unknown-property', 'whitelistValidation'],
    ];
    for (const [body, problem, code] of refused) {
      const [status, answer] = await app.ask('POST', '/v1/person-searches', body);
      expect([status, answer]).toMatchObject([
        problem === 'person-search-invalid' ? 422 : 400,
        { type: `/problems/${problem}`, violations: [{ code }] },
      ]);
      expect(JSON.stringify(answer)).not.toMatch(/1858|1857|9871|9870|Provberg/);
    }
    expect((await log.list(OWNER, { limit: 200 })).length).toBe(before);
  });

  it('reads an index, although row security holds it to one authority', async () => {
    const token = gateway.keys.personToken(OWNER, 'person', PERSON);
    const plan = await asAuthority(db, OWNER, async (tx) => {
      await tx.query('SET LOCAL enable_seqscan = off');
      return tx.query<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN SELECT message_id FROM gateway.person_index WHERE authority = $1 AND token = $2 ORDER BY at DESC, message_id DESC`,
        [OWNER, token],
      );
    });
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(lines).toContain('person_index_token');
    expect(lines).toMatch(/Index Cond: .*token = /);
  });
});
