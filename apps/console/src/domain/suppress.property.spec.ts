import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LEAST, suppressed } from './suppress.js';

const counts = fc.array(fc.oneof(fc.nat(8), fc.nat(500)), { maxLength: 20 });

it('no cell of 1 to 4 is shown, and what is shown is right', () => {
  fc.assert(
    fc.property(counts, (all) => {
      const { cells, total } = suppressed(all);
      for (const [at, cell] of cells.entries()) {
        if (cell !== undefined) expect(cell).toBe(all[at]);
        if (all[at]! > 0 && all[at]! < LEAST) expect(cell).toBeUndefined();
      }
      if (total !== undefined) expect(total).toBe(all.reduce((sum, count) => sum + count, 0));
    }),
  );
});

it('what a total leaves over for the suppressed cells is never one cell, nor fewer than five', () => {
  fc.assert(
    fc.property(counts, (all) => {
      const { cells, total } = suppressed(all);
      const hidden = cells.filter((cell) => cell === undefined).length;
      if (hidden === 0 || total === undefined) return;
      const left = total - cells.reduce<number>((sum, cell) => sum + (cell ?? 0), 0);
      expect(hidden).toBeGreaterThan(1);
      expect(left).toBeGreaterThanOrEqual(LEAST);
    }),
  );
});

it('a table without small numbers is shown whole', () => {
  expect(suppressed([0, 5, 17])).toEqual({ cells: [0, 5, 17], total: 22 });
  expect(suppressed([3])).toEqual({ cells: [undefined], total: undefined });
  expect(suppressed([3, 9, 7])).toEqual({ cells: [undefined, 9, undefined], total: 19 });
});
