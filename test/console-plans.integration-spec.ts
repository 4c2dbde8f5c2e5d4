import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sha256Base64url } from '#envelope';
import type { DataSource, EntityManager } from 'typeorm';
import { stockholmDate } from '#legal-basis';
import type { Tables, Wanted } from '../apps/console/src/application/disclosure-store.js';
import type { Assignment } from '../apps/console/src/domain/assignment.js';
import type { Query } from '../apps/console/src/domain/query.js';
import { PostgresDisclosureStore } from '../apps/console/src/persistence/disclosure.store.js';
import { insertDisclosures, tally } from '../apps/console/src/persistence/projection.store.js';
import { PARTS } from '../apps/console/src/persistence/tally.js';
import { OwnDatabases } from './support/databases.js';
import { someRows } from '../bench/search/rows.js';

jest.setTimeout(180_000);
const ROWS = 20_000;
const STEP = 2_000;
/** Rows that a year would have: ours are of its first ten weeks, some thousands in each month. */
const A_YEAR = 100_000;
const NOW = new Date('2026-12-01T00:00:00.000Z');
const ASSIGNMENT: Assignment = {
  id: randomUUID(),
  auditor: sha256Base64url('an auditor'),
  authorities: ['linkoping/omsorgsnamnden', 'linkoping/socialnamnden'],
  provision: 'municipal-audit',
  diaryNumber: 'REV 2026/17',
  period: { from: '2025-01-01' },
  fields: ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'],
  expires: '2999-01-01',
  grantedAt: NOW.toISOString(),
  index: '0',
};

let databases: OwnDatabases;
let reader: DataSource;
let store: PostgresDisclosureStore;
let plans: string[] = [];
const rows = someRows(ROWS, 0, A_YEAR);
const own = rows.filter(
  ({ row }) =>
    ASSIGNMENT.authorities.includes(row.sender) ||
    (row.record === 'decision' && ASSIGNMENT.authorities.includes(row.recipient)),
);
/** The same rights within a time that begins and ends within months. */
const CUT: Assignment = { ...ASSIGNMENT, id: randomUUID(), period: { from: '2025-12-17', until: '2026-02-03' } };

/** A time in which there is nothing, in a year and a month that have some. */
const NOTHING: Assignment = { ...ASSIGNMENT, id: randomUUID(), period: { from: '2026-02-20', until: '2026-02-25' } };

/** The reader's connections, each of whose questions is also asked for its plan. */
const explaining = (reader: DataSource): DataSource =>
  ({
    transaction: (_isolation: string, work: (tx: EntityManager) => Promise<unknown>) =>
      reader.transaction('REPEATABLE READ', (tx) => {
        const query = async (sql: string, values?: unknown[]): Promise<unknown> => {
          if (!sql.includes('set_config')) {
            const plan = await tx.query<Record<string, unknown>[]>(`EXPLAIN ${sql}`, values);
            plans.push(plan.map((line) => String(line['QUERY PLAN'])).join('\n'));
          }
          return tx.query(sql, values);
        };
        return work({ query } as unknown as EntityManager);
      }),
  }) as unknown as DataSource;

