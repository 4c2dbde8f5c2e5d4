import fc from 'fast-check';
import { OFFICES, OUTCOMES, PURPOSES, TESTS } from './codes.js';
import { authorities, COOPERATION, directory, newestRuleSet } from './fixtures.js';
import { messageTypes } from './message-type.js';
import type { CheckInput, ClaimAssessment, ClaimItem, Claims, Facts } from './types.js';

/** Generators for this library's own property specs: claims from the closed lists, often near a permit. */
const ruleSet = newestRuleSet();
const basisIds = [...new Set(ruleSet.versions.map((version) => version.id))];
const versionIds = ruleSet.versions.map((version) => `${version.id}@${version.from}`);
const provisions = ruleSet.provisions.map((provision) => provision.id);
const ITEMS = ['subject', 'payment', 'circumstances~benefit-case'];

export const anyDate = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom('2026-11-24', '2025-12-01', '2025-11-30', '2025-04-01', '2025-03-31', '2024-07-01', '2020-01-01'),
    fc
      .date({ min: new Date('2008-01-01'), max: new Date('2028-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
  );
const anyItem = (id: string): fc.Arbitrary<ClaimItem> =>
  fc.record({
    id: fc.constant(id),
    dataCategory: fc.constantFrom(
      'benefit-case',
      'person-identity',
      'paid-financial-assistance',
      'school-record',
      'undeclared-free-text',
    ),
    about: fc.constantFrom('subject', 'company', 'informant'),
    known: fc.constantFrom('own-case', 'told'),
    secrecy: fc.oneof(
      { weight: 4, arbitrary: fc.subarray(['26:1', '28:1', '27:1', '30:20', '23:2', '31:16'], { maxLength: 2 }) },
      { weight: 1, arbitrary: fc.subarray(provisions, { maxLength: 2 }) },
    ),
  });
export const anyAssessment = (): fc.Arbitrary<ClaimAssessment> =>
  fc.constantFrom(...TESTS).chain((test) =>
    fc.record({
      id: fc.uuid(),
      test: fc.constant(test),
      outcome: fc.oneof(
        { weight: 4, arbitrary: fc.constant(OUTCOMES[test].passes) },
        { weight: 1, arbitrary: fc.constant(OUTCOMES[test].stops) },
      ),
      basis: fc.constantFrom('-', ...versionIds),
      items: fc.subarray(ITEMS, { minLength: 1 }),
      office: fc.constantFrom(...OFFICES),
      officer: fc.constantFrom('pseudonym-1', 'pseudonym-2'),
      mandate: fc.constantFrom('delegation', 'statute'),
      at: fc.constant('2026-11-24T08:00:00.000Z'),
      assurance: fc.constantFrom('authenticated' as const, 'asserted' as const),
      commitment: fc.constant('c'),
      digest: fc.constant('d'),
    }),
  );
/** Every test of a basis version answered well, for all items. */
const answered = (versionId: string): ClaimAssessment[] => {
  const rule = ruleSet.versions.find((version) => `${version.id}@${version.from}` === versionId);
  return [...(rule?.tests ?? []), { test: 'ANDAMAL' }].map(({ test }, at) => ({
    id: `00000000-0000-4000-8000-00000000000${at}`,
    test,
    outcome: OUTCOMES[test as keyof typeof OUTCOMES].passes,
    basis: versionId,
    items: ITEMS,
    office: 'rektor',
    officer: 'pseudonym-1',
    mandate: 'statute',
    at: '2026-11-24T08:00:00.000Z',
    assurance: 'asserted',
    commitment: 'c',
    digest: 'd',
  }));
};
const anyFacts = (): fc.Arbitrary<Facts> =>
  fc.record(
    {
      crime: fc.constantFrom('grovt-bidragsbrott', 'bidragsbrott', 'ran'),
      offenceStage: fc.constantFrom('completed', 'attempt', 'preparation'),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Facts>;
const anyDerived = (): fc.Arbitrary<Facts> =>
  fc.record(
    {
      protectedIdentity: fc.oneof(
        { weight: 5, arbitrary: fc.constant('none') },
        { weight: 1, arbitrary: fc.constantFrom('marked', 'unknown') },
      ),
      benefit: fc.constantFrom('assistansersattning', 'ekonomiskt-bistand', 'studiemedel'),
      circumstancesStated: fc.boolean(),
      ageBand: fc.constantFrom('under-15', '15-17', '21-plus', 'no-person'),
    },
    { requiredKeys: ['protectedIdentity'] },
  ) as fc.Arbitrary<Facts>;

export const anyClaims = (): fc.Arbitrary<Claims> =>
  fc
    .record({
      v: fc.constant(1 as const),
      messageType: fc.constantFrom(...messageTypes.map((type) => type.id)),
      initiative: fc.constantFrom('own' as const, 'request' as const),
      purpose: fc.constantFrom(...PURPOSES),
      bases: fc.uniqueArray(fc.record({ id: fc.constantFrom(...basisIds) }), {
        minLength: 1,
        maxLength: 3,
        selector: ({ id }) => id,
      }),
      items: fc.subarray(ITEMS, { minLength: 1 }).chain((ids) => fc.tuple(...ids.map(anyItem))),
      facts: anyFacts(),
      derived: anyDerived(),
      good: fc.subarray(versionIds, { maxLength: versionIds.length }),
      noise: fc.array(anyAssessment(), { maxLength: 4 }),
      cooperate: fc.boolean(),
    })
    .map(({ good, noise, cooperate, ...claims }) => ({
      ...claims,
      ...(claims.initiative === 'request' ? { requestId: '6d0f5a3a-7f53-8f0e-8b6a-1d2c3b4a5f60' } : {}),
      assessments: [...good.flatMap(answered), ...noise],
      ...(cooperate ? { cooperationDecision: COOPERATION } : {}),
    }));

export const anyInput = (): fc.Arbitrary<CheckInput> =>
  fc.record({
    sender: fc.constantFrom(...authorities.map((view) => view.id)),
    recipient: fc.constantFrom(...authorities.map((view) => view.id)),
    claims: anyClaims(),
    ruleSet: fc.constant(ruleSet),
    directory: fc.constant(directory()),
    on: anyDate(),
  });
