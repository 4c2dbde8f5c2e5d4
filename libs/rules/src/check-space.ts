import { check, type AuthorityView, PURPOSES, type BasisVersion, type RuleSet } from '#legal-basis';
import { covers, reachesIn, valid, type Question } from './oracle.js';
import { classesOf, dayAfter, daysOf, inputOf, partiesOf, purposesOf, type Ask } from './space.js';
import { timelineFaults } from './timeline.js';

/**
 * Holds the engine against a plain second reading of the rules, one basis version at a time. Reduced thus: a party is read by kind,
 * agency and branches alone, so one of each class stands for the rest; sender, recipient and purpose are asked independently of each
 * other unless a version names pairs, so all pairs are asked on one day and each side on every day; nothing changes between two dates.
 */
export interface SpaceReport {
  readonly counts: { readonly [what: string]: number };
  readonly violations: readonly string[];
}
type Asked = Omit<Ask, 'ruleSet' | 'version'>;

class Proof {
  readonly violations: string[] = [];
  private checks = 0;
  private readonly classes: readonly AuthorityView[];
  private readonly days: readonly string[];

  constructor(private readonly ruleSet: RuleSet) {
    this.classes = classesOf(ruleSet, partiesOf(ruleSet));
    this.days = daysOf(ruleSet);
  }

  run(): SpaceReport {
    for (const fault of timelineFaults(this.ruleSet)) this.tell(fault);
    for (const version of this.ruleSet.versions) this.version(version);
    const { classes, days, checks, violations, ruleSet } = this;
    return {
      counts: { versions: ruleSet.versions.length, parties: classes.length, days: days.length, checks },
      violations,
    };
  }

  private version(version: BasisVersion): void {
    const inside = this.days.filter((day) => valid(version, day));
    const day = inside.findLast((one) => one <= version.confirmedUntil) ?? version.from;
    const initiatives = ['own', 'request'] as const;
    // A wording that was not read at any time of its life is an open question throughout.
    const unread = version.until !== undefined && (version.confirmedFrom ?? '') >= version.until;
    const wanted = (outcome: string): boolean => outcome === 'permit' || (unread && outcome === 'assess');
    let permitted: Asked | undefined;
    for (const sender of this.classes)
      for (const recipient of this.classes)
        for (const initiative of initiatives) {
          const asked = { sender, recipient, initiative, on: day };
          if (wanted(this.parties(version, asked))) permitted ??= asked;
        }
    if (permitted === undefined) {
      this.tell(`${version.id}@${version.from} permits nothing on ${day}`);
      return;
    }
    const good = permitted;
    const around = [dayAfter(version.from, -1), ...inside, ...(version.until === undefined ? [] : [version.until])];
    for (const on of around)
      for (const party of this.classes)
        for (const initiative of initiatives) {
          this.parties(version, { ...good, sender: party, initiative, on });
          this.parties(version, { ...good, recipient: party, initiative, on });
        }
    for (const purpose of PURPOSES) this.parties(version, { ...good, purpose });
    for (const provision of this.ruleSet.provisions)
      for (const sender of this.classes) this.reach(version, { ...good, sender }, provision.id);
    for (const { test } of version.tests) {
      if (this.outcome(version, { ...good, without: test }) === 'permit' && !this.optional(version, test))
        this.tell(`${version.id}@${version.from} permits without an answer to ${test}`);
      if (this.outcome(version, { ...good, stops: test }) !== 'deny' && !this.optional(version, test))
        this.tell(`${version.id}@${version.from} does not deny when ${test} speaks against it`);
    }
  }

  private optional(version: BasisVersion, test: string): boolean {
    return version.tests.some((one) => one.test === test && (one.initiative !== undefined || one.notOf !== undefined));
  }

  private outcome(version: BasisVersion, asked: Asked): string {
    this.checks += 1;
    return check(inputOf({ ruleSet: this.ruleSet, version, ...asked })).outcome;
  }

  private parties(version: BasisVersion, asked: Asked): string {
    const got = this.outcome(version, asked);
    const question: Question = {
      ...{ sender: asked.sender, recipient: asked.recipient, on: asked.on },
      purpose: asked.purpose ?? purposesOf(version).find((one) => one !== '*') ?? 'supervision',
      initiative: asked.initiative ?? 'own',
    };
    // A claim names a basis: on another day another of its versions may be the one in force.
    const readings = this.ruleSet.versions
      .filter(({ id }) => id === version.id)
      .map((one) => covers(this.ruleSet, one, question));
    const covered = readings.find((one) => one !== 'no') ?? 'no';
    if (got !== 'deny' && covered === 'no') this.tell(`${this.where(version, asked)}: ${got} though not covered`);
    if (got === 'permit' && covered === 'open') this.tell(`${this.where(version, asked)}: permit though it is open`);
    return got;
  }

  private reach(version: BasisVersion, asked: Asked, provision: string): void {
    const got = this.outcome(version, { ...asked, secrecy: [provision] });
    if (got !== 'deny' && !reachesIn(this.ruleSet, version, provision, asked.sender, asked.on))
      this.tell(`${this.where(version, asked)}: ${got} on ${provision}, which is not reached`);
  }

  private where(
    version: BasisVersion,
    { sender, recipient, initiative = 'own', on, purpose = 'its purpose' }: Asked,
  ): string {
    return `${version.id}@${version.from}, ${sender.id} to ${recipient.id}, ${initiative}, ${purpose}, ${on}`;
  }
  private tell(violation: string): void {
    this.violations.push(violation);
  }
}

/** Default deny, no unreachable version, no overlap or hole in time, no test without effect. */
export const checkSpace = (ruleSet: RuleSet): SpaceReport => new Proof(ruleSet).run();