beforeAll(async () => {
  databases = await OwnDatabases.deploy('console_plans');
  const owner = await databases.connect(databases.urls.operator.console, 'console');
  reader = await databases.connect(databases.urls.operator.console_reader, 'console');
  store = new PostgresDisclosureStore(explaining(reader));
  for (const month of new Set(rows.map(({ row }) => `${row.at.slice(0, 7)}-01`)))
    await owner.query(`SELECT console.ensure_month($1)`, [month]);
  for (let at = 0; at < ROWS; at += STEP)
    await owner.transaction((tx) => insertDisclosures(tx, rows.slice(at, at + STEP)));
  await owner.transaction((tx) => tally(tx, 0n, BigInt(ROWS)));
  await owner.query(`UPDATE console.projection SET size = $1, checked = $1, tallied = $1`, [ROWS]);
  for (const [index, assignment] of [ASSIGNMENT, CUT, NOTHING].entries()) {
    const { id, auditor, authorities, provision, diaryNumber, period, fields, expires, grantedAt } = assignment;
    await owner.query(
      `INSERT INTO console.assignment (id, auditor, authorities, provision, diary_number, since, until, fields, expires, granted_at, index)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [id, auditor, authorities, provision, diaryNumber, period.from, period.until, fields, expires, grantedAt, index],
    );
  }
  await databases.asAdmin(`VACUUM ANALYZE`);
});
afterAll(() => databases.drop());

const asked = async (query: Query, more: Partial<Wanted> = {}): Promise<readonly string[]> => {
  plans = [];
  return (await store.list(ASSIGNMENT, { query, now: NOW, limit: 51, ...more })).map(({ index }) => index);
};
const expected = (holds: (one: (typeof rows)[number]) => boolean): readonly string[] =>
  own
    .filter(holds)
    .map(({ row }) => row.index)
    .reverse()
    .slice(0, 51);

const one = own.find(({ row }) => row.outcome === 'permit')!.row;
const refused = own.find(({ row }) => row.outcome === 'deny')!.row;
const QUESTIONS: readonly (readonly [string, Query, (found: (typeof rows)[number]) => boolean])[] = [
  ['nothing', { filters: {} }, () => true],
  ['sender', { filters: { sender: [one.sender] } }, ({ row }) => row.sender === one.sender],
  ['recipient', { filters: { recipient: [one.recipient] } }, ({ row }) => row.recipient === one.recipient],
  ['kind of authority', { filters: { senderKind: [one.senderKind] } }, () => true],
  ['record', { filters: { record: ['refusal'] } }, ({ row }) => row.record === 'refusal'],
  ['outcome', { filters: { outcome: ['deny'] } }, ({ row }) => row.outcome === 'deny'],
  ['message type', { filters: { type: [one.messageType] } }, ({ row }) => row.messageType === one.messageType],
  ['force', { filters: { force: [one.force!] } }, ({ row }) => row.force === one.force],
  ['purpose', { filters: { purpose: [one.purpose] } }, () => true],
  ['ground', { filters: { ground: one.grounds } }, ({ row }) => row.grounds[0] === one.grounds[0]],
  ['version', { filters: { version: one.versions } }, ({ row }) => row.versions[0] === one.versions[0]],
  ['refusal reason', { filters: { reason: refused.reasons } }, ({ row }) => row.reasons[0] === refused.reasons[0]],
  [
    'data category',
    { filters: { category: [one.categories[0]!] } },
    ({ row }) => row.categories.includes(one.categories[0]!),
  ],
  ['officer', { filters: { officer: one.officers } }, ({ row }) => row.officers[0] === one.officers[0]],
  ['case', { filters: { case: [one.caseId] } }, ({ row }) => row.caseId === one.caseId],
  ['message', { filters: { message: [one.messageId] } }, ({ row }) => row.messageId === one.messageId],
  ['log index', { filters: { index: [one.index] } }, ({ row }) => row.index === one.index],
  [
    'several at once',
    {
      from: '2026-01-10',
      until: '2026-02-05',
      filters: { outcome: ['permit'], ground: one.grounds, category: ['health', 'housing'], sender: [one.sender] },
    },
    ({ row }) =>
      row.outcome === 'permit' &&
      row.grounds[0] === one.grounds[0] &&
      row.categories.some((category) => ['health', 'housing'].includes(category)) &&
      row.sender === one.sender &&
      // Midnight in Stockholm.
      row.at >= '2026-01-09T23:00' &&
      row.at < '2026-02-05T23:00',
  ],
];

it.each(QUESTIONS)(
  'the first page by %s is what it should be, and is read by an index',
  async (_name, query, holds) => {
    await expect(asked(query)).resolves.toEqual(expected(holds));
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on (disclosure|tally)_/);
  },
);

it('the first page of late receipts is read by an index', async () => {
  const late = await asked({ filters: {}, overdue: true }, { order: 'longest' });
  const due = own.filter(({ receiptDueAt }) => receiptDueAt !== undefined).map(({ row }) => row.index);
  expect(late).toEqual(due.slice(0, 51));
  expect(plans[0]).not.toMatch(/Seq Scan on disclosure_/);
});

it('what is overdue is found of each authority by an index of its own, whatever else is asked', async () => {
  const query: Query = {
    overdue: true,
    from: '2026-01-01',
    filters: { outcome: ['permit'], recipient: [one.recipient] },
  };
  const due = expected(
    ({ row, receiptDueAt }) =>
      receiptDueAt !== undefined && row.recipient === one.recipient && row.at >= '2025-12-31T23:00',
  );
  await expect(asked(query)).resolves.toEqual(due);
  expect(due.length).toBeGreaterThan(0);
  expect(plans.at(-1)).toMatch(/(sender|recipient)_receipt_due_at_index_idx/);
  expect(plans.at(-1)).not.toMatch(/disclosure_\d{6}_pkey/);
});

it('walks to what is common, and gathers what is rare', async () => {
  const reads = (index: RegExp): boolean => plans.some((plan) => index.test(plan));
  const walks = /Index Scan Backward using disclosure_\d{6}_pkey/;
  const gathers = /Bitmap Index Scan on disclosure_\d{6}_terms_idx/;
  // The last month has little as yet.
  await asked({ until: '2026-01-31', filters: {} });
  expect([reads(walks), reads(gathers)]).toEqual([true, false]);
  await asked({ filters: { outcome: ['deny'], ground: one.grounds, type: [one.messageType] } });
  expect([reads(walks), reads(gathers)]).toEqual([false, true]);
  await asked({ filters: { officer: one.officers } });
  expect([reads(walks), reads(gathers)]).toEqual([false, true]);
  // A month in which there is none is not looked into.
  await asked({ filters: { reason: ['NO_SUCH_REASON'] } });
  expect([plans.length, reads(walks), reads(gathers)]).toEqual([1, false, false]);
});

const OF: readonly Tables['of'][] = [
  'sender',
  'recipient',
  'outcome',
  'month',
  'ground',
  'reason',
  'flow',
  'mainGround',
];
type Row = (typeof rows)[number]['row'];
const keysOf: Readonly<Record<Exclude<Tables['of'], 'mainGround'>, (row: Row) => readonly string[]>> = {
  sender: ({ sender }) => [sender],
  recipient: ({ recipient }) => [recipient],
  outcome: ({ outcome }) => [outcome],
  month: ({ at }) => [stockholmDate(new Date(at)).slice(0, 7)],
  ground: ({ grounds }) => grounds,
  reason: ({ reasons }) => reasons,
  flow: ({ sender, recipient }) => [`${sender} ${recipient}`],
};
const added = (found: readonly Row[]): readonly Tables[] =>
  OF.map((of) => {
    const counts = new Map<string, number>();
    const keys = of === 'mainGround' ? mainGroundOf(found) : keysOf[of];
    for (const key of found.flatMap(keys)) counts.set(key, (counts.get(key) ?? 0) + 1);
    return { of, rows: [...counts].map(([key, count]) => ({ key, count })) };
  });
const mainGroundOf = (found: readonly Row[]): ((row: Row) => readonly string[]) => {
  const named = new Map<string, string[]>();
  for (const { sender, grounds } of found) named.set(sender, [...(named.get(sender) ?? []), ...grounds]);
  return ({ sender, grounds }) =>
    grounds
      .filter((ground) => {
        const all = named.get(sender) ?? [];
        return all.filter((one) => one === ground).length * 100 >= all.length * 90;
      })
      .map((ground) => `${sender} ${ground}`);
};
const sorted = (tables: readonly Tables[]): unknown =>
  tables.map(({ of, rows: cells }) => [of, cells.map(({ key, count }) => `${key}: ${count}`).sort()]);

describe('what the tally adds up is what the rows come to', () => {
  const day = ({ at }: Row): string => stockholmDate(new Date(at));
  it.each<readonly [string, Query, (row: Row) => boolean]>([
    ['all', { filters: {} }, () => true],
    ['whole months', { from: '2026-01-01', until: '2026-01-31', filters: {} }, (row) => day(row).startsWith('2026-01')],
    [
      'months that are cut',
      { from: '2025-12-09', until: '2026-02-02', filters: {} },
      (row) => day(row) >= '2025-12-09' && day(row) <= '2026-02-02',
    ],
    ['one day', { from: '2026-01-14', until: '2026-01-14', filters: {} }, (row) => day(row) === '2026-01-14'],
    [
      'filters',
      {
        from: '2025-12-09',
        filters: { outcome: ['deny'], ground: [...one.grounds, 'OSL-10-27'], category: ['health'] },
      },
      (row) =>
        day(row) >= '2025-12-09' &&
        row.outcome === 'deny' &&
        row.categories.includes('health') &&
        (row.grounds.includes('OSL-10-27') || row.grounds[0] === one.grounds[0]),
    ],
    [
      'an officer, of whom it knows nothing',
      { filters: { officer: one.officers } },
      (row) => row.officers[0] === one.officers[0],
    ],
    ['no time at all', { from: '2026-02-05', until: '2026-02-04', filters: {} }, () => false],
  ])('of %s', async (_name, query, holds) => {
    for (const assignment of [ASSIGNMENT, CUT]) {
      const { from, until = '9999-12-31' } = assignment.period;
      const found = own.map(({ row }) => row).filter((row) => holds(row) && day(row) >= from && day(row) < until);
      expect(sorted(await store.tables(assignment, query, NOW, OF))).toEqual(sorted(added(found)));
      await expect(store.count(assignment, query, NOW, ROWS)).resolves.toMatchObject({
        count: found.length,
        more: false,
      });
    }
  });
});

it('shows the reader no day of the tally that lies outside the period, whatever is asked', async () => {
  const seen = async (assignment: Assignment, span: 'year' | 'month'): Promise<Readonly<Record<string, number>>> =>
    reader.transaction(async (tx) => {
      await tx.query(`SELECT set_config('delge.auditor', $1, true), set_config('delge.assignment', $2, true)`, [
        assignment.auditor,
        assignment.id,
      ]);
      const found = await tx.query<{ first: string; part: number; count: number }[]>(
        `SELECT first::text, part::int, sum(count)::int AS count FROM console.seen_${span} t
         CROSS JOIN LATERAL unnest(ARRAY[${PARTS[span].join(', ')}]) WITH ORDINALITY AS one (count, part) WHERE count > 0 GROUP BY 1, 2`,
      );
      const two = (part: number): string => String(part).padStart(2, '0');
      return Object.fromEntries(
        found.map(({ first, part, count }) => [
          span === 'year' ? `${first.slice(0, 5)}${two(part)}` : `${first.slice(0, 8)}${two(part)}`,
          count,
        ]),
      );
    });
  const counted = (length: number, holds: (date: string) => boolean): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const { row } of own) {
      const date = stockholmDate(new Date(row.at));
      if (holds(date)) counts[date.slice(0, length)] = (counts[date.slice(0, length)] ?? 0) + 1;
    }
    return counts;
  };
  const { from, until = '' } = CUT.period;
  await expect(seen(CUT, 'month')).resolves.toEqual(counted(10, (date) => date >= from && date < until));
  await expect(seen(CUT, 'year')).resolves.toEqual(counted(7, (date) => date.startsWith('2026-01')));
  await expect(seen(ASSIGNMENT, 'year')).resolves.toEqual(counted(7, () => true));
  for (const span of ['year', 'month'] as const)
    await expect(reader.transaction((tx) => tx.query(`SELECT FROM console.tally_${span} LIMIT 1`))).rejects.toThrow(
      'permission denied',
    );
});

it('shows the reader no cell of the tally, and no time of it, that lies outside the period', async () => {
  const times = async (assignment: Assignment, span: 'year' | 'month') =>
    reader.transaction(async (tx) => {
      await tx.query(`SELECT set_config('delge.auditor', $1, true), set_config('delge.assignment', $2, true)`, [
        assignment.auditor,
        assignment.id,
      ]);
      const [found] = await tx.query<{ cells: number; oldest: Date | null; newest: Date | null; least: number }[]>(
        `SELECT count(*)::int AS cells, min(oldest) AS oldest, max(newest) AS newest, min(${PARTS[span].join(' + ')})::int AS least FROM console.seen_${span}`,
      );
      return found!;
    });
  for (const span of ['year', 'month'] as const) {
    await expect(times(NOTHING, span)).resolves.toMatchObject({ cells: 0 });
    const { least, oldest, newest } = await times(CUT, span);
    expect(least).toBeGreaterThan(0);
    expect(oldest!.getTime()).toBeGreaterThanOrEqual(Date.parse('2025-12-16T23:00:00Z'));
    expect(newest!.getTime()).toBeLessThanOrEqual(Date.parse('2026-02-02T23:00:00Z'));
  }
});

it('a question that takes too long is stopped, and it is said that it must be narrowed', async () => {
  const sleeping = {
    transaction: (_isolation: string, work: (tx: EntityManager) => Promise<unknown>) =>
      reader.transaction('REPEATABLE READ', (tx) => {
        const query = (sql: string, values?: unknown[]): Promise<unknown> =>
          sql.includes('set_config') ? tx.query(sql, values) : tx.query('SELECT pg_sleep(60)');
        return work({ query } as unknown as EntityManager);
      }),
  } as unknown as DataSource;
  const hurried = new PostgresDisclosureStore(sleeping, 20);
  await expect(hurried.count(ASSIGNMENT, { filters: {} }, NOW, 1)).rejects.toMatchObject({ code: 'QUERY_TOO_WIDE' });
});

it.each<readonly [string, Query['filters']]>([
  ['everything', {}],
  ['what is denied', { outcome: ['deny'] }],
])('pages of %s follow one another without a gap or a double, also where a month ends', async (_name, filters) => {
  const found: string[] = [];
  let after: Wanted['after'];
  for (;;) {
    const page = await store.list(ASSIGNMENT, {
      query: { filters },
      now: NOW,
      limit: 200,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.map(({ index }) => index));
    const last = page.at(-1);
    if (last === undefined) break;
    after = { at: last.at, index: last.index };
  }
  const all = own.filter(({ row }) => filters.outcome?.includes(row.outcome) ?? true);
  expect(found).toEqual(all.map(({ row }) => row.index).reverse());
  const sooner = all.filter(({ row }) => stockholmDate(new Date(row.at)).slice(0, 7) > row.at.slice(0, 7));
  expect(sooner.length).toBeGreaterThan(0);
});

it('is counted exactly to 10,000, and says that there are more', async () => {
  const whole = await store.count(ASSIGNMENT, { filters: {} }, NOW, 10_000);
  expect(whole).toMatchObject({ count: Math.min(own.length, 10_000), more: own.length > 10_000 });
  await expect(store.count(ASSIGNMENT, { filters: {} }, NOW, own.length - 1)).resolves.toMatchObject({
    count: own.length - 1,
    more: true,
  });
  await expect(store.count(ASSIGNMENT, { filters: {} }, NOW, own.length)).resolves.toMatchObject({ more: false });
});
