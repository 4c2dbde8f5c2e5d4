import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ALL_SCOPES } from '#contracts';
import type { AccessLogItem } from '#contracts';
import { randomUUID } from 'node:crypto';
import { aWorld } from '#testing';
import type { DataSource } from 'typeorm';
import type { KeyStore } from '../apps/gateway/src/keys/key-store.js';
import { ReadAccessLog } from '../apps/gateway/src/application/read-access-log.js';
import { ReadCallers } from '../apps/gateway/src/application/read-callers.js';
import type { StatedMember } from '../apps/gateway/src/application/ports/staff.js';
import { PostgresStaffStore } from '../apps/gateway/src/persistence/staff.store.js';
import { PostgresSystemStore } from '../apps/gateway/src/persistence/system.store.js';
import { PostgresCallerStore } from '../apps/gateway/src/persistence/caller.store.js';
import { PostgresAccessLog } from '../apps/gateway/src/persistence/access-log.store.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(60_000);
const OWNER = 'linkoping/socialnamnden';
const OTHER = 'linkoping/omsorgsnamnden';
const DENIED = '42501';
const READ = 'read-delivery';
const aMember = (change: Partial<StatedMember>): StatedMember => ({
  id: randomUUID(),
  authority: OWNER,
  issuer: 'https://idp.example',
  subject: `s-${randomUUID()}`,
  officer: `X-${randomUUID()}`,
  office: 'handlaggare',
  mandate: 'delegation',
  scopes: ['referrals:read'],
  ended: false,
  statement: 'x',
  statedAt: new Date(1),
  ...change,
});
/** What there was when scopes were made. What came later is a power that an administrator gives. */
const OF_BEFORE = ALL_SCOPES.filter((scope) => scope !== 'persons:search');

