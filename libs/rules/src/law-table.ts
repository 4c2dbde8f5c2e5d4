import {
  ABOUT,
  AGE_BANDS,
  inForce,
  messageTypes,
  OFFENCE_STAGES,
  PURPOSES,
  type BasisVersion,
  type LocalDate,
  type MembershipList,
  type RuleSet,
} from '#legal-basis';
import { apartFromBases } from './apart-from-bases.js';
import { carryingCase, variant, withItem, type Case, type Cases } from './carrying-case.js';
import { shortOf } from './scenario-run.js';

/** What a basis version says on one day, as seen from outside: each member is asked by itself around a case that is carried. */
export interface Section {
  readonly force: string;
  /** Notes and open questions about the text itself on that day. */
  readonly text: readonly string[];
  readonly senders: readonly string[];
  readonly recipients: readonly string[];
  /** Pairs of parties and initiatives that are not refused; 0 where any covered sender may send to any covered recipient. */
  readonly routes: number;
  readonly initiatives: readonly string[];
  readonly purposes: readonly string[];
  readonly points: readonly string[];
  /** Tests, with the office where the law names one. */
  readonly tests: readonly string[];
  /** Tests by sender, of those of whom others are asked. */
  readonly askedOf: readonly string[];
  /** Recipients by benefit, where the recipient must have decided it. */
  readonly benefits: readonly string[];
  /** Provisions that are broken; with what is open where something is. */
  readonly breaks: readonly string[];
  readonly categories: string | readonly string[];
  readonly about: readonly string[];
  readonly ages: readonly string[];
  readonly victims: readonly string[];
  readonly crimes: string | readonly string[];
  readonly needs: readonly string[];
}
/** Sections of one version, by the first day on which each holds; after the first, what differs from the day before alone. */
export type VersionRows = { readonly [from: LocalDate]: Partial<Section> };
/** The law as a table that a jurist signs: basis version → day → section, and what holds whatever basis is claimed. */
export interface LawTable {
  readonly versions: { readonly [versionId: string]: VersionRows };
  /** Provision → `harm test`, `no harm test`, `protected`. */
  readonly provisions: { readonly [provision: string]: string };
  readonly nonBases: { readonly [id: string]: string };
  /** Offices two of whose holders together answer for a protected identity. */
  readonly protectedOffices: readonly string[];
}

