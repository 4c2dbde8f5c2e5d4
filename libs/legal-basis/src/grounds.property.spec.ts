import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { claiming, supposeAll } from './apply-way.js';
import { anyInput } from './arbitraries.js';
import { check, verdictCodes } from './check.js';
import { inForce } from './dates.js';
import { explainGround } from './explain.js';
import { groundsFor } from './grounds.js';
import { newestRuleSet } from './fixtures.js';
import type { CheckInput, Obstacle, Verdict } from './types.js';

const RUNS = { numRuns: 1000 };
const ruleSet = newestRuleSet();
const claimed = (input: CheckInput, bases: readonly string[]): CheckInput =>
  claiming(
    input,
    bases.map((id) => ({ id })),
  );
const carries = (input: CheckInput, bases: readonly string[]): boolean =>
  check(claimed(input, bases)).outcome !== 'deny';
const basesOn = (on: string): readonly string[] =>
  ruleSet.versions.filter((rule) => inForce(rule, on)).map(({ id }) => id);
/** One item that the general clause does not reach (26:1), and one whose secrecy nobody can waive by consent (19:3). */
const anyMixed = (): fc.Arbitrary<CheckInput> =>
  anyInput().map((input) => {
    const items = [
      { id: 'subject', dataCategory: 'person-identity', about: 'subject', known: 'own-case', secrecy: ['26:1'] },
      { id: 'payment', dataCategory: 'benefit-case', about: 'company', known: 'own-case', secrecy: ['19:3-st1'] },
    ];
    return { ...input, claims: { ...input.claims, items } };
  });
const obstaclesOf = (input: CheckInput, id: string): readonly Obstacle[] => {
  const verdict = check(claimed(input, [id]));
  return verdict.outcome === 'permit' ? [] : verdict.obstacles;
};
/** What the check says once people have done all that they can do. */
const settled = (input: CheckInput): Verdict => {
  let variant = input;
  let verdict = check(input);
  for (let round = 0; round < 3 && verdict.outcome === 'assess'; round++) {
    variant = supposeAll(variant, verdict.missing);
    verdict = check(variant);
  }
  return verdict;
};

describe('the grounds of a message, over random claims', () => {
  test('are all the bases that carry it alone, and no others', () => {
    let found = 0;
    fc.assert(
      fc.property(anyInput(), (input) => {
        const alone = basesOn(input.on).filter((id) => carries(input, [id]));
        const grounds = groundsFor(input);
        const single = grounds.filter(({ bases }) => bases.length === 1).flatMap(({ bases }) => bases);
        expect([...single].sort()).toEqual([...alone].sort());
        if (alone.length > 0) expect(grounds).toHaveLength(alone.length);
        found += grounds.length;
      }),
      RUNS,
    );
    expect(found).toBeGreaterThan(100);
  });

  test('are two together where none carries it alone and two do', () => {
    let found = 0;
    fc.assert(
      fc.property(anyMixed(), (input) => {
        const grounds = groundsFor(input);
        if (grounds.some(({ bases }) => bases.length === 1)) return;
        // The others fall for the message as a whole.
        const all = basesOn(input.on).filter((id) => obstaclesOf(input, id).every(({ item }) => item !== undefined));
        const pairs = all
          .flatMap((a, at) => all.slice(at + 1).map((b) => [a, b]))
          .filter((bases) => carries(input, bases));
        if (pairs.length === 0) return expect(grounds.every(({ bases }) => bases.length > 2)).toBe(true);
        expect(grounds.map(({ bases }) => bases.join(' '))).toEqual(
          expect.arrayContaining(pairs.map((pair) => pair.join(' '))),
        );
        found += 1;
      }),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(10);
  });

  test('do what they say: outcome, force, clock, and what is missing', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        for (const ground of groundsFor(input)) {
          const { bases, versions, outcome, kind, force, clock, verdict } = ground;
          const variant = claimed(input, bases);
          const again = check(variant);
          expect(verdictCodes(again)).toEqual(verdictCodes(verdict));
          expect(again).toMatchObject({ outcome, ...(kind === undefined ? {} : { kind }) });
          expect([...versions].sort()).toEqual([...again.versions].sort());
          const after = settled(variant);
          if (after.outcome === 'permit') expect({ force: after.force, clock: after.clock }).toEqual({ force, clock });
          if (bases.length > 1)
            for (const id of bases)
              expect(
                carries(
                  input,
                  bases.filter((one) => one !== id),
                ),
              ).toBe(false);
        }
      }),
      RUNS,
    );
  });

  test('do not depend on the bases that are claimed', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        expect(groundsFor(claimed(input, []))).toEqual(groundsFor(input));
      }),
      RUNS,
    );
  });

  test('come with duties first, then by what is left to do', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        const order = groundsFor(input).map(({ force, outcome }) => [
          force === 'duty' ? 0 : 1,
          outcome === 'permit' ? 0 : 1,
        ]);
        expect(order).toEqual([...order].sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d));
      }),
      RUNS,
    );
  });

  test('are told in both languages, with citations, and what is asked as questions', () => {
    fc.assert(
      fc.property(anyInput(), fc.constantFrom('sv' as const, 'en' as const), (input, lang) => {
        for (const ground of groundsFor(input)) {
          const { text, citations, missing } = explainGround(ground, input, lang);
          expect(text).toMatch(/\.$/);
          expect(citations.map(({ version }) => version)).toEqual(ground.versions);
          expect(missing.length > 0).toBe(ground.outcome === 'assess');
          for (const one of missing) expect(one.text).toMatch(/\?/);
        }
      }),
      RUNS,
    );
  });
});
