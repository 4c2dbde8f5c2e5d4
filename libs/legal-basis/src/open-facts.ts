import { claiming } from './apply-way.js';
import { check } from './check.js';
import type { Standing } from './standing.js';
import type { CheckInput } from './types.js';

/**
 * What a basis that is not claimed would need to know. Put as a question and never as a way: the check proposes no fact. `request` asks
 * whether the recipient has asked for the information; the others name a fact.
 */
export interface OpenFact {
  readonly fact: string;
  readonly bases: readonly string[];
}
const MOST_BASES = 3;

/** @param standings of every basis in force, each claimed alone */
export function openFacts(input: CheckInput, standings: readonly Standing[]): readonly OpenFact[] {
  const asked = new Map<string, Standing[]>();
  for (const standing of standings) {
    const fact = soleFact(standing, input);
    if (fact !== undefined) asked.set(fact, [...(asked.get(fact) ?? []), standing]);
  }
  return [...asked].flatMap(([fact, those]) => {
    const dutiesFirst = [...those].sort((a, b) => Number(isDuty(b)) - Number(isDuty(a)));
    const bases: string[] = [];
    for (const { basis } of dutiesFirst) {
      if (bases.length >= MOST_BASES) break;
      if (fact !== 'request' || couldCarry(input, basis)) bases.push(basis);
    }
    return bases.length === 0 ? [] : [{ fact, bases }];
  });
}

const isDuty = ({ version }: Standing): boolean => version?.rule.force === 'duty';

function soleFact({ obstacles, version }: Standing, input: CheckInput): string | undefined {
  const [first, ...others] = obstacles;
  if (first === undefined || others.length > 0) return undefined;
  if (first.code === 'FACT_MISSING') return reachesSome(version, input) ? first.detail : undefined;
  return first.code === 'INITIATIVE_NOT_COVERED' && input.claims.initiative === 'own' ? 'request' : undefined;
}

/** Whether the basis means some of the items, as far as their categories say. */
const reachesSome = (version: Standing['version'], { claims }: CheckInput): boolean =>
  claims.items.some(
    ({ dataCategory }) =>
      version?.rule.onlyCategories?.includes(dataCategory) !== false &&
      version?.rule.notCategories?.includes(dataCategory) !== true,
  );

/** So that nobody is asked in vain: with a request this basis would have no formal obstacle. */
function couldCarry(input: CheckInput, basis: string): boolean {
  const { claims } = claiming(input, [{ id: basis }]);
  return check({ ...input, claims: { ...claims, initiative: 'request', requestId: 'asked' } }).outcome !== 'deny';
}
