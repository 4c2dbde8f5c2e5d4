import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Clock } from './clock.js';
import { EventLog } from './event-log.js';
import { Health } from './health.js';
import type { Platform } from './run-service.js';

const MINUTE_MS = 60_000;
const real = Date.now.bind(Date);
const lines: string[] = [];
const log = new EventLog('exchange', 'info', { write: (line) => void lines.push(line) });
let health: Health;
let ends: (() => Promise<void> | void)[];

beforeEach(() => {
  lines.length = 0;
  health = new Health();
  ends = [];
});
afterEach(async () => {
  Date.now = real;
  for (const end of ends) await end();
});

/** @param databaseMs what the database's clock is ahead of this machine's, when it is asked */
const compared = (databaseMs: () => number): Promise<Clock> => {
  const query = (): Promise<unknown> => Promise.resolve([{ now: new Date(real() + databaseMs()) }]);
  const onDrain: Platform['onDrain'] = (_, end) => void ends.push(end);
  return Clock.of({ query }, { log, health, onDrain } as Platform);
};
const aheadMs = (clock: Clock): number => clock.now().getTime() - real();
const told = (): readonly unknown[] =>
  lines.map((line) => {
    const { event, level, ms } = JSON.parse(line) as { event: string; level: string; ms: number };
    return [event, level, Math.round(ms / 1_000)];
  });

describe('the time', () => {
  it.each([0, 1_500, -1_500])('is the machine’s when the database is %d ms ahead', async (databaseMs) => {
    const clock = await compared(() => databaseMs);
    expect(Math.abs(aheadMs(clock))).toBeLessThan(100);
    expect(clock.isOff()).toBe(false);
    expect(await health.warnings()).toEqual({});
    expect(lines).toEqual([]);
  });

  it.each([3_000, -3_000, 59_000])(
    'is the machine’s when the database is %d ms ahead at its start, and people are told',
    async (databaseMs) => {
      const clock = await compared(() => databaseMs);
      expect(Math.abs(aheadMs(clock))).toBeLessThan(100);
      expect(await health.warnings()).toEqual({ clock: 'off' });
      expect(told()).toEqual([['clock.off', 'error', -databaseMs / 1_000]]);
    },
  );

  it.each([10 * MINUTE_MS, -10 * MINUTE_MS])(
    'is nobody’s when the two are %d ms apart at its start: then nothing starts',
    async (databaseMs) => {
      await expect(compared(() => databaseMs)).rejects.toThrow('more than a minute apart');
    },
  );

  it.each([10 * MINUTE_MS, -10 * MINUTE_MS, 24 * 60 * MINUTE_MS])(
    'does not jump with the machine’s clock (%d ms)',
    async (jumpMs) => {
      const clock = await compared(() => 0);
      Date.now = () => real() + jumpMs;
      expect(Math.abs(aheadMs(clock))).toBeLessThan(200);
      expect(clock.isOff()).toBe(true);
      await clock['round']();
      expect(Math.abs(aheadMs(clock))).toBeLessThan(200);
      expect(told()).toEqual([['clock.off', 'error', jumpMs / 1_000]]);
      Date.now = real;
      await clock['round']();
      expect(clock.isOff()).toBe(false);
    },
  );

  it.each([10 * MINUTE_MS, -10 * MINUTE_MS, 24 * 60 * MINUTE_MS])(
    'is not moved by a database that says another (%d ms), and people are told',
    async (jumpMs) => {
      let databaseMs = 0;
      const clock = await compared(() => databaseMs);
      databaseMs = jumpMs;
      await clock['round']();
      expect(Math.abs(aheadMs(clock))).toBeLessThan(100);
      expect(await health.warnings()).toEqual({ clock: 'off' });
      expect(told()).toEqual([['clock.off', 'error', -jumpMs / 1_000]]);
    },
  );

  it('follows the machine’s clock when it is set right and the database’s agrees', async () => {
    let setMs = 0;
    Date.now = () => real() + setMs;
    const clock = await compared(() => setMs);
    setMs = 10 * MINUTE_MS;
    await clock['round']();
    expect(Math.abs(aheadMs(clock) - setMs)).toBeLessThan(200);
    expect(clock.isOff()).toBe(false);
  });

  it('is the machine’s where the database has not answered yet', async () => {
    const onDrain: Platform['onDrain'] = (_, end) => void ends.push(end);
    const query = (): Promise<unknown> => Promise.reject(new Error('away'));
    const clock = await Clock.of({ query }, { log, health, onDrain } as Platform);
    expect(Math.abs(aheadMs(clock))).toBeLessThan(100);
  });
});
