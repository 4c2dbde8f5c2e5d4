import type { Assignment } from './assignment.js';
import type { Query } from './query.js';

/** Local dates in Europe/Stockholm; the end is exclusive, and absent where there is none. */
export interface Days {
  readonly from: string;
  readonly until?: string;
}
/** Of each year, or month, that begins on one of these days, the parts (months of a year, days of a month) from one to another, both inclusive, from 1. */
export interface Slice extends Days {
  readonly parts: readonly [number, number];
}
/** Days of decision as a tally has them: whole months, by their years, and the days beside these, by their months. */
export interface Span {
  readonly years: readonly Slice[];
  readonly months: readonly Slice[];
}

const LAST = '9999-12-31';

/** Days that both the assignment and the question have. @returns undefined: none */
export const daysOf = ({ period }: Pick<Assignment, 'period'>, { from, until }: Query): Days | undefined => {
  const first = from === undefined || from < period.from ? period.from : from;
  const beyond = until === undefined || until === LAST ? undefined : dayAfter(until);
  const [end] = [period.until, beyond].filter((one) => one !== undefined).sort();
  if (end === undefined) return { from: first };
  return first < end ? { from: first, until: end } : undefined;
};

/** The whole months among these days; the days themselves where they are whole months. @returns undefined: none */
export const wholeMonths = (days: Days): Days | undefined => {
  const { from, until } = days;
  const first = from === monthOf(from) ? from : monthAfter(from);
  const last = until === undefined ? undefined : monthOf(until);
  if (first === from && last === until) return days;
  if (last === undefined) return { from: first };
  return first < last ? { from: first, until: last } : undefined;
};

export const spanOf = ({ from, until }: Days): Span => {
  const whole = wholeMonths({ from, ...(until === undefined ? {} : { until }) });
  if (whole === undefined) {
    const next = monthAfter(from);
    return until === undefined || until <= next
      ? { years: [], months: daysIn({ from, until: until ?? next }) }
      : { years: [], months: [...daysIn({ from, until: next }), ...daysIn({ from: next, until })] };
  }
  return {
    years: yearsOf(whole),
    months: [
      ...daysIn({ from, until: whole.from }),
      ...(until === undefined || whole.until === undefined ? [] : daysIn({ from: whole.until, until })),
    ],
  };
};

/** Of whole months: the year that is begun within, the years between, and the year that is ended within. */
const yearsOf = ({ from, until }: Days): readonly Slice[] => {
  if (until !== undefined && until <= from) return [];
  const [begun, ended] = [yearOf(from), until === undefined ? undefined : yearOf(until)];
  const [month, beyond] = [partOf(from, 5), until === undefined ? 1 : partOf(until, 5)];
  if (begun === ended) return [{ from: begun, until: yearAfter(begun), parts: [month, beyond - 1] }];
  const whole = month === 1 ? begun : yearAfter(begun);
  return [
    ...(month === 1 ? [] : [{ from: begun, until: whole, parts: [month, 12] as const }]),
    ...(ended === undefined || whole < ended
      ? [{ from: whole, ...(ended === undefined ? {} : { until: ended }), parts: [1, 12] as const }]
      : []),
    ...(ended === undefined || beyond === 1
      ? []
      : [{ from: ended, until: yearAfter(ended), parts: [1, beyond - 1] as const }]),
  ];
};
/** Of days in one month. */
const daysIn = ({ from, until }: Required<Days>): readonly Slice[] => {
  if (until <= from) return [];
  const next = monthAfter(from);
  return [{ from: monthOf(from), until: next, parts: [partOf(from, 8), until === next ? 31 : partOf(until, 8) - 1] }];
};

export const dayAfter = (date: string): string => dayFrom(date, 1);
export const dayBefore = (date: string): string => dayFrom(date, -1);
/** First day of a date's month. */
export const monthOf = (date: string): string => `${date.slice(0, 7)}-01`;
/** First day of the month after a date's. */
export const monthAfter = (date: string): string => monthFrom(date, 1);
/** First day of the month that lies so many before a date's. */
export const monthBefore = (date: string, months: number): string => monthFrom(date, -months);

const dayFrom = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00.000Z`) + days * 24 * 3_600_000).toISOString().slice(0, 10);
const monthFrom = (date: string, months: number): string => {
  const month = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months;
  if (month >= 120_000) return LAST;
  if (month < 12) return '0001-01-01';
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}-01`;
};
const yearOf = (date: string): string => `${date.slice(0, 4)}-01-01`;
const yearAfter = (date: string): string => monthFrom(yearOf(date), 12);
const partOf = (date: string, at: 5 | 8): number => Number(date.slice(at, at + 2));
