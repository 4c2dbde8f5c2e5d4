import type { EntityManager } from 'typeorm';
import type { Tables } from '../application/disclosure-store.js';
import { spanOf } from '../domain/span.js';
import { MAIN_PERCENT } from '../domain/statistics.js';
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

/**
 * What the tally has on these days, added up by these columns: how many `disclosures`; and `first`, a month, and `counts`, how many it and each month after it has, where months matter.
 * @param columns of the tally
 */
const added = (days: Days | undefined, columns: readonly string[], by: 'months' | 'all'): Statement => {
  const values: unknown[] = [];
  const of = (span: Span, { from, until, parts }: Slice): string => {
    const each = PARTS[span].slice(parts[0] - 1, parts[1]).map((part) => `t.${part}`);
    const ends = until === undefined ? '' : ` AND t.first < $${values.push(until)}::date`;
    const first = span === 'year' ? `t.first + interval '${parts[0] - 1} months'` : 't.first::timestamp';
    const all = `sum(${each.join(' + ')})`;
    const counts = by === 'months' && span === 'year' ? each.map((part) => `sum(${part})`).join(', ') : all;
    const own = columns.map((column) => `, t.${column}`).join('');
    return `SELECT ${first} AS first${own}, ARRAY[${counts}] AS counts, ${all} AS disclosures, min(t.oldest) AS oldest, max(t.newest) AS newest
      FROM console.seen_${span} t WHERE t.first >= $${values.push(from)}::date${ends} GROUP BY t.first${own}`;
  };
  const { years, months } =
    days === undefined ? { years: [{ ...NO_DAYS, parts: [1, 12] as const }], months: [] } : spanOf(days);
  const slices = [...years.map((slice) => of('year', slice)), ...months.map((slice) => of('month', slice))];
  return { of: slices.join(' UNION ALL '), values };
};
const NO_DAYS = { from: '0001-01-01', until: '0001-01-01' };

/** One row: `count`, of all on these days. */
export const countOf = (days: Days | undefined): Statement => {
  const { of, values } = added(days, [], 'all');
  return { of: `SELECT coalesce(sum(disclosures), 0) AS count FROM (${of}) AS slice`, values };
};

/** Newest first; months without any are left out. */
export const monthsOf = (tx: EntityManager, days: Days | undefined): Promise<readonly Month[]> => {
  const { of, values } = added(days, [], 'months');
  return tx.query<Month[]>(
    `SELECT ${MONTH} AS month, sum(count)::float8 AS disclosures, min(oldest)::text AS oldest, max(newest)::text AS newest
     FROM (${of}) AS slice CROSS JOIN LATERAL ${OF_MONTHS} WHERE count > 0 GROUP BY 1 ORDER BY 1 DESC`,
    [...values],
  );
};
const OF_MONTHS = 'unnest(counts) WITH ORDINALITY AS part (count, nth)';
const MONTH = `to_char(first + (nth - 1) * interval '1 month', 'YYYY-MM-DD')`;

/** The key of a table, and the columns that it is made of. */
const KEYS = {
  sender: { key: 'sender', of: ['sender'] },
  recipient: { key: 'recipient', of: ['recipient'] },
  outcome: { key: 'outcome', of: ['outcome'] },
  ground: { key: 'unnest(grounds)', of: ['grounds'] },
  reason: { key: 'unnest(reasons)', of: ['reasons'] },
  flow: { key: `sender || ' ' || recipient`, of: ['sender', 'recipient'] },
  month: { key: `left(${MONTH}, 7)`, of: [] },
  mainGround: { key: `sender || ' ' || ground`, of: ['sender', 'grounds'] },
} as const satisfies Record<Tables['of'], { readonly key: string; readonly of: readonly string[] }>;

/** Numbers by these keys, the greatest first. @param rows what is asked for, as `d`, where the tally does not know */
export const tabulated = async (
  tx: EntityManager,
  days: Days | undefined,
  wanted: readonly Tables['of'][],
  rows?: Statement,
): Promise<readonly Tables[]> => {
  const columns = [...new Set(wanted.flatMap((table): readonly string[] => KEYS[table].of))];
  const { of, values } =
    rows === undefined
      ? added(days, columns, wanted.includes('month') ? 'months' : 'all')
      : {
          ...rows,
          of: `SELECT ${['first', ...columns].join(', ')}, ARRAY[count(*)] AS counts, count(*) AS disclosures FROM (${monthly(rows, columns)}) AS d GROUP BY ${['first', ...columns].join(', ')}`,
        };
  const table = (one: Tables['of']): string => {
    const of = `'${one}' AS of, ${KEYS[one].key} AS key`;
    switch (one) {
      case 'month':
        return `SELECT ${of}, sum(count)::int AS count
          FROM (SELECT first, nth, sum(count) AS count FROM slice CROSS JOIN LATERAL ${OF_MONTHS} GROUP BY first, nth) AS part GROUP BY 2`;
      case 'mainGround':
        return `SELECT ${of}, count::int FROM (
            SELECT sender, ground, sum(disclosures) AS count, sum(sum(disclosures)) OVER (PARTITION BY sender) AS named
            FROM slice CROSS JOIN LATERAL unnest(grounds) AS ground GROUP BY sender, ground) AS each WHERE count * 100 >= named * ${MAIN_PERCENT}`;
      default:
        return `SELECT ${of}, sum(disclosures)::int AS count FROM slice GROUP BY 2`;
    }
  };
  const found = await tx.query<{ of: Tables['of']; key: string; count: number }[]>(
    `WITH slice AS MATERIALIZED (${of})
     SELECT * FROM (${wanted.map(table).join(' UNION ALL ')}) AS tables WHERE count > 0 ORDER BY count DESC, key`,
    [...values],
  );
  return wanted.map((one) => ({
    of: one,
    rows: found.filter((row) => row.of === one).map(({ key, count }) => ({ key, count })),
  }));
};
const monthly = ({ of }: Statement, columns: readonly string[]): string =>
  `SELECT date_trunc('month', d.at AT TIME ZONE 'Europe/Stockholm') AS first${columns.map((column) => `, d.${column}`).join('')} FROM ${of}`;