export const versionId = ({ id, from }: BasisVersion): string => `${id}@${from}`;
const addDays = (day: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
const END = '2031-01-01';

/** Days within the version on which what it says may change: those of lists, sets, scales, benefits and of its confirmation. */
export function daysOf(rule: BasisVersion, ruleSet: RuleSet): readonly LocalDate[] {
  const dated = (entries: readonly { readonly from: LocalDate; readonly until?: LocalDate }[]): LocalDate[] =>
    entries.flatMap(({ from, until }) => (until === undefined ? [from] : [from, until]));
  const named = JSON.stringify(rule);
  const lists = ruleSet.lists.filter(({ id }) => named.includes(`"${id}"`));
  const sets = ruleSet.sets.filter(({ id }) => named.includes(`"${id}"`));
  const stale = rule.staleAfterDays ?? ruleSet.staleAfterDays;
  const days = [
    rule.from,
    ...lists.flatMap((list) => [...dated(list.entries), ...confirmed(list)]),
    ...sets.flatMap(({ versions }) => dated(versions)),
    ...(rule.penalty === undefined && rule.overlaps === undefined ? [] : dated(ruleSet.penaltyScales)),
    ...(rule.recipientDecidesBenefit === true || rule.requires !== undefined ? dated(ruleSet.benefits) : []),
    ...(rule.confirmedFrom === undefined ? [] : [rule.confirmedFrom]),
    addDays(rule.confirmedUntil, 1),
    addDays(rule.confirmedUntil, Math.max(1, stale)),
  ];
  const last = rule.until ?? END;
  return [...new Set(days)].filter((day) => day >= rule.from && day < last).sort();
}
const confirmed = ({ entries }: MembershipList): LocalDate[] =>
  entries.flatMap(({ confirmedFrom }) => confirmedFrom ?? []);

/** @returns undefined when nothing is carried on the day */
export function sectionOf(rule: BasisVersion, on: LocalDate, cases: Cases): Section | undefined {
  const base = carryingCase(rule, on, cases);
  return base === undefined ? undefined : new Sections(base, cases).section(rule);
}

/** Sender, recipient and initiative depend on each other. */
const isPaired = ({ pairs, sameParticipant, sender, recipient }: BasisVersion): boolean =>
  pairs !== undefined ||
  sameParticipant !== undefined ||
  [sender, recipient].some(({ own, request }) => own !== undefined || request !== undefined);

class Sections {
  constructor(
    private readonly base: Case,
    private readonly cases: Cases,
  ) {}

  section(rule: BasisVersion): Section {
    const { base, cases } = this;
    const { ruleSet } = cases;
    const names = [...cases.parties.keys()];
    const codes = cases.codes(base);
    const unread = cases.codes(variant(base, { positions: {} })).codes;
    const derived = (fact: string, value: string | boolean): Case =>
      variant(base, { derived: { ...base.derived, [fact]: value } });
    return {
      force: `${shortOf(codes)} ${codes.clock ?? ''}`.trim(),
      text: unread
        .filter((code) => /^(TEXT_|READING_|OPEN_QUESTION)/.test(code))
        .map((code) => code.replace(` ${rule.id}`, '')),
      senders: this.that(names, (from) => variant(base, { from })),
      recipients: this.that(names, (to) => variant(base, { to })),
      routes: isPaired(rule) ? this.routes(names) : 0,
      initiatives: this.that(['own', 'request'], (initiative) =>
        variant(base, { initiative: initiative === 'own' ? 'own' : 'request' }),
      ),
      purposes: this.that([...PURPOSES], (purpose) => variant(base, { purpose })),
      points: Object.entries(rule.points).flatMap(([point, purposes]) =>
        purposes
          .filter(
            (purpose) =>
              purpose !== '*' && this.says(variant(base, { purpose, bases: [{ id: rule.id, point }] })) !== 'deny',
          )
          .map((purpose) => `${point} ${purpose}`),
      ),
      tests: this.tests(),
      askedOf: this.askedOf(names),
      benefits: rule.recipientDecidesBenefit === true ? this.benefits(names) : [],
      breaks: ruleSet.provisions.flatMap(({ id }) => {
        const said = this.says(withItem(base, { secrecy: [id] }));
        return said === 'deny' ? [] : [said.startsWith('permit') ? id : `${id} ${said}`];
      }),
      categories: this.listed(CATEGORIES, (category) => withItem(base, { category })),
      about: this.that([...ABOUT], (about) => withItem(base, { about })),
      ages: this.that([...AGE_BANDS], (age) => derived('ageBand', age)),
      victims: this.that([...AGE_BANDS], (age) => derived('victimAgeBand', age)),
      crimes: this.crimes(),
      needs: this.needs(),
    };
  }

  /** Outcome, and what is asked where something is. */
  private says(one: Case): string {
    const codes = this.cases.codes(one);
    if (codes.outcome !== 'assess') return codes.outcome === 'deny' ? 'deny' : shortOf(codes);
    const asked = codes.codes.filter((code) => !code.startsWith('TEXT_') && !code.startsWith('REGISTER_'));
    return `${shortOf(codes)}: ${asked.map((code) => code.split(' ').at(-1)).join(', ')}`;
  }

  private that(values: readonly string[], of: (value: string) => Case): string[] {
    return values.flatMap((value) => {
      const said = this.says(of(value));
      if (said === 'deny') return [];
      return [said.startsWith('permit') ? value : `${value} (${said})`];
    });
  }
  private listed(values: readonly string[], of: (value: string) => Case): string | string[] {
    const found = this.that(values, of);
    if (found.length < values.length) return found;
    const told = found.filter((value, at) => value !== values[at]);
    return told.length === 0 ? 'all' : ['all', ...told];
  }

  private routes(names: readonly string[]): number {
    let routes = 0;
    for (const from of names)
      for (const to of names)
        if (from !== to)
          for (const initiative of ['own', 'request'] as const)
            if (this.cases.verdict(variant(this.base, { from, to, initiative })).outcome !== 'deny') routes += 1;
    return routes;
  }

  private tests(): string[] {
    const asked = (['own', 'request'] as const).flatMap((initiative) => {
      const verdict = this.cases.verdict(variant(this.base, { initiative, assessed: 'none' }));
      if (verdict.outcome !== 'assess') return [];
      return verdict.missing.flatMap(({ test }) => (test === undefined ? [] : [{ test, initiative }]));
    });
    const names = [...new Set(asked.map(({ test }) => test))];
    const byClerk = this.cases.verdict(variant(this.base, { office: 'handlaggare' }));
    const wrongOffice =
      byClerk.outcome === 'permit'
        ? []
        : byClerk.missing.flatMap(({ code, test }) => (code === 'ASSESSMENT_WRONG_OFFICE' ? [test] : []));
    return names.map((test) => {
      const on = asked.filter((one) => one.test === test).map(({ initiative }) => initiative);
      const anyOffice = !wrongOffice.includes(test);
      const stopped = this.says(variant(this.base, { assessed: { [test]: stopsOf(test) } }));
      return `${test} ${[...new Set(on)].join('+')}${anyOffice ? '' : ' by a named office'}, stops: ${stopped}`;
    });
  }

  private askedOf(names: readonly string[]): string[] {
    const asked = (from: string): string => {
      const verdict = this.cases.verdict(variant(this.base, { from, assessed: 'none' }));
      if (verdict.outcome !== 'assess') return '';
      return [...new Set(verdict.missing.flatMap(({ test }) => test ?? []))].join(', ');
    };
    const usual = asked(this.base.from);
    return names.flatMap((name) => {
      const own = asked(name);
      return own === '' || own === usual ? [] : [`${name}: ${own}`];
    });
  }

  private benefits(names: readonly string[]): string[] {
    const { base, cases } = this;
    return cases.ruleSet.benefits.flatMap((benefit) => {
      if (!inForce(benefit, base.on)) return [];
      const derived = { ...base.derived, benefit: benefit.code };
      const to = this.that(names, (name) => variant(base, { to: name, derived }));
      const other = this.that(names, (name) => variant(base, { from: base.to, to: name, derived }));
      return [`${benefit.code}: ${[...new Set([...to, ...other])].join(', ')}`];
    });
  }

  private crimes(): string | string[] {
    const { base, cases } = this;
    const all = cases.ruleSet.penaltyScales.filter((one) => inForce(one, base.on)).map(({ crime }) => crime);
    const without = this.says(variant(base, { facts: {} }));
    const stated = all.flatMap((crime) => {
      const stages = this.that([...OFFENCE_STAGES], (offenceStage) =>
        variant(base, { facts: { crime, offenceStage } }),
      );
      return stages.length === 0
        ? []
        : [`${crime}: ${stages.length === OFFENCE_STAGES.length ? 'all' : stages.join(', ')}`];
    });
    return without !== 'deny' && stated.length === all.length && stated.every((one) => one.endsWith(': all'))
      ? 'any'
      : stated;
  }

  /** What may not be missing: each left out or made otherwise by itself. */
  private needs(): string[] {
    const { base, cases } = this;
    const lacking = (fact: string): Case =>
      variant(base, { derived: Object.fromEntries(Object.entries(base.derived).filter(([code]) => code !== fact)) });
    const benefits = cases.ruleSet.benefits.filter((one) => inForce(one, base.on)).map(({ code }) => code);
    const passing = this.that(benefits, (benefit) => variant(base, { derived: { ...base.derived, benefit } }));
    const { cooperation: _, ...alone } = base;
    const needed: readonly (readonly [string, Case])[] = [
      ['a benefit', lacking('benefit')],
      ['circumstances', variant(base, { derived: { ...base.derived, circumstancesStated: false } })],
      ['a cooperation decision', alone],
      ['a cooperation decision that is known', variant(base, { cooperation: 'unknown' })],
      ['adoption', variant(base, { adopted: 'none' })],
      ['a request that is named', variant(base, { initiative: 'request', requestNamed: false })],
    ];
    return [
      ...needed.flatMap(([name, one]) => (cases.verdict(one).outcome === 'permit' ? [] : [name])),
      ...(passing.length === benefits.length ? [] : [`one of: ${passing.join(', ')}`]),
    ];
  }
}

/** Those of the message types' fields. An informant's identity is an open question whatever the basis: `about` tells of it. */
const CATEGORIES = [
  ...new Set(
    messageTypes.flatMap(({ schema }) =>
      [...JSON.stringify(schema).matchAll(/"category":"([a-z-]+)"/g)].map((m) => m[1] ?? ''),
    ),
  ),
]
  .filter((category) => category !== 'informant-identity')
  .sort();
const stopsOf = (test: string): string => STOPS[test] ?? 'secrecy-prevails';
const STOPS: { readonly [test: string]: string } = {
  ANDAMAL: 'not-compatible',
  BEHOV: 'not-needed',
  SAMTYCKE: 'not-given',
  ...Object.fromEntries(
    ['ANLEDNING', 'BETYDELSE', 'FORUTSATTNINGAR', 'MISSTANKE', 'NODVANDIGT', 'PAFOLJD'].map((test) => [
      test,
      'not-met',
    ]),
  ),
};

/** The rows of one version. A day on which nothing is carried has a row of its own, without members. */
export function rowsOf(rule: BasisVersion, cases: Cases): VersionRows {
  const rows: { [from: LocalDate]: Partial<Section> } = {};
  let before: Partial<Section> = {};
  for (const day of daysOf(rule, cases.ruleSet)) {
    const now: Partial<Section> = sectionOf(rule, day, cases) ?? {};
    const changed = Object.entries(now).filter(
      ([member, value]) => JSON.stringify(value) !== JSON.stringify(before[member as keyof Section]),
    );
    if (changed.length > 0) rows[day] = Object.fromEntries(changed);
    else if (Object.keys(now).length === 0) rows[day] = {};
    before = now;
  }
  return rows;
}
/** What the version says on its last day. */
export const lastOf = (rows: VersionRows): Partial<Section> =>
  Object.assign({}, ...Object.values(rows)) as Partial<Section>;

/** The whole table of a rule set, computed. */
export function lawTable(cases: Cases): LawTable {
  const versions = cases.ruleSet.versions.map((rule) => [versionId(rule), rowsOf(rule, cases)] as const);
  return { versions: Object.fromEntries(versions), ...apartFromBases(cases) };
}
