import { expect, it } from '@jest/globals';
import { EventLog } from '#platform';
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
const aReleaser = (all: number, poison: number, error: Error) => {
  const done: string[] = [];
  let told = 0;
  const waiting = Array.from({ length: all }, (_, i): Waiting => ({ entryId: `entry-${i}`, is: 'decision' }));
  const isPoison = ({ entryId }: Waiting): boolean => Number(entryId.split('-')[1]) < poison;
  const releasing = {
    waiting: (limit: number) =>
      Promise.resolve(waiting.filter(({ entryId }) => !done.includes(entryId)).slice(0, limit)),
    // One that cannot be released rolls back what the others did in the same transaction.
    releaseAll: (_: unknown, all: readonly Waiting[]) => {
      if (all.some(isPoison)) return Promise.reject(error);
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
  const releaser = new Rounds(releasing, proofs, new EventLog('test', 'silent'), () => void (told += 1));
  return { releaser, done, told: () => told };
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
  expect(told()).toBe(3);
  expect(await releaser.once()).toBeGreaterThan(0);
});
