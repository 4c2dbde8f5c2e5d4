import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { canonicalBytes } from '#json';
import { ruleSetBytes, ruleSets } from '#legal-basis';
import type { BasisVersion, RuleSet } from '#legal-basis';
import type { ReleasedRuleSet } from '#snapshot';
import { ReleaseRefused, assertReleasable } from './release.js';

const newest = ruleSets.at(-1) as RuleSet;
const stated = (bytes: Uint8Array, change: Partial<ReleasedRuleSet> = {}): ReleasedRuleSet => ({
  number: newest.number,
  date: newest.date,
  engineVersion: newest.engine ?? 1,
  sha256: createHash('sha256').update(bytes).digest('base64url'),
  ...change,
});
const outcome = (
  bytes: Uint8Array | undefined,
  change: Partial<ReleasedRuleSet> = {},
  earlier: readonly Uint8Array[] = [],
): string => {
  try {
    assertReleasable(stated(bytes ?? ruleSetBytes(newest), change), bytes, earlier);
    return 'taken';
  } catch (error) {
    if (error instanceof ReleaseRefused) return [error.code, ...error.versions].join(' ');
    throw error;
  }
};

describe('a release', () => {
  it('is taken with the rule set that it names', () => {
    expect(outcome(ruleSetBytes(newest))).toBe('taken');
  });

  it('is not taken without', () => {
    expect(outcome(undefined)).toBe('RULE_SET_NOT_HELD');
  });

  it.each<[string, Partial<ReleasedRuleSet>]>([
    ['number', { number: newest.number + 1 }],
    ['date', { date: '2020-01-01' }],
    ['engine version', { engineVersion: 1 }],
    ['digest', { sha256: 'A'.repeat(43) }],
  ])('is not taken when its %s is another', (_, change) => {
    expect(outcome(ruleSetBytes(newest), change)).toBe('RULE_SET_MISMATCH');
  });

  it('is not taken with a rule set that no engine could apply', () => {
    expect(outcome(canonicalBytes({ ...newest, versions: [] }))).toBe('RULE_SET_INVALID');
    expect(outcome(Buffer.from('{}'))).toBe('RULE_SET_INVALID');
  });

  it('is taken for an engine to come, whose members are not known here', () => {
    expect(outcome(canonicalBytes({ ...newest, engine: 99, news: true }), { engineVersion: 99 })).toBe('taken');
  });

  describe('after others', () => {
    const number = newest.number + 1;
    const BASIS = 'SOL-15-11';
    const id = `${BASIS}@2025-07-01`;
    const next = (change: (version: BasisVersion) => object | readonly object[]): RuleSet => ({
      ...newest,
      number,
      versions: newest.versions.flatMap((one) => (one.id === BASIS ? change(one) : one)) as BasisVersion[],
    });
    const released = (ruleSet: object, change: Partial<ReleasedRuleSet> = {}, earlier: readonly Uint8Array[] = []) =>
      outcome(canonicalBytes(ruleSet), { number, ...change }, earlier);

    it('is taken with a version that ends, and the one that follows it', () => {
      const amended = next((one) => [
        { ...one, until: '2027-01-01' },
        { ...one, from: '2027-01-01', points: { '-': ['supervision'] } },
      ]);
      expect(released(amended)).toBe('taken');
    });

    it('is not taken when a version of this build says something else, or is gone', () => {
      const altered = next((one) => ({ ...one, points: { '-': ['supervision'] } }));
      expect(released(altered)).toBe(`BASIS_VERSION_ALTERED ${id}`);
      expect(released(next(() => []))).toBe(`BASIS_VERSION_ALTERED ${id}`);
    });

    it('is not taken when a version that was released here says something else', () => {
      const added = (purpose: string): RuleSet =>
        next((one) => [
          { ...one, until: '2027-01-01' },
          { ...one, from: '2027-01-01', points: { '-': [purpose] } },
        ]);
      const here = [ruleSetBytes(newest), ruleSetBytes(added('supervision'))];
      const later = { ...added('migration-case'), number: number + 1 };
      expect(released(later, { number: number + 1 }, here)).toBe(`BASIS_VERSION_ALTERED ${BASIS}@2027-01-01`);
      expect(released(later, { number: number + 1 }, here.slice(0, 1))).toBe('taken');
    });

    it('is not taken for an engine to come with what no engine here could read', () => {
      const altered = { ...next((one) => ({ ...one, news: true })), engine: 99 };
      expect(released(altered, { engineVersion: 99 })).toBe(`BASIS_VERSION_ALTERED ${id}`);
      expect(released({ ...newest, number, engine: 99, versions: 'none' }, { engineVersion: 99 })).toBe(
        'RULE_SET_INVALID',
      );
    });
  });
});
