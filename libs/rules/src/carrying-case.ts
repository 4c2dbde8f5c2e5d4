import {
  AGE_BANDS,
  check,
  inForce,
  OFFENCE_STAGES,
  verdictCodes,
  type BasisVersion,
  type CheckInput,
  type Facts,
  type LocalDate,
  type RuleSet,
  type Verdict,
  type VerdictCodes,
} from '#legal-basis';
import { scenarioInput } from './scenario-input.js';
import type { Parties, Scenario } from './scenario-types.js';

/** Days on which the text or a membership was not read are open questions; here the authority has answered them. */
const READ = { 'text-unconfirmed': 'allows', 'membership-unconfirmed': 'allows' } as const;

/** One case with one item; what is not said is as in the case it is a variant of. */
export type Case = Scenario;
export const variant = (of: Case, change: Partial<Case>): Case => ({ ...of, ...change });
export const withItem = (of: Case, change: Partial<Case['items'][number]>): Case =>
  variant(of, { items: of.items.map((item) => ({ ...item, ...change })) });

/** Runs cases against one rule set. */
export class Cases {
  /** Verdicts computed so far. */
  count = 0;
  constructor(
    readonly ruleSet: RuleSet,
    readonly parties: Parties,
  ) {}

  input(one: Case): CheckInput {
    return scenarioInput(one, this.parties, this.ruleSet);
  }
  verdict(one: Case): Verdict {
    this.count += 1;
    return check(this.input(one));
  }
  codes(one: Case): VerdictCodes {
    return verdictCodes(this.verdict(one));
  }
}

const caseOf = (rule: BasisVersion, on: LocalDate): Case => ({
  name: rule.id,
  file: '',
  id: rule.id,
  says: '',
  from: '',
  to: '',
  on,
  type: 'notice-of-incorrect-payment/1',
  bases: [{ id: rule.id }],
  purpose: purposesOf(rule)[0] ?? '',
  initiative: rule.initiatives[0] ?? 'own',
  requestNamed: true,
  items: [{ category: categoryOf(rule), secrecy: [], about: aboutOf(rule), known: 'own-case' }],
  facts: {},
  derived: {
    protectedIdentity: 'none',
    ageBand: ageOf(rule, 'ageBand'),
    victimAgeBand: ageOf(rule, 'victimAgeBand'),
    circumstancesStated: true,
  },
  assessed: 'all',
  assessedOn: on,
  positions: READ,
  adopted: 'all',
  cooperation: 'decided',
  expect: { verdict: 'permit', codes: [], ways: [] },
});
const purposesOf = ({ points }: BasisVersion): readonly string[] =>
  Object.values(points)
    .flat()
    .map((purpose) => (purpose === '*' ? 'prevent-crime' : purpose));
const categoryOf = ({ onlyCategories, notCategories = [] }: BasisVersion): string =>
  onlyCategories?.[0] ?? (notCategories.includes('benefit-case') ? 'observation' : 'benefit-case');
const aboutOf = ({ about = [] }: BasisVersion): string =>
  about.every(({ covers }) => covers.includes('subject')) ? 'subject' : (about[0]?.covers[0] ?? 'subject');
const ageOf = ({ ages = [] }: BasisVersion, fact: string): string =>
  ages.find((age) => age.fact === fact)?.covers[0] ?? AGE_BANDS[3];

/** Crimes, stages and benefits that a version may demand, likeliest first. */
function factsTried(rule: BasisVersion, ruleSet: RuleSet, on: LocalDate): readonly { facts: Facts; derived: Facts }[] {
  const crimes = rule.penalty === undefined ? [undefined] : ruleSet.penaltyScales.filter((one) => inForce(one, on));
  const stages = rule.penalty === undefined ? [undefined] : OFFENCE_STAGES;
  const demanded = rule.requires?.find(({ fact }) => fact === 'benefit');
  const benefits =
    demanded === undefined
      ? [undefined]
      : typeof demanded.equals === 'string'
        ? [demanded.equals]
        : ruleSet.benefits.filter((one) => inForce(one, on)).map(({ code }) => code);
  const tried: { facts: Facts; derived: Facts }[] = [];
  for (const stage of stages)
    for (const crime of crimes)
      for (const benefit of benefits)
        tried.push({
          facts: crime === undefined || stage === undefined ? {} : { crime: crime.crime, offenceStage: stage },
          derived: benefit === undefined ? {} : { benefit },
        });
  return tried;
}

/** A case that the version carries on the day; undefined when there is none, which makes the version unreachable. */
export function carryingCase(rule: BasisVersion, on: LocalDate, cases: Cases): Case | undefined {
  const { ruleSet, parties } = cases;
  const names = [...parties.keys()];
  const has = (one: Case, code: string): boolean => {
    const verdict = cases.verdict(one);
    return verdict.outcome !== 'permit' && verdict.obstacles.some((obstacle) => obstacle.code === code);
  };
  for (const initiative of rule.initiatives) {
    const start = variant(caseOf(rule, on), { initiative });
    const other = (than: string): string => names.find((name) => name !== than) ?? '';
    const senders = names.filter((name) => !has(variant(start, { from: name, to: other(name) }), 'SENDER_NOT_COVERED'));
    const recipients = names.filter(
      (name) => !has(variant(start, { from: other(name), to: name }), 'RECIPIENT_NOT_COVERED'),
    );
    for (const { facts, derived } of factsTried(rule, ruleSet, on))
      for (const from of senders)
        for (const to of recipients) {
          if (from === to) continue;
          const bare = variant(start, { from, to, facts, derived: { ...start.derived, ...derived } });
          if (cases.verdict(bare).outcome !== 'permit') continue;
          const protectedBy = ruleSet.provisions.find(
            ({ id }) => cases.verdict(withItem(bare, { secrecy: [id] })).outcome === 'permit',
          );
          return protectedBy === undefined ? bare : withItem(bare, { secrecy: [protectedBy.id] });
        }
  }
  return undefined;
}
