import { expect, it } from '@jest/globals';
import { Lane } from './lane.js';

/** Work that ends when it is told to. */
const work = (log: string[], name: string) => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const run = async (): Promise<void> => {
    log.push(name);
    await promise;
    log.push(`${name} ended`);
  };
  return { run, end: () => resolve(undefined) };
};

it('lets one that is alone wait for those in hand, and keeps others back meanwhile', async () => {
  const lane = new Lane();
  const log: string[] = [];
  const [first, alone, later] = [work(log, 'first'), work(log, 'alone'), work(log, 'later')];
  const all = [lane.beside(first.run), lane.alone(alone.run), lane.beside(later.run)];
  expect(log).toEqual(['first']);
  first.end();
  await all[0];
  alone.end();
  later.end();
  await Promise.all(all);
  expect(log).toEqual(['first', 'first ended', 'alone', 'alone ended', 'later', 'later ended']);
});

it('goes on after one that failed', async () => {
  const lane = new Lane();
  await expect(lane.alone(() => Promise.reject(new Error('of its own')))).rejects.toThrow('of its own');
  await expect(lane.beside(() => Promise.reject(new Error('its own too')))).rejects.toThrow('its own too');
  expect(await lane.beside(() => Promise.resolve(1))).toBe(1);
  expect(await lane.alone(() => Promise.resolve(2))).toBe(2);
  await lane.ended();
});
