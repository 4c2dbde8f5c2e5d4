import { expect, it } from '@jest/globals';
import { EventLog } from '#platform';
import { QuarantineDepth } from './quarantine-depth.js';

it('tells of every change, and once an hour of what is still held', async () => {
  const lines: { readonly event: string; readonly count?: number }[] = [];
  const log = new EventLog('exchange', 'info', { write: (line) => void lines.push(JSON.parse(line) as never) });
  let [held, at] = [0, 0];
  const depth = new QuarantineDepth(
    () => Promise.resolve({ held, oldestMs: held * 1_000 }),
    log,
    () => new Date(at),
  );
  const told = async (): Promise<readonly (readonly [string, number | undefined])[]> => {
    lines.length = 0;
    await depth.look();
    return lines.map(({ event, count }) => [event, count] as const);
  };
  expect(await told()).toEqual([]);
  held = 2;
  expect(await told()).toEqual([['quarantine.held', 2]]);
  expect(await told()).toEqual([]);
  at += 60 * 60_000;
  expect(await told()).toEqual([['quarantine.held', 2]]);
  held = 1;
  expect(await told()).toEqual([['quarantine.held', 1]]);
  held = 0;
  expect(await told()).toEqual([['quarantine.empty', undefined]]);
  at += 60 * 60_000;
  expect(await told()).toEqual([]);
});
