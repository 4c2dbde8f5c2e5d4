import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Beats, HangError } from './beats.js';

const BEAT_MS = 5_000;
const never = (): Promise<never> => new Promise<never>(() => undefined);

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** @returns how the work ended, or that it has not, after so many beats */
const after = async (beats: Beats, count: number, work: Promise<unknown> = never()): Promise<string> => {
  let ended = 'waits';
  void beats.within(3, work).then(
    () => (ended = 'done'),
    (error: unknown) => (ended = error instanceof HangError ? 'hangs' : 'failed'),
  );
  await jest.advanceTimersByTimeAsync(count * BEAT_MS);
  return ended;
};

it('waits three beats of a store that answers, and not the fourth', async () => {
  const beats = new Beats(() => Promise.resolve());
  expect([await after(beats, 2), await after(beats, 3)]).toEqual(['waits', 'hangs']);
  expect(jest.getTimerCount()).toBe(0);
});

it.each<[string, () => Promise<unknown>]>([
  ['slow', () => new Promise((resolve) => setTimeout(resolve, 1_500))],
  ['away', () => Promise.reject(new Error('away'))],
  ['silent', never],
])('calls nothing a hang while the store is %s', async (_, answers) => {
  expect(await after(new Beats(answers), 100)).toBe('waits');
});

it('gives what the work gave', async () => {
  const beats = new Beats(() => Promise.resolve());
  expect(await after(beats, 0, Promise.resolve())).toBe('done');
  expect(await after(beats, 0, Promise.reject(new Error('of its own')))).toBe('failed');
  expect(jest.getTimerCount()).toBe(0);
});
