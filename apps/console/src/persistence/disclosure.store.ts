import type { Stratification } from '#envelope';
import { WHOLE } from '#sampling';
import { QueryFailedError } from 'typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { Assignment, AssignmentField } from '../domain/assignment.js';
import type { DisclosureRecord, DisclosureRow, Happening } from '../domain/disclosure.js';
import type { Detail } from '../domain/project.js';
import { tsqueryOf } from '../domain/query.js';
import type { Query } from '../domain/query.js';
import { MOST_IN_CASES } from '../application/disclosure-store.js';
import type {
  Counted,
  Delivered,
  DisclosureStore,
  Place,
  Population,
  Tables,
  Wanted,
} from '../application/disclosure-store.js';
import { ConsoleError } from '../application/ports.js';
import { daysOf, wholeMonths } from '../domain/span.js';
import type { Days } from '../domain/span.js';
import type { LogView } from '../application/ports.js';
import { countOf, tabulated } from './tally.js';
import type { Statement } from './tally.js';
import { go, hasIds, isTallied, midnight, rangesOf, wayOf } from './ways.js';

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
    /** That one statement may take, in milliseconds. */
    private readonly longestMs = 3_000,
  ) {}

  list(assignment: Assignment, wanted: Wanted): Promise<readonly DisclosureRow[]> {
    return this.within(assignment, wanted.query, (tx) => listed(tx, assignment, wanted));
  }

  records(assignment: Assignment, wanted: Wanted): Promise<readonly DisclosureRecord[]> {
    const details = detailsFor(assignment.fields);
    return this.within(assignment, wanted.query, (tx) => listed(tx, assignment, wanted, `, ${details}`));
  }

  async count(assignment: Assignment, query: Query, now: Date, most: number, below?: string): Promise<Counted> {
    return this.within(assignment, query, async (tx) => {
      // What came after is counted row by row, and taken off.
      const later = below === undefined || !isTallied(query) ? 0 : await since(tx, query, now, below);
      const ask = async ({ of, values }: Statement): Promise<{ readonly count: number; readonly checked: string }> => {
        const [row] = await tx.query<{ count: number; checked: string }[]>(
          `SELECT console.checked_size()::text AS checked, least(count - ${later}, ${most + 1})::int AS count FROM (${of}) AS found`,
          [...values],
        );
        return row ?? { count: 0, checked: '0' };
      };
      await go(tx, isTallied(query) ? 'tally' : wayOf(query));
      const row = isTallied(query)
        ? await counted(daysOf(assignment, query), (days) => ask(countOf(days)), most)
        : await ask(limited(asked(assignment, query, now, below), most + 1));
      return { count: Math.min(row.count, most), more: row.count > most, below: row.checked };
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
      await go(tx, 'narrow');
      const rows = await tx.query<Columns[]>(
        `SELECT ${columnsFor(assignment.fields)}, ${details}
         FROM unnest($1::uuid[]) AS one CROSS JOIN LATERAL ${found('d.case_id = one AND d.at >= $2 AND d.at < $3')} ORDER BY d.at, d.index LIMIT ${MOST_IN_CASES}`,
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
    const [at, index] = after === undefined ? [null, null] : [after.at, after.index];
    return this.within(assignment, undefined, async (tx) => {
      await go(tx, 'narrow');
      const find = (where: string, of: string): Promise<Columns[]> =>
        tx.query<Columns[]>(
          `SELECT ${columnsFor(assignment.fields)} FROM console.disclosure d WHERE ${where}
             AND ($2::timestamptz IS NULL OR (d.at, d.index) < ($2, $3::bigint)) ORDER BY d.at DESC, d.index DESC LIMIT ${limit}`,
          [of, at, index],
        );
      const found: Columns[] = [];
      // Each by its own index: of one that asks for any of them PostgreSQL would read every row.
      for (const way of ways) found.push(...(await find(way, id)));
      const happened = !opens('receipts')
        ? []
        : await tx.query<{ id: string }[]>(
            `SELECT DISTINCT h.message_id AS id FROM console.happening h WHERE ${isIndex ? 'h.index = $1::bigint' : 'h.entry_id = $1::uuid'}`,
            [id],
          );
      for (const one of happened) found.push(...(await find('d.message_id = $1::uuid', one.id)));
      return newestOf(found.map(rowIn)).slice(0, limit);
    });
  }

  happenings(
    assignment: Assignment,
    of: { readonly messageId: string } | { readonly caseId: string },
  ): Promise<readonly Happening[]> {
    return this.within(assignment, undefined, async (tx) => {
      await go(tx, 'narrow');
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
    return this.within(assignment, query, async (tx) => {
      const rows = isTallied(query) ? undefined : asked(assignment, query, now);
      await go(tx, rows === undefined ? 'tally' : wayOf(query));
      return tabulated(tx, daysOf(assignment, query), wanted, rows);
    });
  }

  async delivery(assignment: Assignment, query: Query, now: Date, most: number): Promise<Delivered> {
    return this.within(assignment, query, async (tx) => {
      const wanted = { query, now, limit: most + 1 };
      const ms = '(extract(epoch FROM d.received_at - d.at) * 1000)::float8 AS ms';
      const rows = await inOrder<{ ms: number | null }>(tx, assignment, wanted, ms);
      const received = rows
        .slice(0, most)
        .flatMap((row) => (row.ms === null ? [] : [row.ms]))
        .sort((a, b) => a - b);
      const part = (of: number): number => Math.round(received[Math.ceil(received.length * of) - 1] ?? 0);
      return { count: received.length, medianMs: part(0.5), p95Ms: part(0.95), more: rows.length > most };
    });
  }

  erasedSince(assignment: Assignment, size: string): Promise<boolean> {
    return this.within(assignment, undefined, async (tx) => {
      const found = await tx.query<unknown[]>(`SELECT FROM console.erased e WHERE e.erasure >= $1::bigint LIMIT 1`, [
        size,
      ]);
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
    const { of, values } = asked(assignment, query, now);
    return this.within(assignment, query, async (tx) => {
      await go(tx, wayOf(query));
      const [read] = await tx.query<{ below: string }[]>(`SELECT console.checked_size()::text AS below`);
      const lines = await tx.query<Population['lines'][number][]>(
        `SELECT ${STRATA[by]} AS stratum, d.index::text FROM ${of} ORDER BY d.index LIMIT ${most}`,
        [...values],
      );
      return { lines, below: read?.below ?? '0' };
    });
  }

  private async within<T>(
    assignment: Assignment,
    query: Query | undefined,
    work: (tx: EntityManager) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.reader.transaction('REPEATABLE READ', async (tx) => {
        await tx.query(
          `SELECT set_config('delge.auditor', $1, true), set_config('delge.assignment', $2, true), set_config('delge.query', $3, true),
             set_config('transaction_read_only', 'on', true), set_config('plan_cache_mode', 'force_custom_plan', true),
             set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), set_config('statement_timeout', $4, true)`,
          [assignment.auditor, assignment.id, query === undefined ? '' : tsqueryOf(query), this.longestMs.toString()],
        );
        return work(tx);
      });
    } catch (error) {
      if (error instanceof QueryFailedError && (error.driverError as { readonly code?: unknown }).code === CANCELED)
        throw new ConsoleError('QUERY_TOO_WIDE');
      throw error;
    }
  }
}

/** SQLSTATE of a statement that took longer than it may. */
const CANCELED = '57014';

const STRATA = {
  none: `'${WHOLE}'`,
  recipient: 'd.recipient',
  sender: 'd.sender',
  outcome: 'd.outcome',
  month: `to_char(d.at AT TIME ZONE 'Europe/Stockholm', 'YYYY-MM')`,
  type: 'd.message_type',
} as const satisfies Record<Stratification, string>;

/** Rows of a question, as `d`. */
const asked = (assignment: Assignment, query: Query, now: Date, below?: string): Statement => {
  const { where, values } = conditions(query, now, below);
  const given = [...values];
  return { of: rowsOf(assignment, query, where, (value) => `$${given.push(value)}`), values: given };
};
/**
 * Rows within these conditions, as `d`. What is overdue is found of each authority as sender and as recipient by an index of its own.
 * @param param adds a value and returns its name
 */
const rowsOf = (
  { authorities }: Assignment,
  query: Query,
  where: string,
  param: (value: unknown) => string,
): string => {
  if (wayOf(query) === 'gather') return `(SELECT d.* FROM console.disclosure d WHERE ${where}) AS d`;
  if (query.overdue !== true || hasIds(query)) return found(where);
  const own = `${param(authorities)}::text[]`;
  const due = (role: string): string =>
    `SELECT d.* FROM unnest(${own}) AS party CROSS JOIN LATERAL ${found(`${role} AND ${where}`)}`;
  return `(${due('d.sender = party')} UNION ALL ${due(`d.recipient = party AND d.sender <> ALL (${own})`)}) AS d`;
};
/** By an index of what these conditions name: that they are wanted in order, or some of them, is not told to who looks for them. */
const found = (where: string): string => `(SELECT d.* FROM console.disclosure d WHERE ${where} OFFSET 0) AS d`;

/** Of ids and dates; what else is asked stands in the policy, see the migration. */
const conditions = (
  { from, until, filters, overdue }: Query,
  now: Date,
  below?: string,
): { readonly where: string; readonly values: readonly unknown[] } => {
  const values: unknown[] = [];
  const where = ['true'];
  const wanted = (text: (name: string) => string, value: unknown): void => {
    values.push(value);
    where.push(text(`$${values.length}`));
  };
  if (from !== undefined) wanted((name) => `d.at >= ${midnight(name)}`, from);
  if (until !== undefined) wanted((name) => `d.at < ${midnight(`(${name}::date + 1)`)}`, until);
  if (filters.case !== undefined) wanted((name) => `d.case_id = ANY (${name}::uuid[])`, filters.case);
  if (filters.message !== undefined) wanted((name) => `d.message_id = ANY (${name}::uuid[])`, filters.message);
  if (filters.index !== undefined) wanted((name) => `d.index = ANY (${name}::bigint[])`, filters.index);
  if (overdue === true) wanted((name) => `d.receipt_due_at < ${name}::timestamptz`, now);
  if (below !== undefined) wanted((name) => `d.index < ${name}::bigint`, below);
  return { where: where.join(' AND '), values };
};

const limited = ({ of, values }: Statement, most: number): Statement => ({
  of: `SELECT count(*) AS count FROM (SELECT FROM ${of} LIMIT ${most}) AS row`,
  values,
});
/** Of whole months first: of what is common they are enough. */
const counted = async <T extends { readonly count: number }>(
  days: Days | undefined,
  ask: (days: Days | undefined) => Promise<T>,
  most: number,
): Promise<T> => {
  const whole = days && wholeMonths(days);
  const found = await ask(whole ?? days);
  return found.count > most || whole === days || whole === undefined ? found : ask(days);
};

const since = async (tx: EntityManager, query: Query, now: Date, below: string): Promise<number> => {
  const { where, values } = conditions(query, now);
  await go(tx, 'narrow');
  const [row] = await tx.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM console.disclosure d WHERE ${where} AND d.index >= $${values.length + 1}::bigint`,
    [...values, below],
  );
  return row?.count ?? 0;
};

const listed = async (
  tx: EntityManager,
  assignment: Assignment,
  wanted: Wanted,
  details = '',
): Promise<readonly DisclosureRecord[]> => {
  const columns = `${columnsFor(assignment.fields)}${details}`;
  const rows =
    wanted.order === 'longest'
      ? await longestDue(tx, assignment, wanted, columns)
      : await inOrder<Columns>(tx, assignment, wanted, columns);
  return rows.map(rowIn);
};

/** Newest first, range by range until there are enough. */
const inOrder = async <T>(tx: EntityManager, assignment: Assignment, wanted: Wanted, columns: string): Promise<T[]> => {
  const { query, now, after, limit, below } = wanted;
  const rows: T[] = [];
  for (const { from, until, oldest, newest, way } of await rangesOf(tx, assignment, query, wanted)) {
    const { where, values } = conditions(query, now, below);
    const given = [...values];
    const param = (value: unknown): string => `$${given.push(value)}`;
    const ends = [
      `d.at >= ${midnight(param(from))}`,
      ...(until === undefined ? [] : [`d.at < ${midnight(param(until))}`]),
      ...(oldest === undefined ? [] : [`d.at >= ${param(oldest)}::timestamptz`]),
      ...(newest === undefined ? [] : [`d.at <= ${param(newest)}::timestamptz`]),
      ...(after === undefined ? [] : [`d.at <= ${param(after.at)}::timestamptz`]),
      ...(after === undefined
        ? []
        : [`(d.at, d.index) < (${param(after.at)}::timestamptz, ${param(after.index)}::bigint)`]),
    ];
    await go(tx, way);
    const of = rowsOf(assignment, query, `${where} AND ${ends.join(' AND ')}`, param);
    rows.push(
      ...(await tx.query<T[]>(
        `SELECT ${columns} FROM ${of} ORDER BY d.at DESC, d.index DESC LIMIT ${limit - rows.length}`,
        given,
      )),
    );
    if (rows.length >= limit) break;
  }
  return rows;
};

/** The receipt that was due longest ago first: of each authority as sender and as recipient by an index of its own. */
const longestDue = async (
  tx: EntityManager,
  { authorities }: Assignment,
  { query, now, after, limit, below }: Wanted,
  columns: string,
): Promise<readonly Columns[]> => {
  const { where, values } = conditions({ ...query, overdue: true }, now, below);
  const given = [...values];
  const param = (value: unknown): string => `$${given.push(value)}`;
  const beyond =
    after === undefined
      ? ''
      : `AND (d.receipt_due_at, d.index) > (${param(after.at)}::timestamptz, ${param(after.index)}::bigint)`;
  const of = (role: 'sender' | 'recipient'): string =>
    `(SELECT ${columns}, d.receipt_due_at AS "due at", d.index AS "due index" FROM console.disclosure d
      WHERE d.${role} = party AND ${where} ${beyond} ORDER BY d.receipt_due_at, d.index LIMIT ${limit})`;
  await go(tx, 'walk');
  const rows = await tx.query<Columns[]>(
    `SELECT DISTINCT ON (late."due at", late."due index") late.* FROM unnest(${param(authorities)}::text[]) AS party
     CROSS JOIN LATERAL (${of('sender')} UNION ALL ${of('recipient')}) AS late
     ORDER BY late."due at", late."due index" LIMIT ${limit}`,
    given,
  );
  return rows.map(({ 'due at': _at, 'due index': _index, ...row }) => row);
};

/** Each once, newest first. */
const newestOf = (rows: readonly DisclosureRow[]): readonly DisclosureRow[] =>
  [...new Map(rows.map((row) => [row.index, row])).values()].sort(
    (one, other) => Date.parse(other.at) - Date.parse(one.at) || (BigInt(one.index) < BigInt(other.index) ? 1 : -1),
  );

/** Null is absent, an instant is text. */
const present = (row: Columns): Columns =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
const rowIn = (row: Columns): DisclosureRecord => present(row) as unknown as DisclosureRecord;
