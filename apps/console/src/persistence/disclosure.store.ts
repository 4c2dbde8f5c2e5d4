import type { Stratification } from '#envelope';
import { WHOLE } from '#sampling';
import type { DataSource, EntityManager } from 'typeorm';
import type { Assignment, AssignmentField } from '../domain/assignment.js';
import type { DisclosureRecord, DisclosureRow, Happening } from '../domain/disclosure.js';
import type { Detail } from '../domain/project.js';
import { tsqueryOf } from '../domain/query.js';
import type { Query } from '../domain/query.js';
import { MOST_IN_CASES } from '../application/disclosure-store.js';
import type { Counted, DisclosureStore, Place, Population, Tables, Wanted } from '../application/disclosure-store.js';
import type { LogView } from '../application/ports.js';

type Columns = Readonly<Record<string, unknown>>;
interface Member {
  readonly field: AssignmentField;
  readonly column: string;
}
/** Columns that a list reads, and what an assignment must open for each. */
const COLUMNS = {
  index: { field: 'parties', column: 'd.index::text' },
  record: { field: 'parties', column: 'd.record' },
  messageId: { field: 'parties', column: 'd.message_id' },
  attempt: { field: 'parties', column: 'd.attempt' },
  number: { field: 'parties', column: 'd.number::int' },
  at: { field: 'parties', column: 'd.at' },
  sender: { field: 'parties', column: 'd.sender' },
  recipient: { field: 'parties', column: 'd.recipient' },
  senderKind: { field: 'parties', column: 'd.sender_kind' },
  recipientKind: { field: 'parties', column: 'd.recipient_kind' },
  outcome: { field: 'parties', column: 'd.outcome' },
  messageType: { field: 'parties', column: 'd.message_type' },
  kind: { field: 'ground', column: 'd.kind' },
  force: { field: 'ground', column: 'd.force' },
  purpose: { field: 'ground', column: 'd.purpose' },
  grounds: { field: 'ground', column: 'd.grounds' },
  versions: { field: 'ground', column: 'd.versions' },
  reasons: { field: 'ground', column: 'd.reasons' },
  categories: { field: 'facts', column: 'd.categories' },
  officers: { field: 'assessments', column: 'd.officers' },
  caseId: { field: 'case', column: 'd.case_id' },
  receivedAt: { field: 'receipts', column: 'd.received_at' },
  receiptDueAt: { field: 'receipts', column: 'd.receipt_due_at' },
} as const satisfies Partial<Record<keyof DisclosureRow, Member>>;

/** Members of `detail`; without an assignment's field they do not leave the database. */
const DETAILS = {
  ruleSet: 'ground',
  engineVersion: 'ground',
  verdict: 'ground',
  initiative: 'ground',
  requestId: 'case',
  facts: 'facts',
  derived: 'facts',
  items: 'facts',
  assessments: 'assessments',
  channel: 'parties',
  identityCheck: 'parties',
  disclosedAt: 'parties',
} as const satisfies Record<keyof Detail, AssignmentField>;

const columnsFor = (fields: readonly AssignmentField[]): string =>
  Object.entries(COLUMNS)
    .filter(([, { field }]) => fields.includes(field))
    .map(([name, { column }]) => `${column} AS "${name}"`)
    .join(', ');
const detailsFor = (fields: readonly AssignmentField[]): string =>
  Object.entries(DETAILS)
    .filter(([, field]) => fields.includes(field))
    .map(([name]) => `d.detail -> '${name}' AS "${name}"`)
    .join(', ');

/** What an auditor reads, within row security: each transaction names auditor, assignment and what is asked. */
export class PostgresDisclosureStore implements DisclosureStore {
  constructor(
    /** Of the role `delge_console_reader`. */
    private readonly reader: DataSource,
  ) {}

  list(assignment: Assignment, wanted: Wanted): Promise<readonly DisclosureRow[]> {
    return this.within(assignment, wanted.query, (tx) => listed(tx, assignment, wanted, ''));
  }

  records(assignment: Assignment, wanted: Wanted): Promise<readonly DisclosureRecord[]> {
    const details = detailsFor(assignment.fields);
    return this.within(assignment, wanted.query, (tx) => listed(tx, assignment, wanted, `, ${details}`));
  }

  async count(assignment: Assignment, query: Query, now: Date, most: number, below?: string): Promise<Counted> {
    const { where, values } = conditions(query, now, below);
    return this.within(assignment, query, async (tx) => {
      const [row] = await tx.query<{ count: number; checked: string }[]>(
        `SELECT count(*)::int AS count, console.checked_size()::text AS checked FROM (SELECT FROM console.disclosure d WHERE ${where} LIMIT ${most + 1}) AS found`,
        values,
      );
      const count = row?.count ?? 0;
      return { count: Math.min(count, most), more: count > most, below: row?.checked ?? '0' };
    });
  }

