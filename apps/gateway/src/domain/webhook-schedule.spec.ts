import { expect, it } from '@jest/globals';
import { WEBHOOK_SCHEDULE_MS, isGone, isTaken, nextAttemptMs } from './webhook-schedule.js';

const HOUR = 3_600_000;

it('tries ten times over three days and longer, and then no more', () => {
  const waits = Array.from({ length: 9 }, (_, nth) => nextAttemptMs(nth + 1, 0, 0));
  expect(waits).toEqual(WEBHOOK_SCHEDULE_MS.slice(1));
  expect(waits[0]).toBe(5_000);
  expect(WEBHOOK_SCHEDULE_MS.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(75 * HOUR);
  expect(nextAttemptMs(10, 0, 0)).toBeUndefined();
});

it('waits longer by chance, and never shorter', () => {
  expect(nextAttemptMs(1, 0, 0.5)).toBe(5_250);
  expect(nextAttemptMs(1, 0, 1)).toBe(5_500);
});

it.each([
  ['longer than planned', 1, 60_000, 60_000],
  ['shorter than planned', 2, 1_000, 300_000],
  ['for ever', 1, 365 * 24 * HOUR, 24 * HOUR],
])('is asked to wait %s', (_, failures, asked, waits) => {
  expect(nextAttemptMs(failures, asked, 0)).toBe(waits);
});

it('takes 2xx for taken and 410 for the end', () => {
  expect(
    [199, 200, 204, 299, 300, 410, undefined].filter((status) => isTaken(status === undefined ? {} : { status })),
  ).toEqual([200, 204, 299]);
  expect([isGone({ status: 410 }), isGone({ status: 404 }), isGone({})]).toEqual([true, false, false]);
});
