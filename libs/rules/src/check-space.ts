import { OUTCOMES, PURPOSES, type AuthorityView, type BasisVersion, type RuleSet, type TestCode } from '#legal-basis';
import { carryingCase, Cases, variant, withItem, type Case } from './carrying-case.js';
import { covers, reachesIn, reads, valid } from './oracle.js';
import { classesOf, dayAfter, daysOf, partiesOf } from './space.js';
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

/** A party sends to others of its class too. */
const twinOf = (id: string): string => `${id} (another)`;

class Proof {
  readonly violations: string[] = [];
  private readonly classes: readonly AuthorityView[];
  private readonly days: readonly string[];
  /** One of each class, and with a twin of each. All of one municipality: where a version asks for that, they are. */
  private readonly singles: Cases;
  private readonly cases: Cases;

  constructor(private readonly ruleSet: RuleSet) {
    this.classes = classesOf(ruleSet, partiesOf(ruleSet)).map((one) => ({ ...one, participant: 'one' }));
    this.days = daysOf(ruleSet);
    const singles = this.classes.map((one) => [one.id, one] as const);
    const twins = this.classes.map((one) => [twinOf(one.id), { ...one, id: twinOf(one.id) }] as const);
    this.singles = new Cases(ruleSet, new Map(singles));
    this.cases = new Cases(ruleSet, new Map([...singles, ...twins]));
  }

  run(): SpaceReport {
    for (const fault of timelineFaults(this.ruleSet)) this.tell(fault);
    for (const version of this.ruleSet.versions) this.version(version);
    const { classes, days, singles, cases, violations, ruleSet } = this;
    const checks = singles.count + cases.count;
    return {
      counts: { versions: ruleSet.versions.length, parties: classes.length, days: days.length, checks },
      violations,
    };
  }

  private version(version: BasisVersion): void {
    const inside = this.days.filter((day) => valid(version, day));
    const day = inside.findLast((one) => one <= version.confirmedUntil) ?? version.from;
    const carried = carryingCase(version, day, this.singles);
    if (carried === undefined) {
      this.tell(`${version.id}@${version.from} permits nothing on ${day}`);
      return;
    }
    // What was not read stays an open question here.
    const good = variant(carried, { to: twinOf(carried.to), positions: {} });
    const initiatives = ['own', 'request'] as const;
    for (const sender of this.classes)
      for (const recipient of this.classes)
        for (const initiative of initiatives)
          this.parties(version, variant(good, { from: sender.id, to: twinOf(recipient.id), initiative }));
    const around = [dayAfter(version.from, -1), ...inside, ...(version.until === undefined ? [] : [version.until])];
    for (const on of around)
      for (const party of this.classes)
        for (const initiative of initiatives) {
          const asked = variant(good, { initiative, on, assessedOn: on });
          this.parties(version, variant(asked, { from: party.id }));
          this.parties(version, variant(asked, { to: twinOf(party.id) }));
        }
    for (const purpose of PURPOSES) this.parties(version, variant(good, { purpose }));
    for (const { id } of this.ruleSet.provisions)
      for (const sender of this.classes) this.reach(version, variant(good, { from: sender.id }), id);
    for (const { test } of version.tests.filter((one) => one.initiative === undefined && one.notOf === undefined)) {
      if (this.outcome(variant(good, { assessed: { [test]: 'missing' } })) === 'permit')
        this.tell(`${version.id}@${version.from} permits without an answer to ${test}`);
      const { stops } = OUTCOMES[test as TestCode];
      if (this.outcome(variant(good, { assessed: { [test]: stops } })) !== 'deny')
        this.tell(`${version.id}@${version.from} does not deny when ${test} speaks against it`);
    }
  }

  private outcome(one: Case): string {
    return this.cases.verdict(one).outcome;
  }
  private party(name: string): AuthorityView {
    const found = this.cases.parties.get(name);
    if (found === undefined) throw new Error(`no party ${name}`);
    return found;
  }

  private parties(version: BasisVersion, asked: Case): void {
    const { purpose, initiative, on } = asked;
    const [sender, recipient] = [this.party(asked.from), this.party(asked.to)];
    // Unprotected, about a benefit that the recipient decides: no more than the parties then stands against it.
    const got = this.outcome(withItem(this.decidedBy(recipient, version, asked), { secrecy: [] }));
    // A claim names a basis: on another day another of its versions may be the one in force.
    const readings = this.ruleSet.versions
      .filter(({ id }) => id === version.id)
      .map((one) => covers(this.ruleSet, one, { sender, recipient, purpose, initiative, on }));
    const covered = readings.find((one) => one !== 'no') ?? 'no';
    if (got !== 'deny' && covered === 'no') this.tell(`${where(version, asked)}: ${got} though not covered`);
    if (got === 'permit' && covered === 'open') this.tell(`${where(version, asked)}: permit though it is open`);
  }

  private decidedBy(recipient: AuthorityView, { recipientDecidesBenefit }: BasisVersion, asked: Case): Case {
    if (recipientDecidesBenefit !== true) return asked;
    const { benefits } = this.ruleSet;
    const decided = benefits.find(
      (benefit) =>
        valid(benefit, asked.on) &&
        benefit.decidedBy.some((one) => reads(this.ruleSet, one, recipient, asked.on) === 'yes'),
    );
    return decided === undefined ? asked : variant(asked, { derived: { ...asked.derived, benefit: decided.code } });
  }

  private reach(version: BasisVersion, asked: Case, provision: string): void {
    const got = this.outcome(withItem(asked, { secrecy: [provision] }));
    if (got !== 'deny' && !reachesIn(this.ruleSet, version, provision, this.party(asked.from), asked.on))
      this.tell(`${where(version, asked)}: ${got} on ${provision}, which is not reached`);
  }

  private tell(violation: string): void {
    this.violations.push(violation);
  }
}
const where = (version: BasisVersion, { from, to, initiative, on, purpose }: Case): string =>
  `${version.id}@${version.from}, ${from} to ${to}, ${initiative}, ${purpose}, ${on}`;

/** Default deny, no unreachable version, no overlap or hole in time, no test without effect. */
export const checkSpace = (ruleSet: RuleSet): SpaceReport => new Proof(ruleSet).run();
