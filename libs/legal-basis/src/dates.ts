import type { LocalDate } from './types.js';

/** A dated thing is in force `[from, until)`. */
export interface Dated {
  readonly from: LocalDate;
  readonly until?: LocalDate;
}
export const inForce = (dated: Dated, on: LocalDate): boolean =>
  dated.from <= on && (dated.until === undefined || on < dated.until);

const MS_PER_DAY = 86_400_000;
/** @returns false for anything but an existing calendar day written `YYYY-MM-DD` */
export function isLocalDate(value: string): boolean {
  if (value.length !== 10 || value[4] !== '-' || value[7] !== '-') return false;
  const time = Date.parse(`${value}T00:00:00.000Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}
export const addDays = (date: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(`${date}T00:00:00.000Z`) + days * MS_PER_DAY).toISOString().slice(0, 10);

/** Whole years between two local dates; a birthday is reached on its day. */
export function yearsBetween(birth: LocalDate, on: LocalDate): number {
  const years = Number(on.slice(0, 4)) - Number(birth.slice(0, 4));
  return on.slice(5) < birth.slice(5) ? years - 1 : years;
}

const stockholm = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Stockholm',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

const MS_PER_HOUR = 3_600_000;
/** The hour that was asked for last, and its day: formatting takes as long as a check, and who reads a log asks for one hour over and over. */
let last = { hour: -1, day: '' };

/** The day in Europe/Stockholm: the law counts days there. */
export function stockholmDate(at: Date): LocalDate {
  const hour = Math.floor(at.getTime() / MS_PER_HOUR);
  // Since 1970 midnight there has always been on a whole hour UTC.
  if (hour < 0 || Number.isNaN(hour)) return stockholm.format(at);
  if (hour !== last.hour) last = { hour, day: stockholm.format(at) };
  return last.day;
}