  async inCases(
    assignment: Assignment,
    cases: readonly string[],
    from: Date,
    until: Date,
  ): Promise<readonly DisclosureRecord[]> {
    const details = detailsFor(assignment.fields);
    return this.within(assignment, undefined, async (tx) => {
      const rows = await tx.query<Columns[]>(
        `SELECT ${columnsFor(assignment.fields)}, ${details} FROM console.disclosure d
         WHERE d.case_id = ANY ($1::uuid[]) AND d.at >= $2 AND d.at < $3 ORDER BY d.at, d.index LIMIT ${MOST_IN_CASES}`,
        [cases, from, until],
      );
      return rows.map(rowIn);
    });
  }

  about(assignment: Assignment, id: string, limit: number, after?: Place): Promise<readonly DisclosureRow[]> {
    const opens = (field: AssignmentField): boolean => assignment.fields.includes(field);
    const isIndex = /^\d{1,18}$/.test(id);
    const ways = isIndex
      ? ['d.index = $1::bigint']
      : ['d.message_id = $1::uuid', 'd.entry_id = $1::uuid', ...(opens('case') ? ['d.case_id = $1::uuid'] : [])];
    if (opens('receipts'))
      ways.push(
        `d.message_id IN (SELECT h.message_id FROM console.happening h WHERE ${isIndex ? 'h.index = $1::bigint' : 'h.entry_id = $1::uuid'})`,
      );
    const [at, index] = after === undefined ? [null, null] : [after.at, after.index];
    return this.within(assignment, undefined, async (tx) => {
      const rows = await tx.query<Columns[]>(
        `SELECT ${columnsFor(assignment.fields)} FROM console.disclosure d WHERE (${ways.join(' OR ')})
           AND ($2::timestamptz IS NULL OR (d.at, d.index) < ($2, $3::bigint)) ORDER BY d.at DESC, d.index DESC LIMIT ${limit}`,
        [id, at, index],
      );
      return rows.map(rowIn);
    });
  }

  happenings(
    assignment: Assignment,
    of: { readonly messageId: string } | { readonly caseId: string },
  ): Promise<readonly Happening[]> {
    return this.within(assignment, undefined, async (tx) => {
      const [where, id] =
        'messageId' in of
          ? ['h.message_id = $1', of.messageId]
          : [
              'h.message_id = ANY (ARRAY(SELECT d.message_id FROM console.disclosure d WHERE d.case_id = $1))',
              of.caseId,
            ];
      const rows = await tx.query<Columns[]>(
        `SELECT h.index::text, h.entry_id AS "entryId", h.at, h.kind, h.message_id AS "messageId", h.sender, h.recipient, h.attempt, h.outcome,
           h.reason, h.stated_at AS "statedAt" FROM console.happening h WHERE ${where} ORDER BY h.index LIMIT 2000`,
        [id],
      );
      return rows.map((row) => present(row) as unknown as Happening);
    });
  }

  tables(assignment: Assignment, query: Query, now: Date, wanted: readonly Tables['of'][]): Promise<readonly Tables[]> {
    const { where, values } = conditions(query, now);
    return this.within(assignment, query, async (tx) => {
      const tables: Tables[] = [];
      for (const of of wanted) {
        const rows = await tx.query<{ key: string; count: number }[]>(
          `SELECT ${KEYS[of]} AS key, count(*)::int AS count FROM console.disclosure d WHERE ${where} GROUP BY 1 ORDER BY 2 DESC, 1`,
          values,
        );
        tables.push({ of, rows });
      }
      return tables;
    });
  }

  delivery(
    assignment: Assignment,
    query: Query,
    now: Date,
  ): Promise<{ readonly count: number; readonly medianMs: number; readonly p95Ms: number }> {
    const { where, values } = conditions(query, now);
    return this.within(assignment, query, async (tx) => {
      const [row] = await tx.query<{ count: number; median: number | null; p95: number | null }[]>(
        `SELECT count(*)::int AS count, percentile_disc(0.5) WITHIN GROUP (ORDER BY ms) AS median, percentile_disc(0.95) WITHIN GROUP (ORDER BY ms) AS p95
         FROM (SELECT (extract(epoch FROM d.received_at - d.at) * 1000)::float8 AS ms FROM console.disclosure d
               WHERE d.received_at IS NOT NULL AND ${where}) AS found`,
        values,
      );
      return { count: row?.count ?? 0, medianMs: Math.round(row?.median ?? 0), p95Ms: Math.round(row?.p95 ?? 0) };
    });
  }

  erasedSince(assignment: Assignment, size: string): Promise<boolean> {
    return this.within(assignment, undefined, async (tx) => {
      const found = await tx.query<unknown[]>(
        `SELECT FROM console.erased e WHERE e.erasure >= $1::bigint AND e.index < $1::bigint LIMIT 1`,
        [size],
      );
      return found.length > 0;
    });
  }

