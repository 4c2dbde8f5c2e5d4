import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { EventLog, UNSEEN_MS } from '#platform';
import { OutboxRoom } from './outbox-room.js';

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => void jest.useRealTimers());

it('has room for so long as what was seen last may stand, and none when nobody could look for longer', async () => {
  let answer = () => Promise.resolve([{ count: 1, bytes: '2', age: 0 }]);
  const query = (): Promise<never> => answer() as Promise<never>;
  const limits = { messages: 3, bytes: 1_000, lateMs: 30_000 };
  const room = new OutboxRoom({ query }, 's', limits, new EventLog('test', 'silent'));
  // Before the first look nobody knows.
  expect(room.fault()).toBe('unseen');
  room.start();
  await jest.advanceTimersByTimeAsync(2_000);
  expect([room.fault(), room.count()]).toEqual([undefined, 1]);
  answer = () => Promise.reject(new Error('away'));
  await jest.advanceTimersByTimeAsync(UNSEEN_MS - 2_000);
  expect(room.fault()).toBeUndefined();
  await jest.advanceTimersByTimeAsync(3_000);
  expect([room.fault(), room.count(), room.age()]).toEqual(['unseen', undefined, undefined]);
  // Nor by an answer that does not come.
  let come: () => void = () => undefined;
  answer = () => new Promise((resolve) => (come = () => resolve([{ count: 2, bytes: '4', age: 0 }])));
  await jest.advanceTimersByTimeAsync(2 * UNSEEN_MS);
  expect(room.fault()).toBe('unseen');
  // What it says then is of long ago; the next look is of now.
  come();
  answer = () => Promise.resolve([{ count: 2, bytes: '4', age: 0 }]);
  await jest.advanceTimersByTimeAsync(0);
  expect(room.fault()).toBe('unseen');
  await jest.advanceTimersByTimeAsync(2_000);
  expect([room.fault(), room.count()]).toEqual([undefined, 2]);
  const stopped = room.stop();
  await jest.advanceTimersByTimeAsync(2_000);
  await stopped;
});
