import type { ReferralBody } from './build-claims.js';
import { FACTS, OFFENCE_STAGES, PURPOSES } from './codes.js';
import { indexOf } from './rule-index.js';
import type { RuleIndex } from './rule-index.js';
import type { ClaimBasis, RuleSet } from './types.js';

type Coded = Pick<ReferralBody, 'purpose' | 'bases' | 'facts'>;
const has = (codes: readonly string[], code: unknown): boolean => typeof code === 'string' && codes.includes(code);

/**
 * Codes of a submission that stand on no list. The check denies them too (design.md I8); a gateway asks first, since claims with an unknown code
 * are no claims: the code could be anything, a number of a person among them, and claims are signed and logged.
 * @returns paths of the members, never their values
 */
export function unknownCodes({ purpose, bases, facts = {} }: Coded, ruleSet: RuleSet): readonly string[] {
  const index = indexOf(ruleSet);
  const paths = has(PURPOSES, purpose) ? [] : ['purpose'];
  for (const [at, basis] of bases.entries()) paths.push(...unknownInBasis(basis, `bases.${at}`, index));
  for (const [code, value] of Object.entries(facts)) {
    if (!has(FACTS, code)) paths.push('facts');
    else if (!isKnownFact(code, value, index)) paths.push(`facts.${code}`);
  }
  return [...new Set(paths)];
}

const unknownInBasis = ({ id, point }: ClaimBasis, path: string, index: RuleIndex): readonly string[] => {
  const versions = index.bases.get(id);
  if (versions === undefined) return index.nonBases.has(id) && point === undefined ? [] : [`${path}.id`];
  const known = point === undefined || versions.some(({ rule }) => Object.hasOwn(rule.points, point));
  return known ? [] : [`${path}.point`];
};

const isKnownFact = (code: string, value: boolean | string, index: RuleIndex): boolean => {
  if (code === 'crime') return typeof value === 'string' && index.crimes.has(value);
  if (code === 'offenceStage') return has(OFFENCE_STAGES, value);
  return typeof value === 'boolean';
};
