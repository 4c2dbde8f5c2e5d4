import { stockholmDate } from '#legal-basis';
import type { Chance } from './chance.js';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** An hour of the day in Europe/Stockholm, which is one or two hours ahead of UTC. @param day any instant of it, milliseconds */
export const atHour = (day: number, hour: number): number => {
  const midnight = Math.floor(day / DAY_MS) * DAY_MS;
  const date = new Date(midnight + 12 * HOUR_MS).toISOString().slice(0, 10);
  const summer = stockholmDate(new Date(midnight + 22 * HOUR_MS)) !== date;
  return midnight + (hour - (summer ? 2 : 1)) * HOUR_MS;
};

/** Saturday or Sunday, in UTC. */
const isWeekend = (day: number): boolean => [0, 6].includes(new Date(day).getUTCDay());

/** An instant within office hours, seldom at a weekend; at the latest the end. */
export const officeTime = (chance: Chance, from: number, to: number): number => {
  let day = chance.between(from, to);
  for (let tries = 0; isWeekend(day) && tries < 4; tries += 1) day = chance.between(from, to);
  const at = Math.round(atHour(day, chance.between(7.5, 17)));
  return Math.min(Math.max(at, from), to - 1);
};

/** The nearest working day from this one on. */
export const workingDay = (day: number): number => {
  let at = day;
  while (isWeekend(at)) at += DAY_MS;
  return at;
};
