import { expect, it } from '@jest/globals';
import { EventLog } from '#platform';
import { QueryFailedError } from 'typeorm';
import { NotYet, SetAside } from '../domain/errors.js';
import type { LedgerProofs } from '../operator/ledger-proofs.js';
import type { Waiting } from '../persistence/entry.store.js';
import type { ReleaseProven } from './release-proven.js';
import { Releaser } from './releaser.js';

class Rounds extends Releaser {
  once(): Promise<number> {
    return this.round();
  }
}

/** Releases in order; entries before `poison` throw. */
const aReleaser = (all: number, poison: number, error: Error, octets = 1000) => {
  const done: string[] = [];
  const pieces: number[] = [];
  let told = 0;
  const waiting = Array.from({ length: all }, (_, i): Waiting => ({
    entryId: `entry-${i}`,
    is: 'decision',
    line: `line-${i % 3}`,
    octets,
  }));
  const isPoison = ({ entryId }: Waiting): boolean => Number(entryId.split('-')[1]) < poison;
  const releasing = {
    waiting: (limit: number, except: readonly string[] = []) =>
      Promise.resolve(
        waiting.filter(({ entryId }) => !done.includes(entryId) && !except.includes(entryId)).slice(0, limit),
      ),
    // One that cannot be released rolls back what the others did in the same transaction.
    releaseAll: (_: unknown, all: readonly Waiting[]) => {
      if (all.some(isPoison)) return Promise.reject(error);
      pieces.push(all.length);
      done.push(...all.map(({ entryId }) => entryId));
      return Promise.resolve(new Set(all.map(({ entryId }) => entryId)));
    },
    release: (one: Waiting) => {
      if (isPoison(one)) return Promise.reject(error);
      done.push(one.entryId);
      return Promise.resolve('released');
    },
  } as unknown as ReleaseProven;
  const proofs = {
    larger: () => Promise.resolve(1n),
    find: (ids: readonly string[]) => Promise.resolve(new Map(ids.map((id) => [id, 'proof']))),
  } as unknown as LedgerProofs;
  const releaser = new Rounds(
    releasing,
    proofs,
    new EventLog('test', 'silent'),
    () => void (told += 1),
    () => new Date(0),
  );
  return { releaser, done, pieces, told: () => told };
};

it.each<[string, Error]>([
  ['needs what is away', new NotYet('registry')],
  ['cannot have its ground seen any more', new SetAside('cooperation-not-opened')],
  ['fails as nobody foresaw', new Error('a permit without recipient or document')],
])('releases what stands behind any number of entries of which each %s', async (_, error) => {
  const { releaser, done, told } = aReleaser(60, 20, error);
  expect(await releaser.once()).toBe(0);
  expect(done).toHaveLength(40);
  expect(told()).toBe(1);
  // Nothing but what cannot be released is left: it is asked about again after a pause.
  expect(await releaser.once()).toBeGreaterThan(0);
});

it('releases in one transaction what stands, in rounds of as many as it asks for', async () => {
  const { releaser, done, told } = aReleaser(450, 0, new Error('nothing is wrong'));
  for (const most of [200, 400, 450]) {
    expect(await releaser.once()).toBe(0);
    expect(done).toHaveLength(most);
  }
  // What was released together the relay has had from `releaseAll`.
  expect(told()).toBe(0);
  expect(await releaser.once()).toBeGreaterThan(0);
});

it('releases no more octets in one transaction than can be written in time, and the largest alone', async () => {
  const { releaser, done, pieces } = aReleaser(12, 0, new Error('nothing is wrong'), 1_500_000);
  await releaser.once();
  expect(done).toHaveLength(12);
  expect(pieces).toEqual([2, 2, 2, 2, 2, 2]);
  const { releaser: other, pieces: single } = aReleaser(2, 0, new Error('nothing is wrong'), 9_000_000);
  await other.once();
  expect(single).toEqual([1, 1]);
});

it('releases apart what a statement that took too long would have released together, and tries all again when the database is away', async () => {
  const failed = (code: string) => new QueryFailedError('', [], Object.assign(new Error(code), { code }));
  const { releaser, done } = aReleaser(20, 5, failed('57014'));
  expect(await releaser.once()).toBe(0);
  expect(done).toHaveLength(15);
  const { releaser: other, done: none } = aReleaser(20, 5, failed('08006'));
  expect(await other.once()).toBeGreaterThan(0);
  expect(none).toEqual([]);
});

it('releases apart in the order of each case', async () => {
  const { releaser, done } = aReleaser(30, 1, new Error('one that cannot be released'));
  await releaser.once();
  expect(done).toHaveLength(29);
  for (const line of [0, 1, 2]) {
    const numbers = done.map((id) => Number(id.split('-')[1])).filter((nth) => nth % 3 === line);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  }
});

it('looks at what waits behind more entries than it asks for of which none can be released', async () => {
  const { releaser, done } = aReleaser(450, 400, new NotYet('registry'));
  for (let round = 0; round < 4; round += 1) await releaser.once();
  expect(done).toHaveLength(50);
});