  erasures(assignment: Assignment, limit: number, before?: string): Promise<LogView['erasures']> {
    return this.within(assignment, undefined, async (tx) => {
      const rows = await tx.query<{ index: string; at: Date; erased: readonly Columns[] }[]>(
        `SELECT e.erasure::text AS index, min(e.erased_at) AS at, jsonb_agg(jsonb_build_object('index', e.index::text, 'sender', e.sender,
           'recipient', e.recipient, 'number', e.number) ORDER BY e.index) AS erased
         FROM console.erased e WHERE $1::bigint IS NULL OR e.erasure < $1::bigint GROUP BY e.erasure ORDER BY e.erasure DESC LIMIT ${limit}`,
        [before ?? null],
      );
      return rows.map(({ index, at, erased }) => ({
        index,
        at: at.toISOString(),
        erased: erased.map((one) => present(one) as unknown as LogView['erasures'][number]['erased'][number]),
      }));
    });
  }

  population(assignment: Assignment, query: Query, now: Date, by: Stratification, most: number): Promise<Population> {
    const { where, values } = conditions(query, now);
    return this.within(assignment, query, async (tx) => {
      const [read] = await tx.query<{ below: string }[]>(`SELECT console.checked_size()::text AS below`);
      const lines = await tx.query<Population['lines'][number][]>(
        `SELECT ${STRATA[by]} AS stratum, d.index::text FROM console.disclosure d WHERE ${where} ORDER BY d.index LIMIT ${most}`,
        values,
      );
      return { lines, below: read?.below ?? '0' };
    });
  }

  private within<T>(
    assignment: Assignment,
    query: Query | undefined,
    work: (tx: EntityManager) => Promise<T>,
  ): Promise<T> {
    return this.reader.transaction('REPEATABLE READ', async (tx) => {
      await tx.query(
        `SELECT set_config('delge.auditor', $1, true), set_config('delge.assignment', $2, true), set_config('delge.query', $3, true),
           set_config('transaction_read_only', 'on', true), set_config('plan_cache_mode', 'force_custom_plan', true)`,
        [assignment.auditor, assignment.id, query === undefined ? '' : tsqueryOf(query)],
      );
      return work(tx);
    });
  }
}

const KEYS = {
  sender: 'd.sender',
  recipient: 'd.recipient',
  outcome: 'd.outcome',
  month: `to_char(d.at AT TIME ZONE 'Europe/Stockholm', 'YYYY-MM')`,
  ground: 'unnest(d.grounds)',
  reason: 'unnest(d.reasons)',
  flow: `d.sender || ' ' || d.recipient`,
} as const satisfies Record<Tables['of'], string>;

const STRATA = {
  none: `'${WHOLE}'`,
  recipient: KEYS.recipient,
  sender: KEYS.sender,
  outcome: KEYS.outcome,
  month: KEYS.month,
  type: 'd.message_type',
} as const satisfies Record<Stratification, string>;

/** Of ids and dates; what else is asked stands in the policy, see the migration. */
const conditions = (
  { from, until, filters, overdue }: Query,
  now: Date,
  below?: string,
): { readonly where: string; readonly values: readonly unknown[] } => {
  const values: unknown[] = [];
  const where = ['true'];
  const asked = (text: (name: string) => string, value: unknown): void => {
    values.push(value);
    where.push(text(`$${values.length}`));
  };
  const midnight = (name: string, days: number): string =>
    `((${name}::date + ${days})::timestamp AT TIME ZONE 'Europe/Stockholm')`;
  if (from !== undefined) asked((name) => `d.at >= ${midnight(name, 0)}`, from);
  if (until !== undefined) asked((name) => `d.at < ${midnight(name, 1)}`, until);
  if (filters.case !== undefined) asked((name) => `d.case_id = ANY (${name}::uuid[])`, filters.case);
  if (filters.message !== undefined) asked((name) => `d.message_id = ANY (${name}::uuid[])`, filters.message);
  if (filters.index !== undefined) asked((name) => `d.index = ANY (${name}::bigint[])`, filters.index);
  if (overdue === true) asked((name) => `d.receipt_due_at < ${name}::timestamptz`, now);
  if (below !== undefined) asked((name) => `d.index < ${name}::bigint`, below);
  return { where: where.join(' AND '), values };
};

const listed = async (
  tx: EntityManager,
  { fields }: Assignment,
  { query, now, after, limit, order = 'newest', below }: Wanted,
  details: string,
): Promise<readonly DisclosureRecord[]> => {
  const { where, values } = conditions(query, now, below);
  const [by, direction, sign] = order === 'newest' ? ['d.at', 'DESC', '<'] : ['d.receipt_due_at', 'ASC', '>'];
  const at = `$${values.length + 1}`;
  const beyond =
    after === undefined ? '' : `AND (${by}, d.index) ${sign} (${at}::timestamptz, $${values.length + 2}::bigint)`;
  const rows = await tx.query<Columns[]>(
    `SELECT ${columnsFor(fields)}${details} FROM console.disclosure d WHERE ${where} ${beyond}
     ORDER BY ${by} ${direction}, d.index ${direction} LIMIT ${limit}`,
    [...values, ...(after === undefined ? [] : [after.at, after.index])],
  );
  return rows.map(rowIn);
};

/** Null is absent, an instant is text. */
const present = (row: Columns): Columns =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
const rowIn = (row: Columns): DisclosureRecord => present(row) as unknown as DisclosureRecord;
