import {
  inForce,
  OUTCOMES,
  type BasisVersion,
  type CheckInput,
  type ClaimAssessment,
  type ClaimItem,
  type CooperationView,
  type DirectoryView,
  type RuleSet,
  type TestCode,
} from '#legal-basis';
import type { Parties, Scenario } from './scenario-types.js';

const COOPERATION = '0b9b3c66-6c1e-4c38-9d57-5a2b6f3d1e01';
const REQUEST = '6d0f5a3a-7f53-8f0e-8b6a-1d2c3b4a5f60';
/** Tests that concern no basis. */
const NO_BASIS: readonly string[] = ['INGET_MEN', 'SKYDDAD'];

/** What the check is asked for a scenario. */
export function scenarioInput(scenario: Scenario, parties: Parties, ruleSet: RuleSet): CheckInput {
  const { from, to, on, type, bases, purpose, initiative, requestNamed, facts, derived, cooperation } = scenario;
  const items = scenario.items.map(({ category, secrecy, about, known }, at): ClaimItem => ({
    id: `item-${at + 1}`,
    dataCategory: category,
    about,
    known,
    secrecy,
  }));
  return {
    sender: from,
    recipient: to,
    on,
    ruleSet,
    directory: directoryOf(scenario, parties),
    claims: {
      v: 1,
      messageType: type,
      initiative,
      ...(initiative === 'request' && requestNamed ? { requestId: REQUEST } : {}),
      purpose,
      bases,
      items,
      facts,
      derived,
      assessments: assessments(scenario, ruleSet),
      ...(cooperation === undefined ? {} : { cooperationDecision: COOPERATION }),
    },
  };
}

function directoryOf({ from, to, positions, adopted, cooperation }: Scenario, parties: Parties): DirectoryView {
  const decision: CooperationView | undefined =
    cooperation === undefined || cooperation === 'unknown'
      ? undefined
      : cooperation === 'decided'
        ? { id: COOPERATION, parties: [from, to], from: '2016-08-15' }
        : { id: COOPERATION, ...cooperation };
  return {
    authority: (id) => parties.get(id),
    adopted: (_, version) =>
      typeof adopted === 'string'
        ? adopted === 'all'
        : adopted.some((id) => id === version || id === version.split('@')[0]),
    position: (_, question) => {
      const answer = positions[question] ?? positions[question.split(':')[0] ?? ''];
      return answer === undefined ? undefined : { question, answer, from: '1900-01-01' };
    },
    cooperation: (id) => (id === COOPERATION ? decision : undefined),
  };
}

function assessments(scenario: Scenario, ruleSet: RuleSet): readonly ClaimAssessment[] {
  const { assessed, assessedOn, bases, office } = scenario;
  if (assessed === 'none') return [];
  const said: { readonly [test: string]: string } =
    Array.isArray(assessed) || assessed === 'all' ? {} : (assessed as never);
  const made: Made[] = bases.flatMap(({ id }): Made[] => {
    const rule = ruleSet.versions.find((version) => version.id === id && inForce(version, assessedOn));
    const tests = rule === undefined ? [] : testsOf(rule);
    const asked = Array.isArray(assessed)
      ? (assessed as readonly string[]).filter((test) => !NO_BASIS.includes(test))
      : tests;
    return asked
      .filter((test) => said[test] !== 'missing')
      .map((test) => ({
        test,
        outcome: said[test] ?? passes(test),
        basis: `${id}@${rule?.from ?? '1900-01-01'}`,
        office: office ?? rule?.tests.find((asks) => asks.test === test)?.offices?.[0] ?? 'enhetschef',
      }));
  });
  const apart = Array.isArray(assessed) ? (assessed as readonly string[]) : Object.keys(said);
  for (const test of apart.filter((test) => NO_BASIS.includes(test) && said[test] !== 'missing')) {
    const outcome = said[test] ?? passes(test);
    // A protected identity is answered for by two officers together.
    const offices = test === 'SKYDDAD' ? ruleSet.protectedOffices.slice(0, 2) : [office ?? 'enhetschef'];
    for (const by of offices) made.push({ test, outcome, basis: '-', office: office ?? by });
  }
  return made.map((answer, at): ClaimAssessment => ({
    id: `7a6f6f5e-0000-4000-8000-${String(at + 1).padStart(12, '0')}`,
    ...answer,
    items: scenario.items.map((_, item) => `item-${item + 1}`),
    officer: `officer-${answer.test === 'SKYDDAD' ? at + 1 : 1}`,
    mandate: 'delegation',
    at: '2026-11-23T08:00:00.000Z',
    assurance: answer.test === 'SKYDDAD' ? 'authenticated' : 'asserted',
    commitment: 'c',
    digest: 'd',
  }));
}
type Made = Pick<ClaimAssessment, 'test' | 'outcome' | 'basis' | 'office'>;
const passes = (test: string): string => OUTCOMES[test as TestCode].passes;
/** A permission is asked about its purpose too (law.md 0.3 point 15). */
const testsOf = ({ tests, force }: BasisVersion): readonly string[] => [
  ...new Set([...tests.map(({ test }) => test), ...(force === 'permission' ? ['ANDAMAL'] : [])]),
];
