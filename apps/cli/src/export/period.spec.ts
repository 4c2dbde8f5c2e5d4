import { describe, expect, it } from '@jest/globals';
import { indexOf, startOfDay } from './period.js';

describe('the beginning of a period', () => {
  it.each([
    ['2026-01-15', '2026-01-14T23:00:00.000Z'],
    ['2026-07-01', '2026-06-30T22:00:00.000Z'],
    // The clocks change during these days.
    ['2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', '2026-10-24T22:00:00.000Z'],
    ['2026-10-26', '2026-10-25T23:00:00.000Z'],
  ])('is for the date %s midnight in Stockholm', async (date, instant) => {
    expect(startOfDay(date)?.toISOString()).toBe(instant);
    const asked: string[] = [];
    await indexOf(date, (at) => Promise.resolve(BigInt(asked.push(at.toISOString()))));
    expect(asked).toEqual([instant]);
  });

  it('is an index as it stands, and nothing else', async () => {
    const never = (): Promise<bigint> => Promise.reject(new Error('asked'));
    expect(await indexOf('17', never)).toBe(17n);
    for (const bad of ['-1', '017', '2026-13-01', '2026-02-31', '2026-1-1', 'now', ''])
      await expect(indexOf(bad, never)).rejects.toThrow('neither');
  });
});
