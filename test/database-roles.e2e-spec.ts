import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { QueryResultRow } from 'pg';
import { TestStack, permitted } from './support/stack.js';

/** SQLSTATE insufficient_privilege: rights, row security, and the log's own triggers. */
const DENIED = '42501';
const DONE = 'done';

interface Outcome {
  readonly state: string;
  readonly rows: readonly QueryResultRow[];
}

// It connects anew for each table.
jest.setTimeout(60_000);

describe('a role at the database', () => {
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.shared();
    // The log's own triggers stand before each row: one must be there.
    const { system, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    await delge.settled(system, referral.id, ['fetched']);
  });

  /** SQL state in which it ends as this role; `done` when it was done. Rolled back in any case. */
  const state = async (url: string, statements: readonly string[]): Promise<string> =>
    (await outcome(url, statements)).state;
  const outcome = async (url: string, statements: readonly string[]): Promise<Outcome> => {
    let rows: Outcome['rows'] = [];
    const db = new Client({ connectionString: url });
    try {
      await db.connect();
      await db.query('BEGIN');
      for (const statement of statements) rows = (await db.query<QueryResultRow>(statement)).rows;
      return { state: DONE, rows };
    } catch (error) {
      return { state: (error as { readonly code?: string }).code ?? 'unknown', rows: [] };
    } finally {
      await db.query('ROLLBACK').catch(() => undefined);
      await db.end().catch(() => undefined);
    }
  };
  const at = (url: string, database: string): string => {
    const target = new URL(url);
    target.pathname = `/${database}`;
    return target.toString();
  };
  const statement = `INSERT INTO ledger.pending (log, entry_id, entry) VALUES ('keys', '${randomUUID()}', 'x')`;
  const pending = `INSERT INTO ledger.pending (log, entry_id, entry, blind) VALUES ('disclosure', '${randomUUID()}', 'x', '${'\\x' + '00'.repeat(32)}')`;

  const services = ['exchange', 'registry', 'ledger', 'signer', 'console', 'console_reader'] as const;
  it.each(services)('of %s sees no schema but its own, and of the shared table what it needs', async (service) => {
    const url = delge.stack.databases.operator[service];
    const tables = await delge.sql<{ schema: string; name: string }>(
      'operator',
      `SELECT schemaname AS schema, tablename AS name FROM pg_tables WHERE schemaname IN ('exchange', 'registry', 'ledger', 'console')
       UNION ALL SELECT schemaname, viewname FROM pg_views WHERE schemaname IN ('exchange', 'registry', 'ledger', 'console')`,
    );
    expect(tables.length).toBeGreaterThan(15);
    const read: string[] = [];
    for (const { schema, name: table } of tables) {
      if ((await state(url, [`SELECT * FROM ${schema}.${table} LIMIT 1`])) === DONE) read.push(`${schema}.${table}`);
    }
    const own = {
      exchange: /^exchange\./,
      registry: /^registry\./,
      ledger: /^ledger\./,
      signer: /^ledger\.(leaf|checkpoint)$/,
      console: /^console\./,
      console_reader: /^console\.(disclosure|happening|erased|seen_year|seen_month)$/,
    };
    expect(read.filter((table) => !own[service].test(table))).toEqual([]);
    expect(read.length).toBeGreaterThan(0);
  });

  it.each([
    ['exchange', pending, statement],
    ['registry', statement, pending],
    ['console', pending, statement],
  ] as const)(
    'of %s can put an entry before the ledger for its own log, and do nothing else with it',
    async (service, own, foreign) => {
      const url = delge.stack.databases.operator[service];
      expect(await state(url, [own])).toBe(DONE);
      expect(await state(url, [foreign])).toBe(DENIED);
      for (const sql of [
        'SELECT * FROM ledger.pending',
        'DELETE FROM ledger.pending',
        `UPDATE ledger.pending SET entry = 'y'`,
        'TRUNCATE ledger.pending',
        `INSERT INTO ledger.leaf (log, index, entry_id, data) VALUES ('disclosure', 0, '${randomUUID()}', 'x')`,
        `INSERT INTO ledger.checkpoint (log, size, note) VALUES ('disclosure', 1, 'x')`,
        `UPDATE ledger.log SET size = 0`,
        'SELECT * FROM ledger.opening',
        `INSERT INTO ledger.assignment (kind, assignment, statement, entry_id) VALUES ('assignment-granted', '${randomUUID()}', 'x', '${randomUUID()}')`,
        own.replace('(log,', '(id, log,').replace("VALUES ('", "OVERRIDING SYSTEM VALUE VALUES (1, '"),
      ]) {
        expect([sql, await state(url, [sql])]).toEqual([sql, DENIED]);
      }
    },
  );

  it('of console cannot change what auditors did together, and reads nothing of it without an assignment', async () => {
    const { console: own } = delge.stack.databases.operator;
    for (const table of ['review_subject', 'review_act']) {
      expect(await outcome(own, [`SELECT * FROM console.${table}`])).toEqual({ state: DONE, rows: [] });
      for (const change of [
        `UPDATE console.${table} SET kind = kind`,
        `DELETE FROM console.${table}`,
        `TRUNCATE console.${table} CASCADE`,
      ])
        expect([change, await state(own, [change])]).toEqual([change, DENIED]);
    }
    for (const insert of [
      `INSERT INTO console.review_subject (id, kind, assignment) VALUES ('${randomUUID()}', 'sample', '${randomUUID()}')`,
      `UPDATE console.review_place SET index = index`,
      `DELETE FROM console.review_place`,
    ])
      expect([insert, await state(own, [insert])]).toEqual([insert, DENIED]);
  });

  it('of ledger can put an entry of its own before the disclosure log, and no statement before the keys log', async () => {
    const { ledger } = delge.stack.databases.operator;
    expect([await state(ledger, [pending]), await state(ledger, [statement])]).toEqual([DONE, DENIED]);
  });

  it('is refused a change of the log whoever it is, the owner of its tables too', async () => {
    const { instance } = delge.stack.options;
    const owner = new URL(delge.stack.databases.operator.ledger);
    [owner.username, owner.password] = ['delge_owner', instance.secret('database-delge_owner')];
    expect(await state(owner.toString(), ['SELECT * FROM ledger.leaf LIMIT 1'])).toBe(DONE);
    const urls = [owner.toString(), delge.stack.databases.operator.ledger, delge.stack.databases.operator.signer];
    for (const url of urls) {
      for (const table of ['leaf', 'opening', 'tile', 'checkpoint', 'assignment'] as const) {
        const columns = { leaf: 'data', opening: 'entry', tile: 'hashes', checkpoint: 'note', assignment: 'statement' };
        const column = columns[table];
        for (const change of [
          `UPDATE ledger.${table} SET ${column} = ${column}`,
          `DELETE FROM ledger.${table}`,
          `TRUNCATE ledger.${table} CASCADE`,
        ]) {
          expect([change, await state(url, [change])]).toEqual([change, DENIED]);
        }
      }
    }
  });

  it('of a gateway sees the rows of the one authority it works for, and none without', async () => {
    const { system, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    const url = delge.stack.databases.gateways.get('kommunerna') ?? '';
    const separated = [
      'access_log',
      'erasure',
      'referral',
      'message',
      'statement',
      'refusal',
      'delivery',
      'delivery_receipt',
      'delivery_due',
      'rejection',
      'due',
      'earlier_attempt',
      'attachment',
      'attachment_use',
      'attachment_outgoing',
      'held_delivery',
      'retraction',
      'received_retraction',
      'recorded_request',
      'recorded_request_act',
      'request_deadline',
      'request_looked',
      'reply',
      'case_gathered',
      'case_link',
      'case_message',
      'correction',
      'event',
      'handling',
      'handling_filled',
      'handling_status',
      'event_cursor',
      'incident',
      'incident_clock',
      'given_another_way',
      'owned_case',
      'recorded_disclosure',
      'person_index',
      'person_indexed',
      'backfill',
      'release_hold',
      'staff',
      'staff_statement',
      'standing_order',
      'subscription',
      'subscription_answer',
      'webhook',
      'webhook_attempt',
      'webhook_key',
    ];
    const tables = await delge.sql<{ name: string }>(
      'kommunerna',
      `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'gateway' AND column_name = 'authority' ORDER BY 1`,
    );
    // Systems are looked up before it is known for whom they work.
    expect(tables.map(({ name }) => name)).toEqual([...separated, 'system'].sort());
    const seen = async (authority: string | undefined): Promise<number> => {
      const act = authority === undefined ? [] : [`SET LOCAL app.authority = '${authority}'`];
      const { rows } = await outcome(url, [...act, `SELECT id FROM gateway.referral WHERE id = '${referral.id}'`]);
      return rows.length;
    };
    expect(await seen(system)).toBe(1);
    for (const other of [undefined, '', 'linkoping/socialnamnden', 'fk/forsakringskassan', '%'])
      expect(await seen(other)).toBe(0);
    for (const table of separated) {
      expect((await outcome(url, [`SELECT 1 FROM gateway.${table} LIMIT 1`])).rows).toEqual([]);
      expect((await outcome(url, [`DELETE FROM gateway.${table} RETURNING 1`])).rows).toEqual([]);
    }
  });

  it('of a gateway cannot write a row as another authority', async () => {
    const url = delge.stack.databases.gateways.get('kommunerna') ?? '';
    const insert = (authority: string): string =>
      `INSERT INTO gateway.refusal (authority, refusal_id, fingerprint, message_id, referral_id, recipient, statement, at)
       VALUES ('${authority}', '${randomUUID()}', 'f', '${randomUUID()}', '${randomUUID()}', 'r', 's', now())`;
    const as = `SET LOCAL app.authority = 'linkoping/socialnamnden'`;
    expect(await state(url, [as, insert('linkoping/socialnamnden')])).toBe(DONE);
    expect(await state(url, [as, insert('linkoping/omsorgsnamnden')])).toBe(DENIED);
    expect(await state(url, [insert('linkoping/socialnamnden')])).toBe(DENIED);
  });

  it('of a gateway cannot take down what binds it', async () => {
    const url = delge.stack.databases.gateways.get('kommunerna') ?? '';
    for (const statement of [
      'TRUNCATE gateway.delivery',
      'ALTER TABLE gateway.delivery DISABLE ROW LEVEL SECURITY',
      'ALTER TABLE gateway.delivery NO FORCE ROW LEVEL SECURITY',
      'DROP POLICY own ON gateway.delivery',
      'CREATE POLICY mine ON gateway.delivery USING (true)',
      'ALTER TABLE gateway.delivery DISABLE TRIGGER ALL',
      'DROP TABLE gateway.delivery',
      'SET SESSION AUTHORIZATION delge_owner',
      'SET ROLE delge_owner',
      `SET session_replication_role = 'replica'`,
      'CREATE TABLE gateway.mine (id int)',
      'CREATE FUNCTION gateway.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
      `UPDATE gateway.access_log SET at = at`,
      `SET LOCAL app.authority = 'linkoping/socialnamnden'; INSERT INTO gateway.access_log (authority, at, system, operation) VALUES ('linkoping/socialnamnden', now(), '${randomUUID()}', 'list-cases')`,
      'DELETE FROM gateway.access_log',
      `UPDATE gateway.person_index SET token = token`,
      'DELETE FROM gateway.recorded_disclosure',
      'DELETE FROM gateway.staff',
      'DELETE FROM gateway.staff_statement',
      'UPDATE gateway.staff_statement SET statement = statement',
      'DELETE FROM gateway.release_hold',
      'UPDATE gateway.release_hold SET code = code',
      'TRUNCATE gateway.access_log',
      'ALTER TABLE gateway.access_log DISABLE TRIGGER append_only',
      `INSERT INTO gateway.migration (timestamp, name) VALUES (1, 'mine')`,
      'DELETE FROM gateway.migration',
    ]) {
      expect([statement, await state(url, [statement])]).toEqual([statement, DENIED]);
    }
    expect(await state(url, ['SET LOCAL row_security = off', 'SELECT * FROM gateway.delivery'])).toBe(DENIED);
  });

  it('makes nothing in the public schema, no schema, and no program run', async () => {
    const urls = [...Object.values(delge.stack.databases.operator), ...delge.stack.databases.gateways.values()];
    for (const url of urls) {
      for (const statement of [
        'CREATE TABLE public.mine (id int)',
        'CREATE SCHEMA mine',
        'CREATE TEMPORARY TABLE mine (id int)',
        `COPY (SELECT 1) TO PROGRAM 'true'`,
        `SELECT pg_read_file('PG_VERSION')`,
        'CREATE ROLE mine',
      ]) {
        expect([statement, await state(url, [statement])]).toEqual([statement, DENIED]);
      }
    }
  });

  it('is let into its own database alone', async () => {
    const { operator, gateways } = delge.stack.databases;
    const urls = [operator.exchange, operator.ledger, ...gateways.values()];
    const databases = [...new Set(urls.map((url) => new URL(url).pathname.slice(1)))];
    expect(databases).toHaveLength(1 + delge.directory.gateways.length);
    for (const url of urls) {
      for (const database of databases) {
        const own = new URL(url).pathname === `/${database}`;
        expect([database, await state(at(url, database), ['SELECT 1'])]).toEqual([database, own ? DONE : DENIED]);
      }
    }
  });
});
