import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { canonicalize } from '#json';
import { check } from './check.js';
import { inputOf } from './fixtures.js';
import { ruleSetDigest, ruleSets } from './released.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

test('what was released once is as it was', () => {
  const [first] = ruleSets;
  expect(first?.number).toBe(1);
  expect(first === undefined ? '' : ruleSetDigest(first, sha256)).toBe('4jUjQc6iOzselFrXgSybUkBQ0Fs3guSOUtsHtHnJFmw');
});

test('numbers and dates rise, and no engine is demanded that this build lacks', () => {
  const numbers = ruleSets.map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  const dates = ruleSets.map(({ date }) => date);
  expect(dates).toEqual([...dates].sort());
});

test('an engine older than the set demands computes nothing', () => {
  const [, second] = ruleSets;
  const input = inputOf(
    { from: 'fk/kontroll', to: 'polis/noa', bases: ['OSL-10-27'], secrecy: ['28:1'] },
    undefined,
    second,
  );
  expect(() => check(input, 1)).toThrow('ENGINE_TOO_OLD');
  expect(check(input, 2).outcome).toBe('permit');
});

/**
 * Adoptions name versions by id, so what an authority has adopted must not become another rule under the same id. What only tells more of the
 * text may change. Excepted: the four wordings of lag (2008:206) 3 §, which set 2 made stricter before anybody had adopted them outside a sandbox.
 */
const MAY_CHANGE = [
  'until',
  'confirmedFrom',
  'confirmedUntil',
  'source',
  'certainty',
  'titleSv',
  'titleEn',
  'readings',
];
const STRICTER_IN_SET_2 = ['2008-06-01', '2020-01-01', '2024-01-01', '2026-01-01'].map(
  (from) => `LUF-2008-206-3@${from}`,
);

test('no version that was released once says something else in a later set', () => {
  const altered = ruleSets.flatMap((earlier, at) =>
    ruleSets.slice(at + 1).flatMap((later) =>
      earlier.versions.flatMap((version) => {
        const same = later.versions.find(({ id, from }) => id === version.id && from === version.from);
        const rule = (of: object | undefined): string =>
          canonicalize(Object.fromEntries(Object.entries(of ?? {}).filter(([member]) => !MAY_CHANGE.includes(member))));
        return rule(version) === rule(same) ? [] : [`${version.id}@${version.from}`];
      }),
    ),
  );
  expect(altered).toEqual(STRICTER_IN_SET_2);
});
