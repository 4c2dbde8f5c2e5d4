import { describe, expect, it } from '@jest/globals';
import { canonicalBytes } from '#json';
import { EngineError } from './errors.js';
import { newestRuleSet } from './fixtures.js';
import { parseRuleSet } from './parse-rule-set.js';
import { ruleSetBytes, ruleSets } from './released.js';
import type { BasisVersion, RuleSet } from './types.js';

const codeOf = (bytes: Uint8Array): string => {
  try {
    parseRuleSet(bytes);
    return 'taken';
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
};
const base = newestRuleSet();
const of = (change: Partial<Record<keyof RuleSet, unknown>>): Uint8Array => canonicalBytes({ ...base, ...change });
const [first, ...others] = base.versions;
const version = (change: Partial<Record<keyof BasisVersion, unknown>>): Uint8Array =>
  of({ versions: [{ ...first, ...change }, ...others] });

describe('a rule set from elsewhere', () => {
  it.each(ruleSets.map((ruleSet) => [ruleSet.number, ruleSet] as const))(
    'is what was released: number %i',
    (_, ruleSet) => {
      expect(parseRuleSet(ruleSetBytes(ruleSet))).toEqual(ruleSet);
    },
  );

  it.each<[string, () => Uint8Array]>([
    ['another form of the same', () => Buffer.from(JSON.stringify(base, undefined, 1))],
    ['a member that this engine does not know', () => canonicalBytes({ ...base, more: true })],
    ['a member of a version that it does not know', () => canonicalBytes({ ...base, versions: [{ ...first, x: 1 }] })],
    ['no JSON', () => Buffer.from('{')],
    ['no object', () => canonicalBytes([])],
    ['no versions', () => of({ versions: [] })],
    ['a day that is none', () => of({ date: '2026-02-30' })],
    ['an unknown test', () => version({ tests: [{ test: 'TYCKANDE' }] })],
    ['no test at all', () => version({ tests: [] })],
    ['a test that not everybody is asked', () => version({ tests: [{ test: 'BEHOV', notOf: [{}] }] })],
    ['an unknown purpose', () => version({ points: { '-': ['curiosity'] } })],
    ['an unknown office', () => version({ tests: [{ test: 'BEHOV', offices: ['nagon'] }] })],
    ['an unknown fact', () => version({ requires: [{ fact: 'weather' }] })],
    ['an unknown question', () => version({ readings: [{ question: 'why' }] })],
    ['an unknown set', () => version({ reach: { excludes: ['SET-NONE'] } })],
    ['an unknown list', () => version({ sender: { any: [{ list: 'none' }] } })],
    ['an unknown group of crimes', () => version({ penalty: { rule: 'listed', groups: ['none'] } })],
    ['an end before the beginning', () => version({ from: '2026-01-01', until: '2026-01-01' })],
    ['two versions on one day', () => of({ versions: [first, ...base.versions] })],
    ['a basis that is none', () => of({ nonBases: [{ ...base.nonBases[0], id: first?.id }] })],
    ['two lists of one name', () => of({ lists: [...base.lists, base.lists[0]] })],
    [
      'a set in an unknown form',
      () => of({ sets: [...base.sets, { id: 'S', versions: [{ from: '2020-01-01', provisions: ['26'] }] }] }),
    ],
  ])('is refused with %s', (_, bytes) => {
    expect(codeOf(bytes())).toBe('RULE_SET_INVALID');
  });

  it('is told apart when it demands an engine to come, whatever else it holds', () => {
    expect(codeOf(of({ engine: 99, versions: 'new' }))).toBe('ENGINE_TOO_OLD');
  });
});
