import type { Assignment } from './assignment.js';
import type { Query } from './query.js';

/** Local dates in Europe/Stockholm; the end is exclusive, and absent where there is none. */
export interface Days {
  readonly from: string;
  readonly until?: string;
}
/** Days of decision as a tally has them: the whole months among them, and the days beside these. */
export interface Span {
  readonly months: readonly Days[];
  readonly days: readonly Days[];
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

export const spanOf = ({ from, until }: Days): Span => {
  const first = from === monthOf(from) ? from : monthAfter(from);
  if (until === undefined) return { months: [{ from: first }], days: between(from, first) };
  const last = monthOf(until);
  if (last < first) return { months: [], days: between(from, until) };
  return { months: between(first, last), days: [...between(from, first), ...between(last, until)] };
};

export const dayAfter = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00.000Z`) + 24 * 3_600_000).toISOString().slice(0, 10);
/** First day of a date's month. */
export const monthOf = (date: string): string => `${date.slice(0, 7)}-01`;
/** First day of the month after a date's. */
export const monthAfter = (date: string): string => monthFrom(date, 1);
/** First day of the month that lies so many before a date's. */
export const monthBefore = (date: string, months: number): string => monthFrom(date, -months);

const monthFrom = (date: string, months: number): string => {
  const month = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months;
  if (month >= 120_000) return LAST;
  if (month < 12) return '0001-01-01';
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}-01`;
};
const between = (from: string, until: string): readonly Days[] => (from < until ? [{ from, until }] : []);
