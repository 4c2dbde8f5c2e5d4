import { expect, it } from '@jest/globals';
import { toldOf } from './statistics.js';

const rows = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([key, count]) => ({ key, count }));

it('names senders of one ground without a number, of the assignment’s authorities alone, and of no few', () => {
  const told = toldOf(
    [
      { of: 'sender', rows: rows({ b: 30, a: 20, other: 19, c: 9 }) },
      { of: 'mainGround', rows: rows({ 'b X': 28, 'a Y': 20, 'other Y': 19, 'c Z': 9 }) },
    ],
    ['a', 'b', 'c'],
  );
  expect(told[1]).toEqual({
    of: 'mainGround',
    rows: [
      { key: 'a Y', count: undefined },
      { key: 'b X', count: undefined },
    ],
    total: undefined,
  });
  // Nor does it take the totals of the others with it.
  expect(told[0]?.total).toBe(78);
});
