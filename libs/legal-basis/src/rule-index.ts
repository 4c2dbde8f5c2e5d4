import { addDays, inForce } from './dates.js';
import { EngineError } from './errors.js';
import { memberOf, type Membership } from './provisions.js';
import type {
  BasisVersion,
  Benefit,
  LocalDate,
  MembershipList,
  NonBasis,
  PenaltyRule,
  PenaltyScale,
  ProvisionSet,
  RuleSet,
  SecrecyProvision,
} from './types.js';

/** A set none of whose versions holds on the day fails closed: everything excluded, nothing included. */
const EVERY_CH10_BASIS_EXCLUDES = 'EX-ALL-CH10';

export interface CompiledVersion {
  readonly rule: BasisVersion;
  /** `LUF-2008-206-3@2026-01-01` */
  readonly versionId: string;
  /** First day on which the unconfirmed text is an open question. */
  readonly staleFrom: LocalDate;
}
/** What the check looks up, computed once per rule set. */
export class RuleIndex {
  readonly bases = new Map<string, readonly CompiledVersion[]>();
  readonly nonBases = new Map<string, NonBasis>();
  readonly provisions = new Map<string, SecrecyProvision>();
  readonly lists = new Map<string, MembershipList>();
  readonly benefits = new Map<string, Benefit>();
  readonly crimes = new Map<string, readonly PenaltyScale[]>();
  readonly protectedOffices: ReadonlySet<string>;
  private readonly sets = new Map<string, ProvisionSet>();
  /** Set id → (index of set version, -1 for none) → provision → membership. */
  private readonly members = new Map<string, Map<number, Map<string, Membership>>>();

  constructor(ruleSet: RuleSet) {
    for (const set of ruleSet.sets) this.sets.set(set.id, set);
    for (const provision of ruleSet.provisions) this.provisions.set(provision.id, provision);
    for (const entry of ruleSet.lists) this.lists.set(entry.id, entry);
    for (const benefit of ruleSet.benefits) this.benefits.set(benefit.code, benefit);
    for (const basis of ruleSet.nonBases) this.nonBases.set(basis.id, basis);
    for (const scale of ruleSet.penaltyScales)
      this.crimes.set(scale.crime, [...(this.crimes.get(scale.crime) ?? []), scale]);
    for (const rule of ruleSet.versions) {
      if (!hasOfficer(rule)) throw new EngineError('RULE_SET_INVALID', `${rule.id} can be carried without any officer`);
      const compiled = {
        rule,
        versionId: `${rule.id}@${rule.from}`,
        // With no days of grace the text is confirmed to the end of its last confirmed day.
        staleFrom: addDays(rule.confirmedUntil, Math.max(1, rule.staleAfterDays ?? ruleSet.staleAfterDays)),
      };
      this.bases.set(rule.id, [...(this.bases.get(rule.id) ?? []), compiled]);
    }
    this.protectedOffices = new Set(ruleSet.protectedOffices);
  }

  versionOn(basis: string, on: LocalDate): CompiledVersion | undefined {
    const versions = this.bases.get(basis);
    if (versions === undefined) return undefined;
    for (const version of versions) if (inForce(version.rule, on)) return version;
    return undefined;
  }

  /** Whether the set, as in force on the day, holds the provision. @throws {EngineError} RULE_SET_INVALID */
  memberOn(setId: string, provision: string, on: LocalDate): Membership | 'no-version' {
    const set = this.sets.get(setId);
    if (set === undefined) throw new EngineError('RULE_SET_INVALID', `unknown set ${setId}`);
    const at = set.versions.findIndex((version) => inForce(version, on));
    if (at < 0) return 'no-version';
    let byVersion = this.members.get(setId);
    if (byVersion === undefined) this.members.set(setId, (byVersion = new Map<number, Map<string, Membership>>()));
    let members = byVersion.get(at);
    if (members === undefined) byVersion.set(at, (members = new Map<string, Membership>()));
    let member = members.get(provision);
    if (member === undefined) {
      member = memberOf(provision, set.versions[at]?.provisions ?? []);
      if (member === undefined) throw new EngineError('RULE_SET_INVALID', `set ${setId}`);
      members.set(provision, member);
    }
    return member;
  }

  /** Whether a provision of protected identity protects it (OSL 21:3, 22:2). */
  protectsIdentity(secrecy: readonly string[]): boolean {
    for (const provision of secrecy) if (this.provisions.get(provision)?.protectedIdentity === true) return true;
    return false;
  }

  excluded(setIds: readonly string[], provision: string, on: LocalDate): boolean {
    for (const id of setIds) if (this.memberOn(id, provision, on) !== 'out') return true;
    return false;
  }

  included(setIds: readonly string[], provision: string, on: LocalDate): boolean {
    for (const id of setIds) if (this.memberOn(id, provision, on) !== 'in') return false;
    return true;
  }

  /** Formal reach of a basis version over a provision, sender-specific exclusions apart. */
  reaches(version: CompiledVersion, provision: string, on: LocalDate): boolean {
    const { only, excludes } = version.rule.reach;
    if (this.sets.has(EVERY_CH10_BASIS_EXCLUDES) && this.memberOn(EVERY_CH10_BASIS_EXCLUDES, provision, on) !== 'out')
      return false;
    if (only !== undefined && !this.included(only, provision, on)) return false;
    return excludes === undefined || !this.excluded(excludes, provision, on);
  }

  scaleOn(crime: string, on: LocalDate): PenaltyScale | undefined {
    return this.crimes.get(crime)?.find((scale) => inForce(scale, on));
  }

  /** Whether the crime is of a group that the rule names; a rule without groups means every crime. */
  inGroups(rule: PenaltyRule, crime: string, on: LocalDate): boolean {
    const group = this.scaleOn(crime, on)?.group;
    return rule.groups === undefined || (group !== undefined && rule.groups.includes(group));
  }

  /** Whether the penalty scale of the crime on the day meets a rule of OSL 10:23 or 10:24. */
  meetsPenalty(rule: PenaltyRule, crime: string, stage: string, on: LocalDate): boolean | undefined {
    const scale = this.scaleOn(crime, on);
    if (scale === undefined) return undefined;
    if (rule.rule === 'listed') return true;
    if (scale.unread === true) return undefined;
    if (rule.rule === 'imprisonment') return scale.imprisonment;
    const threshold = stage === 'completed' ? rule.completedMonths : rule.stages?.[stage];
    return threshold !== undefined && scale.minMonths >= threshold;
  }
}

/** A named officer stands behind every disclosure: on each initiative some test is asked of every sender. */
const hasOfficer = (rule: BasisVersion): boolean =>
  rule.initiatives.every((one) =>
    rule.tests.some(({ initiative, notOf }) => (initiative ?? one) === one && notOf === undefined),
  );

const indices = new WeakMap<RuleSet, RuleIndex>();
export function indexOf(ruleSet: RuleSet): RuleIndex {
  let index = indices.get(ruleSet);
  if (index === undefined) indices.set(ruleSet, (index = new RuleIndex(ruleSet)));
  return index;
}
