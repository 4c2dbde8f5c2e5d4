import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { alteredVersions } from './altered-versions.js';
import { check } from './check.js';
import { inputOf } from './fixtures.js';
import { ruleSetDigest, ruleSets } from './released.js';
import type { BasisVersion, RuleSet } from './types.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** A change of what stands here is another set: it gets the next number. */
const RELEASED = ['4jUjQc6iOzselFrXgSybUkBQ0Fs3guSOUtsHtHnJFmw', 'w7J_XuC679kcMpuXu1nLMBEqKJd3GHiHfOrIEkN8gDg'];

test('what was released once is as it was', () => {
  expect(ruleSets.map((ruleSet) => ruleSetDigest(ruleSet, sha256))).toEqual(RELEASED);
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

const altered = (later: RuleSet): readonly string[] => ruleSets.flatMap((earlier) => alteredVersions(earlier, later));

test('no version that was released once says something else in a later set', () => {
  expect(
    ruleSets.flatMap((earlier, at) => ruleSets.slice(at + 1).flatMap((set) => alteredVersions(earlier, set))),
  ).toEqual([]);
});

test.each<[string, boolean, (version: BasisVersion) => BasisVersion | undefined]>([
  ['another purpose', true, (version) => ({ ...version, points: { '-': ['*'] } })],
  ['a member to come', true, (version) => ({ ...version, news: 1 }) as BasisVersion],
  ['a version that is gone', true, () => undefined],
  ['an end that comes', false, (version) => ({ ...version, until: '2027-01-01' })],
  ['a text that was read again', false, (version) => ({ ...version, confirmedUntil: '2027-01-01' })],
])('%s counts as altered: %s', (_, counts, change) => {
  const newest = ruleSets.at(-1) as RuleSet;
  const versions = newest.versions.flatMap((version) => (version.id === 'BBL-6' ? (change(version) ?? []) : version));
  expect(new Set(altered({ ...newest, versions }))).toEqual(new Set(counts ? ['BBL-6@2020-01-01'] : []));
});

test('a version that ended holds for no longer', () => {
  const newest = ruleSets.at(-1) as RuleSet;
  const { id, from } = newest.versions.find(({ until }) => until !== undefined) as BasisVersion;
  const with_ = (until: string): RuleSet => ({
    ...newest,
    versions: newest.versions.map((one) => (one.id === id && one.from === from ? { ...one, until } : one)),
  });
  expect(altered(with_('2999-01-01'))).toContain(`${id}@${from}`);
  expect(altered(with_(newest.versions.find((one) => one.id === id && one.from === from)?.until ?? ''))).toEqual([]);
});
