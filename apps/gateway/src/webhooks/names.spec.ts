import { describe, expect, it } from '@jest/globals';
import { Names } from './names.js';
import type { Ask } from './names.js';

const FOUND = [{ address: '8.8.8.8', family: 4 }];
const outcome = (asked: Promise<unknown>): Promise<unknown> =>
  asked.catch((error: unknown) => (error as { readonly code?: string }).code ?? (error as Error).name);

describe('names', () => {
  let at = 0;
  const names = (ask: Ask, timeoutMs = 10_000): Names =>
    new Names(ask, () => new Date(at), { atOnce: 2, timeoutMs, restMs: 10_000 });

  it('that are never answered for keep no other waiting, are waited for so long, and rest then', async () => {
    const asked: string[] = [];
    const own = names((hostname) => {
      asked.push(hostname);
      return hostname === 'dead' ? new Promise(() => undefined) : Promise.resolve(FOUND);
    }, 50);
    const dead = [own.resolve('dead'), own.resolve('dead'), own.resolve('dead')].map(outcome);
    expect(await own.resolve('good')).toEqual(FOUND);
    expect(await own.resolve('other')).toEqual(FOUND);
    expect(await Promise.all(dead)).toEqual(['NameLeadsNowhere', 'NameLeadsNowhere', 'NameLeadsNowhere']);
    expect(await outcome(own.resolve('dead'))).toBe('NameLeadsNowhere');
    expect(asked).toEqual(['dead', 'good', 'other']);
  });

  it('are asked for so many at once, and each once for all who ask meanwhile', async () => {
    const waiting: (() => void)[] = [];
    const asked: string[] = [];
    const own = names((hostname) => {
      asked.push(hostname);
      return new Promise((resolve) => waiting.push(() => resolve(FOUND)));
    });
    const all = Promise.all(['a', 'a', 'b', 'c', 'a'].map((name) => own.resolve(name)));
    expect(asked).toEqual(['a', 'b']);
    waiting.shift()?.();
    while (asked.length < 3) await new Promise((resolve) => setImmediate(resolve));
    for (const one of waiting) one();
    expect(await all).toEqual([FOUND, FOUND, FOUND, FOUND, FOUND]);
    expect(asked).toEqual(['a', 'b', 'c']);
  });

  it('that wait behind two that are never answered for are asked for in the end, and have their own time', async () => {
    const free: (() => void)[] = [];
    const own = names(
      (hostname) =>
        hostname === 'good'
          ? Promise.resolve(FOUND)
          : new Promise((_, reject) => free.push(() => reject(new Error('gave up')))),
      50,
    );
    const dead = [own.resolve('dead-1'), own.resolve('dead-2')].map(outcome);
    const good = outcome(own.resolve('good'));
    expect(await Promise.all(dead)).toEqual(['NameLeadsNowhere', 'NameLeadsNowhere']);
    await new Promise((resolve) => setImmediate(resolve));
    for (const one of free) one();
    expect(await good).toEqual(FOUND);
    expect(await own.resolve('good')).toEqual(FOUND);
  });

  it('are taken back when they were waited for long enough', async () => {
    const own = names(
      (hostname, over) =>
        hostname === 'good'
          ? Promise.resolve(FOUND)
          : new Promise((_, reject) => over.addEventListener('abort', () => reject(new Error('taken back')))),
      50,
    );
    const late = ['dead-1', 'dead-2', 'dead-3', 'dead-4', 'dead-5'].map((name) => outcome(own.resolve(name)));
    expect(await Promise.all(late)).toHaveLength(5);
    expect(await own.resolve('good')).toEqual(FOUND);
  });

  it('that lead nowhere are asked for again after some seconds, and others each time', async () => {
    let asked = 0;
    let isThere = false;
    const own = names(() => {
      asked += 1;
      return isThere ? Promise.resolve(FOUND) : Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    });
    expect(await outcome(own.resolve('new'))).toBe('ENOTFOUND');
    isThere = true;
    expect(await outcome(own.resolve('new'))).toBe('NameLeadsNowhere');
    at += 10_000;
    expect(await own.resolve('new')).toEqual(FOUND);
    expect(await own.resolve('new')).toEqual(FOUND);
    expect(asked).toBe(3);
  });
});
