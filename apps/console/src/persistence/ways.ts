import { stockholmDate } from '#legal-basis';
import type { EntityManager } from 'typeorm';
import type { Place } from '../application/disclosure-store.js';
import type { Assignment } from '../domain/assignment.js';
import { ID_FILTERS } from '../domain/query.js';
import type { Query } from '../domain/query.js';
import { dayAfter, dayBefore, daysOf, monthAfter, monthBefore, monthOf } from '../domain/span.js';
import type { Days } from '../domain/span.js';
import { monthsOf } from './tally.js';
import type { Month } from './tally.js';

/**
 * How rows are read. Terms that bound a row come of functions that PostgreSQL asks when it runs, so that it plans as if hardly any row had them; which way is short is known here.
 * `walk`: in order, newest first, until there are enough: of what is common. `gather`: all that the index of terms finds: of what is rare. `narrow`: by an index of ids or of receipts that are due.
 * `tally`: as PostgreSQL finds best, by hashes: it expects few cells, and would sort many.
 */
export type Way = 'walk' | 'gather' | 'narrow' | 'tally';
const WAYS: Readonly<Record<Way, readonly ['enable_bitmapscan' | 'enable_indexscan' | 'enable_sort', 'on' | 'off'][]>> =
  {
    walk: [
      ['enable_bitmapscan', 'off'],
      ['enable_indexscan', 'on'],
      ['enable_sort', 'off'],
    ],
    gather: [
      ['enable_bitmapscan', 'on'],
      ['enable_indexscan', 'off'],
      ['enable_sort', 'on'],
    ],
    narrow: [
      ['enable_bitmapscan', 'off'],
      ['enable_indexscan', 'on'],
      ['enable_sort', 'on'],
    ],
    tally: [
      ['enable_bitmapscan', 'on'],
      ['enable_indexscan', 'on'],
      ['enable_sort', 'off'],
    ],
  };
export const go = async (tx: EntityManager, way: Way): Promise<void> => {
  await tx.query(`SELECT ${WAYS[way].map(([name, value]) => `set_config('${name}', '${value}', true)`).join(', ')}`);
};

/** Rows of a month that are gathered rather than walked to. */
const GATHERED = 3_000;
/** Months that are looked through at once where nothing tells how many rows they have, the newest first; then the rest. */
const WINDOWS = [1, 4, 16];

/** A part of what is asked, and how it is read. */
export interface Range extends Days {
  readonly way: Way;
  /** No row is newer; as PostgreSQL writes it. */
  readonly newest?: string;
  /** No row is older. */
  readonly oldest?: string;
}

export const hasIds = ({ filters }: Query): boolean => ID_FILTERS.some((name) => filters[name] !== undefined);
/** Whether the tally knows how many rows are asked for. */
export const isTallied = (query: Query): boolean =>
  !hasIds(query) && query.overdue !== true && query.filters.officer === undefined;
/** Of all rows of a question that is not tallied. */
export const wayOf = (query: Query): Way => (hasIds(query) || query.overdue === true ? 'narrow' : 'gather');

export const midnight = (date: string): string => `(${date}::date::timestamp AT TIME ZONE 'Europe/Stockholm')`;

/** Where rows of a question lie, the newest first. @param limit of rows that are wanted @param now today or later */
export async function rangesOf(
  tx: EntityManager,
  assignment: Assignment,
  query: Query,
  { limit, now, after }: { readonly limit: number; readonly now: Date; readonly after?: Place },
): Promise<readonly Range[]> {
  const days = daysOf(assignment, query);
  if (days === undefined) return [];
  if (hasIds(query)) return [{ ...days, way: 'narrow' }];
  const last = after === undefined ? undefined : monthOf(stockholmDate(new Date(after.at)));
  if (!isTallied(query)) return windows(days, last ?? monthOf(stockholmDate(now)), wayOf(query));
  await go(tx, 'tally');
  // Of whole months, as far as the period has them: by the year's cells alone.
  const whole = daysOf(assignment, {
    filters: {},
    from: monthOf(days.from),
    ...(days.until === undefined ? {} : { until: dayBefore(monthAfter(dayBefore(days.until))) }),
  });
  const months = await monthsOf(tx, whole);
  return ofMonths(
    months.filter(({ month }) => last === undefined || month <= last),
    days,
    limit,
  );
}

/** @param months those that are asked for, whole */
const ofMonths = (months: readonly Month[], days: Days, limit: number): readonly Range[] => {
  const ranges: Range[] = [];
  let gathered = 0;
  for (const { month, disclosures, oldest, newest } of months) {
    const from = month < days.from ? days.from : month;
    const until = days.until !== undefined && days.until < monthAfter(month) ? days.until : monthAfter(month);
    const before = ranges.at(-1);
    if (disclosures > Math.max(GATHERED, limit)) follow(ranges, { from, until, oldest, newest, way: 'walk' });
    else if (before?.way === 'gather' && gathered < limit) {
      ranges[ranges.length - 1] = { ...before, from };
      gathered += disclosures;
    } else {
      follow(ranges, { from, until, newest, way: 'gather' });
      gathered = disclosures;
    }
  }
  follow(ranges);
  return ranges;
};

/** The hours by which a month begins here before it does in UTC lie among the rows of the month before: of these an index would find all, so that they are read with them, or walked through. */
const follow = (ranges: Range[], next?: Range): void => {
  const last = ranges.at(-1);
  if (last?.way !== 'gather' || last.from !== monthOf(last.from)) {
    if (next !== undefined) ranges.push(next);
    return;
  }
  const { from } = last;
  ranges[ranges.length - 1] = { ...last, oldest: `${from}T00:00:00.000Z` };
  const hours = { until: dayAfter(from), newest: `${dayBefore(from)}T23:59:59.999999Z` };
  if (next?.until === from) ranges.push({ ...next, ...hours });
  else ranges.push({ from, ...hours, way: 'walk' }, ...(next === undefined ? [] : [next]));
};

const windows = (days: Days, newest: string, way: Way): readonly Range[] => {
  const ranges: Range[] = [];
  let { until } = days;
  const start = until !== undefined && until <= newest ? monthOf(until) : newest;
  let back = 0;
  for (const months of WINDOWS) {
    back += months;
    const from = monthBefore(start, back - 1);
    if (from <= days.from) break;
    if (until !== undefined && until <= from) continue;
    ranges.push({ from, ...(until === undefined ? {} : { until }), way });
    until = from;
  }
  return [...ranges, { from: days.from, ...(until === undefined ? {} : { until }), way }];
};
