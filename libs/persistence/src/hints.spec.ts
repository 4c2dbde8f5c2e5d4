import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { HintGiver } from './hints.js';

/** A database that answers when it is told to. */
const slow = () => {
  const asked: ((failed?: Error) => void)[] = [];
  const query = (() =>
    new Promise<void>((resolve, reject) => {
      asked.push((failed) => (failed === undefined ? resolve() : reject(failed)));
    })) as unknown as DataSource['query'];
  return { asked, hints: new HintGiver({ query }, 'ledger_pending') };
};
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
};

it('tells once for all that came in one turn, and once for all that came while it told', async () => {
  const { asked, hints } = slow();
  for (let n = 0; n < 5; n += 1) hints.tell();
  await turns();
  expect(asked).toHaveLength(1);
  for (let n = 0; n < 5; n += 1) hints.tell();
  asked[0]?.();
  await turns();
  expect(asked).toHaveLength(2);
  asked[1]?.();
  await hints.told();
  expect(asked).toHaveLength(2);
});

it('tells again later, also after a database that was away', async () => {
  const { asked, hints } = slow();
  hints.tell();
  await turns();
  asked[0]?.(new Error('away'));
  await hints.told();
  hints.tell();
  await turns();
  expect(asked).toHaveLength(2);
});
