import type { EntityManager } from 'typeorm';
import type { Tables } from '../application/disclosure-store.js';
import { spanOf } from '../domain/span.js';
import type { Days, Slice } from '../domain/span.js';

type Span = 'year' | 'month';
/** Columns of the tally: months of a year, days of a month. */
export const PARTS: Readonly<Record<Span, readonly string[]>> = {
  year: Array.from({ length: 12 }, (_, at) => `m${at + 1}`),
  month: Array.from({ length: 31 }, (_, at) => `d${at + 1}`),
};

/** A statement and its values. */
export interface Statement {
  readonly of: string;
  readonly values: readonly unknown[];
}
/** How many disclosures of a question a month has. */
export interface Month {
  /** First day of it. */
  readonly month: string;
  readonly disclosures: number;
  /** Not after the oldest of its year, or of its own; `newest` not before the newest. */
  readonly oldest: string;
  readonly newest: string;
}

const partsOf = (span: Span, [from, to]: Slice['parts']): readonly string[] =>
  PARTS[span].slice(from - 1, to).map((part) => `t.${part}`);
/** Of each slice of these days what `of` makes of it; nothing where there are no days. */
const slices = (days: Days | undefined, of: (span: Span, slice: Slice, on: string) => string): Statement => {
  const values: unknown[] = [];
  const one = (span: Span, slice: Slice): string => {
    const ends = slice.until === undefined ? '' : ` AND t.first < $${values.push(slice.until)}::date`;
    return of(span, slice, `FROM console.seen_${span} t WHERE t.first >= $${values.push(slice.from)}::date${ends}`);
  };
  if (days === undefined)
    return { of: of('year', { from: '', parts: [1, 12] }, 'FROM console.seen_year t WHERE false'), values };
  const { years, months } = spanOf(days);
  const all = [...years.map((slice) => one('year', slice)), ...months.map((slice) => one('month', slice))];
  return { of: all.join(' UNION ALL '), values };
};

/** Cells of the tally, each with how many `disclosures` it has on these days. @param columns of it */
export const cellsOf = (days: Days | undefined, columns: readonly string[]): Statement =>
  slices(
    days,
    (span, { parts }, on) =>
      `SELECT ${columns.map((column) => `t.${column}, `).join('')}(${partsOf(span, parts).join(' + ')}) AS disclosures ${on}`,
  );

/** Newest first; months without any are left out. */
export const monthsOf = (tx: EntityManager, days: Days | undefined): Promise<readonly Month[]> => {
  const { of, values } = slices(days, (span, { parts }, on) => {
    const sums = partsOf(span, parts).map((part) => `sum(${part})::float8`);
    const [first, counts] =
      span === 'year' ? [`t.first + interval '${parts[0] - 1} months'`, sums] : ['t.first', [sums.join(' + ')]];
    return `SELECT ${first} AS first, ARRAY[${counts.join(', ')}] AS counts, min(t.oldest) AS oldest, max(t.newest) AS newest ${on} GROUP BY t.first`;
  });
  return tx.query<Month[]>(
    `SELECT to_char(first + (nth - 1) * interval '1 month', 'YYYY-MM-DD') AS month, sum(disclosures) AS disclosures, min(oldest)::text AS oldest,
       max(newest)::text AS newest
     FROM (${of}) AS slice CROSS JOIN LATERAL unnest(counts) WITH ORDINALITY AS part (disclosures, nth) WHERE disclosures > 0
     GROUP BY 1 ORDER BY 1 DESC`,
    [...values],
  );
};

const TABULATED = ['sender', 'recipient', 'outcome', 'grounds', 'reasons'] as const;
/** The key of a table, of what is tabulated. */
const KEYS = {
  sender: 'sender',
  recipient: 'recipient',
  outcome: 'outcome',
  ground: 'unnest(grounds)',
  reason: 'unnest(reasons)',
  flow: `sender || ' ' || recipient`,
} as const satisfies Record<Exclude<Tables['of'], 'month'>, string>;

/** Numbers by these keys, the greatest first; months the newest first. @param rows what has been asked where the tally does not know, as `d` */
export const tabulated = async (
  tx: EntityManager,
  days: Days | undefined,
  wanted: readonly Tables['of'][],
  rows?: Statement,
): Promise<readonly Tables[]> => {
  const { of, values } =
    rows === undefined
      ? cellsOf(days, TABULATED)
      : {
          ...rows,
          of: `SELECT ${TABULATED.map((column) => `d.${column}, `).join('')}1 AS disclosures FROM ${rows.of}`,
        };
  const keyed = wanted.flatMap((table) => (table === 'month' ? [] : [table]));
  const found = await tx.query<{ of: Tables['of']; key: string; count: number }[]>(
    `WITH found AS MATERIALIZED (
       SELECT ${TABULATED.join(', ')}, sum(disclosures) AS disclosures FROM (${of}) AS alike GROUP BY ${TABULATED.join(', ')} HAVING sum(disclosures) > 0)
     ${keyed
       .map(
         (table) =>
           `SELECT '${table}' AS of, ${KEYS[table]} AS key, sum(disclosures)::int AS count FROM found GROUP BY 2`,
       )
       .join(' UNION ALL ')} ORDER BY 3 DESC, 2`,
    [...values],
  );
  const months = wanted.includes('month') ? await (rows === undefined ? monthsOf(tx, days) : monthsIn(tx, rows)) : [];
  return wanted.map((table) => ({
    of: table,
    rows:
      table === 'month'
        ? months.map(({ month, disclosures }) => ({ key: month.slice(0, 7), count: disclosures }))
        : found.filter((row) => row.of === table).map(({ key, count }) => ({ key, count })),
  }));
};
const monthsIn = (
  tx: EntityManager,
  { of, values }: Statement,
): Promise<readonly Pick<Month, 'month' | 'disclosures'>[]> =>
  tx.query<Month[]>(
    `SELECT to_char(d.at AT TIME ZONE 'Europe/Stockholm', 'YYYY-MM') AS month, count(*)::int AS disclosures FROM ${of} GROUP BY 1 ORDER BY 1 DESC`,
    [...values],
  );
