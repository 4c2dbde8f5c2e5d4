import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalize, parseStrict } from '#json';
import { anyClaims, anyInput } from './arbitraries.js';
import { check, verdictCodes } from './check.js';
import { claimsBytes, parseClaims } from './claims.js';
import { directory } from './fixtures.js';
import type { CheckInput, Claims, RuleSet } from './types.js';

const withClaims = (input: CheckInput, claims: Partial<Claims>): CheckInput => ({
  ...input,
  claims: { ...input.claims, ...claims },
});
/** Permits are rare among random claims; the properties below must have met some. */
const RUNS = { numRuns: 1500 };

describe('check', () => {
  test('permits some of the generated claims, so that the properties say something', () => {
    const verdicts = fc.sample(anyInput(), { numRuns: 4000, seed: 7 }).map((input) => check(input).outcome);
    expect(verdicts.filter((outcome) => outcome === 'permit').length).toBeGreaterThan(10);
    expect(verdicts.filter((outcome) => outcome === 'assess').length).toBeGreaterThan(10);
  });

  test('never permits on versions that are no longer in force', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        // One day earlier or the very day: `until` is exclusive.
        const versions = input.ruleSet.versions.map((version) => ({
          ...version,
          until: version.from < input.on ? input.on : version.from,
        }));
        const lapsed: RuleSet = { ...input.ruleSet, versions };
        expect(check({ ...input, ruleSet: lapsed }).outcome).not.toBe('permit');
      }),
      RUNS,
    );
  });

  test('denies what holds an unknown code, whatever else it holds', () => {
    const spoil: readonly ((claims: Claims) => Partial<Claims>)[] = [
      () => ({ purpose: 'to-know' }),
      () => ({ messageType: 'gossip/1' }),
      () => ({ bases: [{ id: 'OSL-99-1' }] }),
      () => ({ bases: [] }),
      () => ({ items: [] }),
      (claims) => ({ items: claims.items.map((item) => ({ ...item, secrecy: [...item.secrecy, '99:1'] })) }),
      (claims) => ({ items: claims.items.map((item) => ({ ...item, dataCategory: 'rumours' })) }),
      (claims) => ({ items: claims.items.map((item) => ({ ...item, about: 'everyone' })) }),
      (claims) => ({ items: claims.items.map((item) => ({ ...item, known: 'guessed' })) }),
      (claims) => ({ facts: { ...claims.facts, hearsay: true } }),
      (claims) => ({ facts: { ...claims.facts, crime: 'overspending' } }),
      (claims) => ({ derived: { ...claims.derived, mood: 'bad' } }),
      (claims) => ({ derived: { ...claims.derived, benefit: 'free-lunch' } }),
      (claims) => ({ facts: { ...claims.facts, securityClassified: true } }),
      (claims) => ({ derived: { ...claims.derived, securityMarking: true } }),
    ];
    fc.assert(
      fc.property(anyInput(), fc.constantFrom(...spoil), (input, change) => {
        expect(check(withClaims(input, change(input.claims))).outcome).toBe('deny');
      }),
      RUNS,
    );
  });

  test('denies an unknown sender or recipient', () => {
    fc.assert(
      fc.property(anyInput(), fc.boolean(), (input, side) => {
        expect(check(side ? { ...input, sender: 'okand/namnd' } : { ...input, recipient: 'okand/namnd' }).outcome).toBe(
          'deny',
        );
      }),
      { numRuns: 300 },
    );
  });

  test('never turns deny into permit when an assessment is taken away', () => {
    fc.assert(
      fc.property(anyInput(), fc.nat(), (input, at) => {
        const { assessments } = input.claims;
        fc.pre(assessments.length > 0);
        const fewer = assessments.filter((_, index) => index !== at % assessments.length);
        const before = check(input).outcome;
        const after = check(withClaims(input, { assessments: fewer })).outcome;
        if (before === 'deny') expect(after).not.toBe('permit');
      }),
      { numRuns: 4000 },
    );
  });

  test('permits nothing without any assessment: an officer stands behind every disclosure', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        expect(check(withClaims(input, { assessments: [] })).outcome).not.toBe('permit');
      }),
      RUNS,
    );
  });

  test('permits nothing on a version the sender has not adopted', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        expect(check({ ...input, directory: directory({ adopted: () => false }) }).outcome).not.toBe('permit');
      }),
      RUNS,
    );
  });

  test('permits only when every provision of every item is carried', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        const verdict = check(input);
        fc.pre(verdict.outcome === 'permit');
        for (const item of input.claims.items) {
          const carried = verdict.carriedBy.filter((entry) => entry.item === item.id);
          expect(carried.some((entry) => entry.by !== 'INGET_MEN')).toBe(true);
          for (const provision of item.secrecy)
            expect(carried.some((entry) => entry.provision === provision)).toBe(true);
        }
      }),
      { numRuns: 100, maxSkipsPerRun: 1000 },
    );
  });

  test('does not depend on the order of bases or assessments', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        const turned = withClaims(input, {
          bases: [...input.claims.bases].reverse(),
          assessments: [...input.claims.assessments].reverse(),
        });
        expect(check(turned).outcome).toBe(check(input).outcome);
      }),
      RUNS,
    );
  });

  test('gives the same codes, byte for byte, for the same input', () => {
    fc.assert(
      fc.property(anyInput(), (input) => {
        const copy: CheckInput = {
          ...input,
          ruleSet: structuredClone(input.ruleSet),
          claims: structuredClone(input.claims),
        };
        expect(canonicalize(verdictCodes(check(copy)))).toBe(canonicalize(verdictCodes(check(input))));
      }),
      { numRuns: 200 },
    );
  });
});

describe('claims', () => {
  test('make a round trip through their canonical bytes', () => {
    fc.assert(
      fc.property(anyClaims(), (claims) => {
        expect(parseClaims(parseStrict(claimsBytes(claims)))).toEqual(claims);
      }),
      { numRuns: 300 },
    );
  });
});
