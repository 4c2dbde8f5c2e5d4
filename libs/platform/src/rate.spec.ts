import { expect, it } from '@jest/globals';
import { ProblemError } from './problem.js';
import { Rate } from './rate.js';

it('stops whoever acts too often, nobody else, and nobody for longer than a minute', () => {
  let at = 1_000;
  const rate = new Rate(2, () => new Date(at));
  const limited = (who: string) => {
    try {
      rate.take(who);
      return false;
    } catch (error) {
      return error instanceof ProblemError && error.code === 'rate-limited' && error.status === 429;
    }
  };
  expect([limited('a'), limited('a'), limited('a'), limited('b')]).toEqual([false, false, true, false]);
  at += 59_999;
  expect(limited('a')).toBe(true);
  at += 1;
  expect([limited('a'), limited('a'), limited('a')]).toEqual([false, false, true]);
  at -= 3_600_000;
  expect(limited('a')).toBe(false);
});

it('says when to come again', () => {
  let at = 1_000;
  const rate = new Rate(1, () => new Date(at));
  rate.take('a');
  at += 20_500;
  expect(() => rate.take('a')).toThrow(expect.objectContaining({ options: { retryAfter: 40 } }));
});
