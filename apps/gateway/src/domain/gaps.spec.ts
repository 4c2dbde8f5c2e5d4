import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gapsOf } from './gaps.js';

describe('gaps among delivery numbers', () => {
  it('are told as ranges, from the beginning on or from where a page begins', () => {
    expect(gapsOf(0, [1, 2, 3])).toEqual([]);
    expect(gapsOf(0, [2, 5, 6])).toEqual([
      { from: 1, to: 1 },
      { from: 3, to: 4 },
    ]);
    expect(gapsOf(6, [9])).toEqual([{ from: 7, to: 8 }]);
    expect(gapsOf(6, [])).toEqual([]);
  });

  it('make with the numbers that are there each number once', () => {
    const ascending = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((all) => all.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(ascending, (numbers) => {
        const missing = gapsOf(0, numbers).flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_, nth) => from + nth),
        );
        const whole = [...numbers, ...missing].toSorted((a, b) => a - b);
        expect(whole).toEqual(Array.from({ length: numbers.at(-1) ?? 0 }, (_, nth) => nth + 1));
      }),
    );
  });
});
