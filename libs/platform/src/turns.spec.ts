import { expect, it } from '@jest/globals';
import { Turns } from './turns.js';

it('lets so many work at a time, in the order in which they came, and whoever fails makes room too', async () => {
  const turns = new Turns(2);
  const began: number[] = [];
  const ends: (() => void)[] = [];
  const works = Array.from({ length: 5 }, (_, nth) =>
    turns.take(async () => {
      began.push(nth);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (nth === 0) throw new RangeError('failed');
      return nth;
    }),
  );
  const outcomes = Promise.allSettled(works);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await turn();
  expect(began).toEqual([0, 1]);
  ends[0]?.();
  await turn();
  expect(began).toEqual([0, 1, 2]);
  for (let nth = 1; nth < 5; nth += 1) {
    ends[nth]?.();
    await turn();
  }
  expect(began).toEqual([0, 1, 2, 3, 4]);
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', ...began.slice(1).map(() => 'fulfilled')]);
  expect(await turns.take(() => Promise.resolve('free'))).toBe('free');
});
