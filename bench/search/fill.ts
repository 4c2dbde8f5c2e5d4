import type { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { termsOf } from '../../apps/console/src/domain/project.js';
import type { ProjectedDisclosure } from '../../apps/console/src/domain/project.js';
import { SPANS, tally } from '../../apps/console/src/persistence/projection.store.js';
import { CHANGED_AT, KINDS, REASONS } from './kinds.js';
import { RECIPIENTS, SENDERS } from './parties.js';

const FIRST = Date.parse('2025-12-01T00:00:00Z');
const YEAR_MS = 365 * 24 * 3_600_000;
const STEP = 50_000;
/** Erased openings, and of one erasure. */
const [ERASED, OF_ONE] = [10_000, 50];
const TABLES = ['console.disclosure', 'console.happening', 'console.tally_year', 'console.tally_month'];

/** Of each a whole number from 0, the same for the same row. */
const pick = (what: number, below: string): string => `(abs(hashint8extended(i, ${what})) % ${below})::int`;

/** A UUID of version 8 of this text in SQL. */
const uuid = (text: string): string => `overlay(overlay(md5(${text}) placing '8' from 13) placing '8' from 17)::uuid`;
/**
 * One statement for all columns, in SQL: rows as the projection makes them, evenly over a year, without entries behind them. Row i stands at index 2 i of the log, what came of it at 2 i + 1. Of a case come
 * three, of one sender.
 */
const DISCLOSURES = `
  WITH made AS (
    SELECT i, i * 2 AS index, to_timestamp(($3::float8 + i::float8 / $4 * ${YEAR_MS}::float8)::bigint / 1000.0) AS at, i / 3 AS of_case,
      k.value AS kind, ${pick(1, '20')} AS refused, ${pick(2, '100')} AS judged, ${pick(3, '3')} AS reason,
      ($5::text[])[1 + (abs(hashint8extended(i / 3, 4)) % ${SENDERS.length})::int] AS sender,
      ($6::text[])[1 + ${pick(5, String(RECIPIENTS.length))}] AS recipient, ${pick(6, '1000')} AS received, ${pick(7, '100')} AS officer,
      ${pick(8, '1000000')} AS ms
    FROM generate_series($1::bigint, $2::bigint - 1) AS i JOIN jsonb_array_elements($7::jsonb) WITH ORDINALITY AS k ON k.ordinality = 1 + ${pick(9, String(KINDS.length))}
  ), judged AS (
    SELECT *, CASE WHEN refused = 0 THEN 'refusal' ELSE 'decision' END AS record,
      CASE WHEN refused = 0 OR judged < 9 THEN 'deny' WHEN judged < 12 THEN 'assess' ELSE 'permit' END AS outcome,
      CASE WHEN at < '${CHANGED_AT}' THEN kind -> 'versions' ->> 0 ELSE kind -> 'versions' ->> 1 END AS version,
      ($8::text[])[1 + reason] AS code, 'officer-' || abs(hashtext(sender)) % 1000000 || '-' || officer AS pseudonym
    FROM made
  )
  INSERT INTO console.disclosure (index, at, entry_id, record, message_id, attempt, number, sender, recipient, sender_kind, recipient_kind, outcome,
    message_type, kind, force, purpose, grounds, versions, reasons, categories, officers, case_id, received_at, receipt_due_at, detail, terms)
  SELECT index, at, ${uuid("'entry ' || i")}, record, ${uuid("'message ' || i")}, 1, i + 1, sender, recipient, 'socialnamnd', 'myndighet', outcome,
    kind ->> 'type', CASE outcome WHEN 'assess' THEN 'officer' END, CASE outcome WHEN 'permit' THEN kind ->> 'force' END, kind ->> 'purpose',
    ARRAY[kind ->> 'ground'], CASE outcome WHEN 'permit' THEN ARRAY[version] ELSE '{}' END, CASE outcome WHEN 'permit' THEN '{}' ELSE ARRAY[code] END,
    ARRAY(SELECT jsonb_array_elements_text(kind -> 'categories')), ARRAY[pseudonym], ${uuid("'case ' || of_case")},
    CASE WHEN outcome = 'permit' AND received >= 5 THEN at + (500 + ms * received / 1000) * interval '1 millisecond' END,
    CASE WHEN outcome = 'permit' AND received < 5 THEN at + interval '24 hours' END, kind -> 'detail',
    array_to_tsvector(ARRAY(SELECT jsonb_array_elements_text(kind -> 'terms')) || ARRAY['party:' || sender, 'sender:' || sender,
      'recipient:' || recipient, 'record:' || record, 'outcome:' || outcome, 'officer:' || pseudonym]
      || CASE record WHEN 'decision' THEN ARRAY['party:' || recipient] ELSE '{}' END
      || CASE outcome WHEN 'permit' THEN ARRAY['force:' || (kind ->> 'force'), 'version:' || version] ELSE ARRAY['reason:' || code] END
      || CASE outcome WHEN 'assess' THEN ARRAY['kind:officer'] ELSE '{}' END)
  FROM judged`;
/** What the log says of each of them, and that its receipt came. */
const HAPPENINGS = `
  INSERT INTO console.happening (index, entry_id, at, kind, message_id, sender, recipient, senders_alone, attempt, outcome, stated_at)
  SELECT h.* FROM console.disclosure d CROSS JOIN LATERAL (
    SELECT d.index, d.entry_id, d.at, CASE d.record WHEN 'refusal' THEN 'refusal-recorded' ELSE 'decision' END, d.message_id, d.sender, d.recipient,
      d.record = 'refusal', d.attempt, d.outcome, NULL::timestamptz
    UNION ALL
    SELECT d.index + 1, ${uuid("'receipt ' || d.index")}, d.received_at, 'technical', d.message_id, d.sender, d.recipient, false, d.attempt, NULL,
      d.received_at WHERE d.received_at IS NOT NULL) AS h
  WHERE d.at >= $1 AND d.at < $2`;

/** @param admins connections as the superuser, each of which fills a part @param owner of the role that follows the log */
export async function fill(
  owner: DataSource,
  admins: readonly Client[],
  disclosures: number,
  told: (what: string) => void,
): Promise<void> {
  const [admin] = admins;
  if (admin === undefined) throw new Error('nobody to fill the table');
  for (let month = -1; month <= 12; month += 1)
    await owner.query(`SELECT console.ensure_month($1)`, [dateOf(Date.UTC(2025, 11 + month, 1))]);
  for (const one of admins)
    await one.query(
      `SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'; SET statement_timeout = 0; SET TimeZone = 'UTC'`,
    );
  // Millions of rows are sorted into an index faster than put into it one by one: the migration's own are made again, from what the database says of them, once the rows are there.
  const indexes = await withoutIndexes(admin);
  told('rows');
  const steps = Array.from({ length: Math.ceil(disclosures / STEP) }, (_, at) => at * STEP);
  const common = [FIRST, disclosures, SENDERS, RECIPIENTS, JSON.stringify(KINDS), REASONS];
  await shared(admins, steps, (db, first) =>
    db.query(DISCLOSURES, [first, Math.min(first + STEP, disclosures), ...common]),
  );
  told('indexes of disclosures');
  await again(
    admins,
    indexes.filter(({ table }) => table === 'console.disclosure'),
  );
  await admin.query(`VACUUM ANALYZE console.disclosure`);
  told('what happened');
  const weeks = Array.from({ length: 53 }, (_, at) => FIRST + at * 7 * 24 * 3_600_000);
  await shared(admins, weeks, (db, from) =>
    db.query(HAPPENINGS, [new Date(from), new Date(from + 7 * 24 * 3_600_000)]),
  );
  await again(
    admins,
    indexes.filter(({ table }) => table === 'console.happening'),
  );
  told('tally');
  await again(
    admins,
    indexes.filter(({ table, primary }) => table.startsWith('console.tally') && primary),
  );
  const months = Array.from({ length: 13 }, (_, at) => BigInt(Math.floor((disclosures * 2 * at) / 12)));
  await shared(admins, SPANS, async (db, span) => {
    const tx = { query: (sql: string, values?: unknown[]) => db.query(sql, values) } as never;
    for (const [at, from] of months.slice(0, -1).entries()) await tally(tx, from, months[at + 1] ?? from, [span]);
  });
  await again(
    admins,
    indexes.filter(({ table, primary }) => table.startsWith('console.tally') && !primary),
  );
  told('the rest');
  await admin.query(
    `INSERT INTO console.erased (index, sender, recipient, number, senders_alone, erasure, erased_at, at)
     SELECT ${disclosures * 2} + i, ($1::text[])[1 + ${pick(4, String(SENDERS.length))}], ($2::text[])[1 + ${pick(5, String(RECIPIENTS.length))}], i, false,
       i / ${OF_ONE}, '2026-11-01', '2026-01-01'::timestamptz + i * interval '1 minute' FROM generate_series(1, ${ERASED}) AS i`,
    [SENDERS, RECIPIENTS],
  );
  await admin.query(
    `INSERT INTO console.growth (day, entries) SELECT day, ${Math.ceil((disclosures * 2) / 365)} FROM generate_series('2025-12-01'::date, '2026-11-30', '1 day') AS day`,
  );
  await admin.query(
    `INSERT INTO console.checkpoint (size, root, checked_at, witnessed_at) SELECT i, sha256(int8send(i)), now(), now() FROM generate_series(1, 1000) AS i`,
  );
  await admin.query(`UPDATE console.projection SET size = $1, checked = $1, tallied = $1`, [disclosures * 2]);
  for (const table of [...TABLES, 'console.erased']) await admin.query(`VACUUM ANALYZE ${table}`);
  await admin.query('CHECKPOINT');
  await held(admin, disclosures);
}

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

interface Index {
  readonly table: string;
  readonly primary: boolean;
  readonly made: string;
}
const withoutIndexes = async (admin: Client): Promise<readonly Index[]> => {
  const { rows } = await admin.query<Index & { readonly name: string; readonly gone: string }>(
    `SELECT i.indrelid::regclass::text AS table, i.indisprimary AS primary, i.indexrelid::regclass::text AS name,
       CASE WHEN c.oid IS NULL THEN replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
         ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) END AS made,
       CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', i.indexrelid::regclass)
         ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, c.conname) END AS gone
     FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'p' WHERE i.indrelid = ANY ($1::regclass[])`,
    [TABLES],
  );
  for (const { gone } of rows) await admin.query(gone);
  return rows.map(({ table, primary, made }) => ({ table, primary, made }));
};
/** Primary keys first: they lock their table. */
const again = async (admins: readonly Client[], indexes: readonly Index[]): Promise<void> => {
  for (const { made } of indexes.filter(({ primary }) => primary)) await admins[0]?.query(made);
  await shared(
    admins,
    indexes.filter(({ primary }) => !primary),
    (db, { made }) => db.query(made),
  );
};

const shared = async <T>(
  admins: readonly Client[],
  work: readonly T[],
  each: (db: Client, one: T) => Promise<unknown>,
): Promise<void> => {
  const left = [...work];
  await Promise.all(
    admins.map(async (db) => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) await each(db, one);
    }),
  );
};

/** What SQL made is what the projection would have made: its terms, of a row of each thousand or so. */
const held = async (admin: Client, disclosures: number): Promise<void> => {
  const { rows } = await admin.query<Record<string, unknown> & { terms: string[] }>(
    `SELECT record, sender, recipient, sender_kind AS "senderKind", recipient_kind AS "recipientKind", outcome, message_type AS "messageType", purpose,
       kind, force, grounds, versions, reasons, categories, officers, tsvector_to_array(terms) AS terms
     FROM console.disclosure WHERE index = ANY ($1::bigint[])`,
    [Array.from({ length: 1_000 }, (_, at) => 2 * Math.floor((disclosures * at) / 1_000))],
  );
  if (rows.length === 0) throw new Error('there are no rows');
  for (const { terms, ...row } of rows) {
    const present = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
    const wanted = [...termsOf(present as unknown as ProjectedDisclosure['row'])].sort();
    if (JSON.stringify([...terms].sort()) !== JSON.stringify(wanted))
      throw new Error(`a row is not what the projection makes: ${JSON.stringify([terms, wanted])}`);
  }
};
