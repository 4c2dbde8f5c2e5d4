import { expect, it } from '@jest/globals';
import type { OverdueDelivery } from './ports/handling.js';
import { WatchHandling } from './watch-handling.js';

const NONE = { told: [], isMore: false };
const now = (): Date => new Date(0);
const one = (messageId: string): OverdueDelivery => ({ messageId, what: 'accepted' });
const round = async (watching: WatchHandling) => {
  const [told, failed]: [string[], string[]] = [[], []];
  for await (const { authority, messageId } of watching.alarms((_error, of) => void failed.push(of)))
    told.push(`${authority} ${messageId}`);
  return { told, failed };
};

it('tells each authority what it waits for, whatever another met, or it itself in looking for clocks', async () => {
  const store = {
    keepClocks: async (authority: string) => {
      if (authority === 'a/b') throw new Error('too many');
      return undefined;
    },
    alarm: async (authority: string) => {
      if (authority === 'a/a') throw new Error('too many');
      return { told: [one('m')], isMore: false };
    },
  };
  const watching = new WatchHandling(store, () => ['a/a', 'a/b', 'a/c'], now);
  expect(await round(watching)).toEqual({ told: ['a/b m', 'a/c m'], failed: ['a/a', 'a/b'] });
});

it('has told what came before that which failed', async () => {
  let pages = 0;
  const alarm = async () => {
    pages += 1;
    if (pages === 2) throw new Error('too many');
    return { told: [one('m')], isMore: true };
  };
  const watching = new WatchHandling({ keepClocks: async () => undefined, alarm }, () => ['a/a'], now);
  expect(await round(watching)).toEqual({ told: ['a/a m'], failed: ['a/a'] });
});

it('goes on page by page, also where nothing on one is told, and not for ever in one round', async () => {
  let left = 25;
  const alarm = async () => {
    left -= 1;
    return { told: left % 2 === 0 ? [one(String(left))] : [], isMore: left > 0 };
  };
  const watching = new WatchHandling({ keepClocks: async () => undefined, alarm }, () => ['a/a'], now);
  expect((await round(watching)).told).toHaveLength(10);
  expect(left).toBe(5);
  expect((await round(watching)).told).toEqual(['a/a 4', 'a/a 2', 'a/a 0']);
});

it('looks for deliveries without clocks in every round, from where the last one came to', async () => {
  const asked: (string | undefined)[] = [];
  let last = 2;
  const keepClocks = async (_authority: string, after: string | undefined) => {
    asked.push(after);
    const next = Number(after ?? 0) + 1;
    return next > last ? undefined : String(next);
  };
  const watching = new WatchHandling({ keepClocks, alarm: async () => NONE }, () => ['a/a'], now);
  await round(watching);
  last = 3;
  await round(watching);
  expect(asked).toEqual([undefined, '1', '2', '2', '3']);
  last = 100;
  await round(watching);
  expect(asked.slice(5)).toHaveLength(20);
});
