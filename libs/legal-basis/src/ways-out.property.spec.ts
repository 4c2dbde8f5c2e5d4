import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyWay, supposeAll } from './apply-way.js';
import { anyInput } from './arbitraries.js';
import { check } from './check.js';
import { inForce } from './dates.js';
import { explain } from './explain.js';
import { standingsOf } from './candidates.js';
import { indexOf } from './rule-index.js';
import { standingOf } from './standing.js';
import { outcomeOf, waysOut } from './ways-out.js';
import type { CheckInput, Verdict } from './types.js';

const RUNS = { numRuns: 600 };
const leadsToPermit = (input: CheckInput): boolean => {
  let variant = input;
  let verdict: Verdict = check(input);
  for (let round = 0; round < 3 && verdict.outcome === 'assess'; round++) {
    variant = supposeAll(variant, verdict.missing);
    verdict = check(variant);
  }
  return verdict.outcome === 'permit';
};

describe('ways out, over random claims', () => {
  test('an outcome is told exactly where answers that pass lead to a permit', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        expect(outcomeOf(input) !== undefined).toBe(leadsToPermit(input));
      }),
      { numRuns: 3000 },
    );
  });

  test('every way does what it says, and none is told beside one', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(anyInput(), (input) => {
        const verdict = check(input);
        const { ways } = waysOut(verdict, input);
        if (verdict.outcome === 'permit') return expect(ways).toEqual([]);
        expect(ways.length).toBeGreaterThan(0);
        for (const way of ways) {
          kinds.add(way.kind);
          if (way.kind === 'none') {
            expect(ways).toHaveLength(1);
            continue;
          }
          const applied = applyWay(input, way);
          expect(outcomeOf(applied)).toBe(way.outcome);
          expect(leadsToPermit(applied)).toBe(true);
        }
      }),
      RUNS,
    );
    expect(kinds.size).toBeGreaterThan(3);
  });

  test('no way changes what is so, nor clears a protected identity by leaving it out', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        const index = indexOf(input.ruleSet);
        for (const way of waysOut(check(input), input).ways) {
          const { bases: _b, items, assessments: _a, derived, ...world } = applyWay(input, way).claims;
          const { bases: _ob, items: before, assessments: _oa, derived: known, ...same } = input.claims;
          const traced = before.some(({ id, secrecy }) => way.items?.includes(id) && index.protectsIdentity(secrecy));
          expect(world).toEqual(same);
          expect(derived).toEqual(traced ? { ...known, protectedIdentity: 'marked' } : known);
          expect(before).toEqual(expect.arrayContaining([...items]));
        }
      }),
      RUNS,
    );
  });

  test('only bases that purpose or parties bar are left out of the search', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        const sender = input.directory.authority(input.sender);
        const recipient = input.directory.authority(input.recipient);
        if (sender === undefined || recipient === undefined) return;
        const looked = new Set(standingsOf(input, { sender, recipient }).map(({ basis }) => basis));
        const barring = ['PURPOSE_NOT_COVERED', 'SENDER_NOT_COVERED', 'RECIPIENT_NOT_COVERED'];
        for (const { rule } of [...indexOf(input.ruleSet).bases.values()].flat()) {
          if (!inForce(rule, input.on) || looked.has(rule.id)) continue;
          const { obstacles } = standingOf({ id: rule.id }, input, { sender, recipient }, indexOf(input.ruleSet));
          expect(obstacles.some(({ code }) => barring.includes(code))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a question of fact is put as a question, in both languages', () => {
    const asked = new Set<string>();
    fc.assert(
      fc.property(anyInput(), (input) => {
        const verdict = check(input);
        for (const lang of ['sv', 'en'] as const)
          for (const { fact, text } of explain(verdict, input, lang).questions) {
            asked.add(fact);
            expect(text).toMatch(/\?/);
          }
      }),
      RUNS,
    );
    expect(asked).toContain('request');
  });
});
