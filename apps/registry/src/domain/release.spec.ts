import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { canonicalBytes } from '#json';
import { ruleSetBytes, ruleSets } from '#legal-basis';
import type { RuleSet } from '#legal-basis';
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
const outcome = (bytes: Uint8Array | undefined, change: Partial<ReleasedRuleSet> = {}): string => {
  try {
    assertReleasable(stated(bytes ?? ruleSetBytes(newest), change), bytes);
    return 'taken';
  } catch (error) {
    if (error instanceof ReleaseRefused) return error.code;
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
});