describe('the access log of a gateway, and who may do what', () => {
  let databases: OwnDatabases;
  let db: DataSource;
  let log: PostgresAccessLog;
  let keys: KeyStore;
  const system = randomUUID();
  beforeAll(async () => {
    databases = await OwnDatabases.deploy('access_log');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    keys = (await aWorld()).keys.stores['kommunerna'] as KeyStore;
    log = new PostgresAccessLog(db, keys);
  });
  afterAll(() => databases.drop());

  const stateOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => String((error as { readonly code?: unknown }).code),
    );
  const all = async (query: object = {}, authority = OWNER): Promise<readonly AccessLogItem[]> => {
    const items: AccessLogItem[] = [];
    for (let after: string | undefined; ;) {
      const page = await new ReadAccessLog(log).list(authority, {
        limit: 7,
        ...query,
        ...(after === undefined ? {} : { after }),
      });
      items.push(...page.items);
      if (page.items.length === 0) return items;
      after = page.next;
    }
  };

  it('keeps whom what was shown to, each authority its own, and gives it page by page, the newest first', async () => {
    const [messageId, referralId, attachmentId] = [randomUUID(), randomUUID(), randomUUID()];
    const other = randomUUID();
    const entries = { from: '0', to: '999999999999999999' };
    await log.note({ authority: OWNER, system, operation: READ, messageId });
    await log.note({ authority: OWNER, system, operation: 'read-attachment', messageId, attachmentId });
    await log.note({ authority: OTHER, system: other, operation: READ, messageId });
    await log.note({ authority: OWNER, system: other, operation: 'read-referral', referralId });
    await log.note({ authority: OWNER, system: other, operation: 'open-entries', entries });
    const items = await all();
    expect(items.map(({ at: _, ...item }) => item)).toEqual([
      { system: other, operation: 'open-entries', entries },
      { system: other, operation: 'read-referral', referralId },
      { system, operation: 'read-attachment', messageId, attachmentId },
      { system, operation: READ, messageId },
    ]);
    expect((await all({ messageId })).length).toBe(2);
    expect((await all({ referralId })).length).toBe(1);
    expect((await all({ system })).length).toBe(2);
    const [newest] = items;
    expect((await all({ until: newest?.at })).length).toBeGreaterThanOrEqual(3);
    expect(await all({ from: '2099-01-01T00:00:00Z' })).toEqual([]);
    expect((await all({ after: `${'9'.repeat(20)}.${'9'.repeat(20)}` })).length).toBe(4);
    expect((await all({}, OTHER)).length).toBe(1);
  });

  it('passes none by although many are written at once, in few commits', async () => {
    const ids = Array.from({ length: 500 }, () => randomUUID());
    const reader = randomUUID();
    await Promise.all(
      ids.map((messageId) => log.note({ authority: OTHER, system: reader, operation: READ, messageId })),
    );
    const found = await all({ system: reader, limit: 200 }, OTHER);
    expect(found).toHaveLength(ids.length);
    expect(new Set(found.map(({ messageId }) => messageId))).toEqual(new Set(ids));
    const [{ txs } = { txs: 0 }] = await asAuthority(db, OTHER, (tx) =>
      tx.query<{ txs: number }[]>(
        `SELECT count(DISTINCT xmin::text)::int AS txs FROM gateway.access_log WHERE system = $1`,
        [reader],
      ),
    );
    expect(txs).toBeLessThan(50);
    // Row security: without an authority there is nothing.
    expect(await db.query<unknown[]>(`SELECT 1 FROM gateway.access_log LIMIT 1`)).toEqual([]);
  });

  it('is added to and never changed, by whichever role, and of what is older than five years alone may rows be removed', async () => {
    await log.note({ authority: OWNER, system, operation: READ, messageId: randomUUID() });
    for (const change of [
      `UPDATE gateway.access_log SET at = now()`,
      `DELETE FROM gateway.access_log`,
      `TRUNCATE gateway.access_log`,
    ]) {
      expect([change, await stateOf(asAuthority(db, OWNER, (tx) => tx.query(change)))]).toEqual([change, DENIED]);
      expect([change, await stateOf(databases.asAdminOf('kommunerna', change))]).toEqual([change, DENIED]);
    }
    const old = `INSERT INTO gateway.access_log (authority, at, system, operation, message_id)
      VALUES ('${OWNER}', now() - interval '5 years 1 day', '${system}', '${READ}', '${randomUUID()}')`;
    await databases.asAdminOf('kommunerna', old);
    const before = (await all()).length;
    const thin = `DELETE FROM gateway.access_log WHERE at < now() - interval '5 years'`;
    expect(await stateOf(databases.asAdminOf('kommunerna', thin))).toBe('done');
    expect((await all()).length).toBe(before - 1);
  });

  it('gives each row its time and number itself', async () => {
    const insert = (columns: string, values: string): Promise<string> =>
      stateOf(
        asAuthority(db, OWNER, (tx) =>
          tx.query(
            `INSERT INTO gateway.access_log (authority, system, operation${columns}) OVERRIDING SYSTEM VALUE VALUES ('${OWNER}', '${system}', 'list-cases'${values})`,
          ),
        ),
      );
    expect(await insert('', '')).toBe('done');
    expect(await insert(', at', `, now() - interval '6 years'`)).toBe(DENIED);
    expect(await insert(', seq', ', 1')).toBe(DENIED);
  });

  it('refuses a row that does not say what was shown, and then nothing is', async () => {
    expect(await stateOf(log.note({ authority: OWNER, system, operation: READ }))).toBe('23514');
    const both = { messageId: randomUUID(), referralId: randomUUID() };
    expect(await stateOf(log.note({ authority: OWNER, system, operation: READ, ...both }))).toBe('23514');
    const away = new PostgresAccessLog({ query: () => Promise.resolve([]) } as unknown as DataSource, keys);
    await expect(away.note({ authority: OWNER, system, operation: READ, messageId: randomUUID() })).rejects.toThrow(
      'no row',
    );
  });

  it('knows what each system may do: all of it when nobody has said, and afterwards as it was said last', async () => {
    const systems = new PostgresSystemStore(db, () => [OWNER, OTHER]);
    const [id, kid] = [randomUUID(), randomUUID()];
    let ms = Date.now();
    const put = (change: object = {}): Promise<string> => {
      ms += 1;
      return systems.put({ id, authority: OWNER, kid, jwk: {}, statement: 'x', statedAt: new Date(ms), ...change });
    };
    const scopes = async (): Promise<readonly string[] | undefined> => (await systems.find(id))?.scopes;
    // By a process of before there were scopes.
    await db.query(
      `INSERT INTO gateway.system (id, authority, kid, jwk, statement, stated_at) VALUES ($1, $2, $3, '{}', 'x', $4)`,
      [id, OWNER, kid, new Date(ms)],
    );
    expect(await scopes()).toEqual(OF_BEFORE);
    const wide = new Date(ms);
    expect(await put({ scopes: ['events:read'] })).toBe('stored');
    expect(await put({ kid: randomUUID() })).toBe('stored');
    expect(await put({ kid })).toBe('stored');
    expect(await scopes()).toEqual(['events:read']);
    expect(await put({ statedAt: wide })).toBe('same');
    expect(await put({ statedAt: wide, scopes: ALL_SCOPES })).toBe('stale');
    expect(await scopes()).toEqual(['events:read']);
    const other = randomUUID();
    expect(await put({ id: other, kid: other })).toBe('stored');
    expect((await systems.find(other))?.scopes).toEqual(ALL_SCOPES);
  });

  it('lets in no system that has ended, until it is registered anew, and keeps on whose word it acted', async () => {
    const systems = new PostgresSystemStore(db, () => [OWNER, OTHER]);
    const [id, kid] = [randomUUID(), randomUUID()];
    const put = (at: number): Promise<string> =>
      systems.put({ id, authority: OWNER, kid, jwk: {}, statement: `said ${at}`, statedAt: new Date(at) });
    const end = (at: number, authority = OWNER): Promise<string> =>
      systems.end({ id, authority, statement: `ended ${at}`, statedAt: new Date(at) });
    expect(await end(1)).toBe('unknown');
    expect(await put(2)).toBe('stored');
    expect([await end(3, OTHER), await end(2)]).toEqual(['unknown', 'stale']);
    expect((await systems.find(id))?.kid).toBe(kid);
    expect([await end(3), await end(3)]).toEqual(['stored', 'same']);
    expect(await systems.find(id)).toBeUndefined();
    expect([await put(2), await put(3)]).toEqual(['stale', 'stale']);
    expect(await systems.find(id)).toBeUndefined();
    expect(await db.query(`SELECT statement, end_statement FROM gateway.system WHERE id = $1`, [id])).toEqual([
      { statement: 'said 2', end_statement: 'ended 3' },
    ]);
    expect(
      await systems.put({ id: randomUUID(), authority: OWNER, kid, jwk: {}, statement: 'x', statedAt: new Date(4) }),
    ).toBe('taken');
    expect(await put(4)).toBe('stored');
    expect((await systems.find(id))?.statement).toBe('said 4');
  });

  it('gives no system the id of a person, nor a person that of a system, of whichever authority', async () => {
    const systems = new PostgresSystemStore(db, () => [OWNER, OTHER]);
    const members = new PostgresStaffStore(db);
    const [person, machine] = [randomUUID(), randomUUID()];
    const registered = (id: string, authority: string): Promise<string> =>
      systems.put({ id, authority, kid: randomUUID(), jwk: {}, statement: 'x', statedAt: new Date(1) });
    expect(await members.put(aMember({ id: person, authority: OTHER }))).toBe('stored');
    for (const authority of [OWNER, OTHER]) expect(await registered(person, authority)).toBe('staff');
    expect(await registered(machine, OWNER)).toBe('stored');
    for (const authority of [OWNER, OTHER])
      expect(await members.put(aMember({ id: machine, authority }))).toBe('system');
    expect(await systems.find(person)).toBeUndefined();
  });

  it('keeps what was said of a person before, and the newest counts', async () => {
    const members = new PostgresStaffStore(db);
    const said = (at: number, change: Partial<StatedMember> = {}): StatedMember =>
      aMember({ id, authority: OWNER, officer, statement: `said ${at}`, statedAt: new Date(at), ...change });
    const [id, officer] = [randomUUID(), `X-${randomUUID()}`];
    const [before, after] = [
      { issuer: 'https://idp.example', subject: `a-${randomUUID()}` },
      { issuer: 'https://idp.example', subject: `b-${randomUUID()}` },
    ];
    expect(await members.put(said(1_000, before))).toBe('stored');
    expect(await members.put(said(2_000, after))).toBe('stored');
    expect(await members.put(said(1_500, before))).toBe('stale');
    expect(await members.put(said(3_000, { ...after, scopes: ['checks:run'] }))).toBe('stored');
    expect(await members.find([OWNER], before)).toEqual([]);
    expect(await members.find([OWNER], after)).toMatchObject([{ id, scopes: ['checks:run'] }]);
    const kept = await asAuthority(db, OWNER, (tx) =>
      tx.query<{ statement: string }[]>(
        `SELECT statement FROM gateway.staff_statement WHERE authority = $1 AND id = $2 ORDER BY stated_at`,
        [OWNER, id],
      ),
    );
    expect(kept.map(({ statement }) => statement)).toEqual(['said 1000', 'said 2000']);
  });

  it('lists the systems and staff of an authority alone, with what each may do, those that have ended too', async () => {
    const owner = 'linkoping/overformyndarnamnden';
    const systems = new PostgresSystemStore(db, () => [owner, OTHER]);
    const members = new PostgresStaffStore(db);
    const reading = new ReadCallers(new PostgresCallerStore(db));
    const [id, gone, kid] = [randomUUID(), randomUUID(), randomUUID()];
    const said = { jwk: {}, statement: 'x', scopes: ['events:read'], statedAt: new Date(1) } as const;
    expect(await systems.put({ ...said, id, kid, authority: owner })).toBe('stored');
    expect(await systems.put({ ...said, id: gone, kid: gone, authority: owner })).toBe('stored');
    expect(await systems.end({ id: gone, authority: owner, statement: 'x', statedAt: new Date(2) })).toBe('stored');
    const { scopes, ...person } = aMember({ authority: owner });
    expect(await members.put({ ...person, scopes })).toBe('stored');
    const { issuer, subject, officer, office, mandate } = person;
    const [one, two] = [new Date(1).toISOString(), new Date(2).toISOString()];
    const listed = [
      { id, kind: 'system', scopes: ['events:read'], ended: false, statedAt: one, kid },
      { id: gone, kind: 'system', scopes: ['events:read'], ended: true, statedAt: two, kid: gone },
      {
        id: person.id,
        kind: 'staff',
        scopes,
        ended: false,
        statedAt: one,
        member: { issuer, subject, officer, office, mandate },
      },
    ].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const first = await reading.list(owner, { limit: 2 });
    expect(first).toEqual({ items: listed.slice(0, 2), next: listed[1]?.id });
    const last = await reading.list(owner, { limit: 2, after: first.next! });
    expect(last).toEqual({ items: listed.slice(2), next: listed[2]?.id });
    expect(await reading.list(owner, { limit: 2, after: last.next! })).toEqual({ items: [], next: last.next });
    expect(await reading.list('linkoping/byggnadsnamnden', { limit: 200 })).toEqual({ items: [] });
  });

  it('says stored of what it stored, although another registration of the same system comes between', async () => {
    const systems = new PostgresSystemStore(db, () => [OWNER, OTHER]);
    const [id, older, newer] = [randomUUID(), randomUUID(), randomUUID()];
    const put = (kid: string, at: number): Promise<string> =>
      systems.put({ id, authority: OWNER, kid, jwk: {}, statement: 'x', statedAt: new Date(at) });
    expect((await Promise.all([put(older, 1), put(older, 1)])).toSorted()).toEqual(['same', 'stored']);
    let late: Promise<string> | undefined;
    await asAuthority(db, OWNER, async (tx) => {
      await tx.query(`UPDATE gateway.system SET kid = $2, stated_at = $3 WHERE id = $1`, [id, newer, new Date(9)]);
      const [own] = await tx.query<{ pid: number }[]>(`SELECT pg_backend_pid() AS pid`);
      late = put(older, 5);
      // It has come as far as the row that is not its own.
      let waiting: readonly unknown[] = [];
      while (waiting.length === 0)
        waiting = await db.query<unknown[]>(`SELECT FROM pg_stat_activity WHERE $1::int = ANY(pg_blocking_pids(pid))`, [
          own?.pid,
        ]);
    });
    expect(await late).toBe('stale');
    expect((await systems.find(id))?.kid).toBe(newer);
  });
});
