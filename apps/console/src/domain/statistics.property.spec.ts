import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toldOf } from './statistics.js';
import type { Counts } from './statistics.js';
import { LEAST } from './suppress.js';

const OWN = ['a', 'b', 'c'];
const grounds = fc.subarray(['X', 'Y']);
const disclosures = fc.array(
  fc.record({ sender: fc.constantFrom(...OWN, 'other'), grounds, times: fc.integer({ min: 1, max: 12 }) }),
  { minLength: 1, maxLength: 12 },
);
const counted = (of: string, pairs: readonly (readonly [string, number])[]): Counts => {
  const counts = new Map<string, number>();
  for (const [key, count] of pairs) counts.set(key, (counts.get(key) ?? 0) + count);
  return { of, rows: [...counts].map(([key, count]) => ({ key, count })) };
};

it('names no sender of one ground by whom another table tells a small number', () => {
  let named = 0;
  fc.assert(
    fc.property(disclosures, (all) => {
      const soleOf = (sender: string): string | undefined => {
        const own = new Set(all.flatMap((one) => (one.sender === sender ? one.grounds : [])));
        return own.size === 1 ? [...own][0] : undefined;
      };
      const tables = [
        counted(
          'sender',
          all.map(({ sender, times }) => [sender, times]),
        ),
        counted(
          'ground',
          all.flatMap((one) => one.grounds.map((ground) => [ground, one.times] as const)),
        ),
        counted(
          'soleGround',
          all.flatMap(({ sender, grounds: [ground], times }) =>
            ground === undefined || soleOf(sender) === undefined ? [] : [[`${sender} ${ground}`, times] as const],
          ),
        ),
      ];
      const [senders, byGround, sole] = toldOf(tables, OWN);
      for (const { key, count = 0 } of sole!.rows) {
        named += 1;
        const [sender = '', ground = ''] = key.split(' ');
        expect(OWN).toContain(sender);
        expect(count).toBeGreaterThanOrEqual(LEAST);
        const ofSender = senders!.rows.find((row) => row.key === sender)!.count!;
        const ofGround = byGround!.rows.find((row) => row.key === ground)!.count!;
        const shown = sole!.rows.reduce((sum, row) => (row.key.endsWith(` ${ground}`) ? sum + row.count! : sum), 0);
        for (const left of [ofSender - count, ofGround - shown]) expect(left === 0 || left >= LEAST).toBe(true);
      }
    }),
  );
  expect(named).toBeGreaterThan(0);
});

it('names each of them where nothing is small, and of the assignment’s authorities alone', () => {
  const tables = [
    counted('sender', [
      ['a', 20],
      ['b', 30],
      ['other', 9],
    ]),
    counted('ground', [
      ['X', 40],
      ['Y', 19],
    ]),
    counted('soleGround', [
      ['a X', 20],
      ['other Y', 9],
    ]),
  ];
  expect(toldOf(tables, OWN).find(({ of }) => of === 'soleGround')).toEqual({
    of: 'soleGround',
    rows: [{ key: 'a X', count: 20 }],
    total: 20,
  });
});
