import { stockholmDate } from '#legal-basis';

const HOUR_MS = 3_600_000;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const INDEX = /^(0|[1-9][0-9]{0,17})$/;

/** How large the log was at an instant. */
export type SizeAt = (at: Date) => Promise<bigint>;

/**
 * @param text an index of the log, or a date: the first entry that was logged on or after it, Europe/Stockholm
 * @throws when it is neither
 */
export async function indexOf(text: string, sizeAt: SizeAt): Promise<bigint> {
  if (INDEX.test(text)) return BigInt(text);
  const start = DATE.test(text) ? startOfDay(text) : undefined;
  if (start === undefined) throw new Error(`${text} is neither an index nor a date (YYYY-MM-DD)`);
  return sizeAt(start);
}

/** @returns undefined when the calendar has no such day */
export function startOfDay(date: string): Date | undefined {
  const midnight = Date.parse(`${date}T00:00:00.000Z`);
  if (Number.isNaN(midnight)) return undefined;
  // An hour or two before midnight UTC, by the time of the year; no change of the clock is at midnight.
  return [2, 1]
    .map((hours) => new Date(midnight - hours * HOUR_MS))
    .find((at) => stockholmDate(at) === date && stockholmDate(new Date(at.getTime() - 1)) !== date);
}
