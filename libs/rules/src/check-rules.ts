import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { inForce, messageTypes, PURPOSES, type BasisVersion, type LocalDate, type RuleSet } from '#legal-basis';
import { Cases, carryingCase, variant, withItem, type Case } from './carrying-case.js';
import { lastOf, lawTable, type LawTable } from './law-table.js';
import { LawfulPaths, readPathList, type PathList, type PathMatrix } from './lawful-paths.js';
import { shortOf } from './scenario-run.js';
import type { Parties } from './scenario-types.js';
import { timelineFaults } from './timeline.js';

/** One thing that does not hold, in words. */
export interface Violation {
  readonly rule: string;
  readonly says: string;
}
export interface Checked {
  readonly violations: readonly Violation[];
  /** What was examined, by name. */
  readonly counts: { readonly [what: string]: number };
  readonly table: LawTable;
  /** Parties that no basis lets send anything, or to whom nothing may be sent; and what the list of paths has that no basis carries. */
  readonly without: readonly string[];
  /** Absent without a list of paths. */
  readonly matrix?: PathMatrix;
}
/** What the rules are compared with, read from the statutes: files of libs/legal-basis/law-table. */
export interface LawBook {
  readonly matrix: Matrix;
  /** Absent while a table is written for the first time. */
  readonly table?: LawTable;
  readonly paths?: PathList;
}
interface Matrix {
  readonly columns: { readonly [column: string]: readonly string[] };
  readonly rows: readonly { readonly provisions: readonly string[]; readonly reach: readonly string[] }[];
}
const TABLE = 'table.json';
export const tableFile = (folder: string): string => join(folder, TABLE);

export const readLawBook = (folder: string): LawBook => ({
  matrix: parse(readFileSync(join(folder, 'reach-matrix.yaml'), 'utf8')) as Matrix,
  table: JSON.parse(readFileSync(tableFile(folder), 'utf8')) as LawTable,
  paths: readPathList(folder),
});

/**
 * Checks a rule set over the whole space of sender × recipient × basis version × provision × purpose × initiative × day.
 *
 * The space is reduced by an argument. A verdict is composed of what stands against the claimed basis for the message as a whole, which
 * depends on each of sender, recipient, purpose, initiative, facts and day by itself (and on sender, recipient and initiative together where a
 * version has pairs), and of what stands against each item, which depends on version, provision, category and whom it is about. It is
 * enough, therefore, to walk each of these by itself around a case that is carried (`LawTable`), and sender × recipient × initiative
 * where they are paired. `product` tests the argument on a sample of the whole: random points must be denied whenever a coordinate of theirs is.
 */
export function checkRules(ruleSet: RuleSet, parties: Parties, book: LawBook, sample = 40_000): Checked {
  const cases = new Cases(ruleSet, parties);
  const violations: Violation[] = [];
  const counts: { [what: string]: number } = {};
  const fails = (rule: string, says: string): void => void violations.push({ rule, says });
  const table = lawTable(cases);
  for (const fault of timelineFaults(ruleSet)) fails('timeline', fault);
  counts['basis versions'] = ruleSet.versions.length;
  counts['rows of the law table'] = Object.values(table.versions).flatMap((rows) => Object.keys(rows)).length;
  for (const [id, rows] of Object.entries(table.versions))
    for (const [day, row] of Object.entries(rows).concat(Object.keys(rows).length === 0 ? [['any day', {}]] : []))
      if (Object.keys(row).length === 0) fails('reachable', `${id} carries nothing from ${day}`);
  if (book.table !== undefined) compareTables(book.table, table, fails);
  const carried = carriedCases(ruleSet, cases);
  counts['cells of the reach matrix'] = reachMatrix(book.matrix, cases, carried, fails);
  counts['refusals by default'] = defaultDeny(cases, carried, fails);
  counts['points of the whole space, sampled'] = product(cases, carried, sample, fails);
  const paths = book.paths === undefined ? undefined : new LawfulPaths(cases, carried, book.paths);
  const found = paths?.report();
  for (const fault of found?.faults ?? []) fails('lawful path', fault);
  if (found !== undefined) {
    counts['lawful paths that the statutes name'] = found.asked;
    counts['of these after a legal position'] = found.open;
  }
  const matrix = paths?.matrix();
  counts['verdicts'] = cases.count;
  const without = [...withoutPath(parties, table), ...(found?.without ?? [])];
  return { violations, counts, table, without, ...(matrix === undefined ? {} : { matrix }) };
}
export type Fails = (rule: string, says: string) => void;

export function compareTables(signed: LawTable, computed: LawTable, fails: Fails): void {
  const offices = firstDifference(signed.protectedOffices, computed.protectedOffices);
  if (offices !== undefined) fails('law table', `offices for protected identities${offices}`);
  for (const member of ['versions', 'provisions', 'nonBases'] as const) {
    const [before, now] = [signed[member] as Record<string, unknown>, computed[member] as Record<string, unknown>];
    for (const id of new Set([...Object.keys(before), ...Object.keys(now)])) {
      const path = firstDifference(before[id], now[id]);
      if (path !== undefined) fails('law table', `${id}${path}`);
    }
  }
}
/** @returns where two values differ first, and how; undefined when they are the same */
function firstDifference(a: unknown, b: unknown): string | undefined {
  if (JSON.stringify(a) === JSON.stringify(b)) return undefined;
  if (
    typeof a === 'object' &&
    typeof b === 'object' &&
    a !== null &&
    b !== null &&
    !Array.isArray(a) &&
    !Array.isArray(b)
  ) {
    const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const inner = firstDifference(left[key], right[key]);
      if (inner !== undefined) return ` ${key}${inner}`;
    }
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    const gone = a.filter((one) => !b.includes(one));
    const come = b.filter((one) => !a.includes(one));
    return `: ${[...gone.map((one) => `without ${String(one)}`), ...come.map((one) => `with ${String(one)}`)].join('; ')}`;
  }
  return `: ${JSON.stringify(a) ?? 'absent'} in the law table, ${JSON.stringify(b) ?? 'absent'} by the rules`;
}

const currentOn = (ruleSet: RuleSet, on: LocalDate): readonly BasisVersion[] =>
  ruleSet.versions.filter((rule) => inForce(rule, on));
/** A carried case per basis on the day of the rule set; what is no longer confirmed that day is lifted. */
export function carriedCases(ruleSet: RuleSet, cases: Cases): ReadonlyMap<string, Case> {
  const found = currentOn(ruleSet, ruleSet.date).flatMap((rule) => {
    const one = carryingCase(rule, ruleSet.date, cases);
    return one === undefined ? [] : [[rule.id, one] as const];
  });
  return new Map(found);
}

/** Formal reach is that of the matrix; the verdict is reach less what is always asked. */
function reachMatrix(
  { columns, rows }: Matrix,
  cases: Cases,
  carried: ReadonlyMap<string, Case>,
  fails: Fails,
): number {
  let cells = 0;
  const meaning = (said: string): string =>
    said === 'deny'
      ? 'no'
      : said === 'assess/protected'
        ? 'protected'
        : said === 'assess/legal-question'
          ? 'open'
          : 'yes';
  const rank = ['no', 'protected', 'open', 'yes'];
  for (const { provisions, reach } of rows)
    for (const provision of provisions)
      for (const [at, [column, bases]] of Object.entries(columns).entries()) {
        const expected = reach[at] ?? 'absent';
        if (expected === 'skip') continue;
        cells += 1;
        const said = bases.flatMap((id) => {
          const one = carried.get(id);
          return one === undefined ? [] : [meaning(shortOf(cases.codes(withItem(one, { secrecy: [provision] }))))];
        });
        const got = rank[Math.max(...said.map((one) => rank.indexOf(one)))] ?? 'no carried case';
        if (got !== expected)
          fails('reach matrix', `${column} and ${provision}: ${expected} in the statutes, ${got} by the rules`);
      }
  return cells;
}

/** Whatever is unknown, absent or out of force is refused, whoever sends to whomever. */
function defaultDeny(cases: Cases, carried: ReadonlyMap<string, Case>, fails: Fails): number {
  let refusals = 0;
  const refused = (says: string, one: Case): void => {
    refusals += 1;
    const said = shortOf(cases.codes(one));
    if (said !== 'deny') fails('default deny', `${one.bases.map(({ id }) => id).join('+')}: ${says} gives ${said}`);
  };
  for (const base of carried.values()) {
    refused('no basis', variant(base, { bases: [] }));
    refused('an unknown basis', variant(base, { bases: [{ id: 'UNKNOWN-1' }] }));
    refused('an unknown point', variant(base, { bases: base.bases.map(({ id }) => ({ id, point: '99' })) }));
    refused('an unknown purpose', variant(base, { purpose: 'unknown' }));
    refused('an unknown type', variant(base, { type: 'unknown/1' }));
    refused('an unknown category', withItem(base, { category: 'unknown' }));
    refused('an unknown provision', withItem(base, { secrecy: ['99:9'] }));
    refused('an unknown sender', variant(base, { from: 'unknown/unknown' }));
    refused('an unknown recipient', variant(base, { to: 'unknown/unknown' }));
    refused('sender and recipient in one', variant(base, { to: base.from }));
    refused('nothing', variant(base, { items: [] }));
    refused('a day before every act', variant(base, { on: '1900-01-01' }));
    refused('criminal records', withItem(base, { secrecy: ['35:3'] }));
    refused('security-classified information', variant(base, { facts: { ...base.facts, securityClassified: true } }));
    for (const { id } of cases.ruleSet.nonBases) refused(id, variant(base, { bases: [{ id }] }));
  }
  return refusals;
}

/** A point of the whole space is refused when one of its coordinates is; nothing is permitted that no coordinate lets through. */
export function product(cases: Cases, carried: ReadonlyMap<string, Case>, sample: number, fails: Fails): number {
  const random = seeded(20_261_124);
  const bases = [...carried.values()];
  const names = [...cases.parties.keys()];
  const provisions = cases.ruleSet.provisions.map(({ id }) => id);
  const types = messageTypes.map(({ id }) => id);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const known = new Map<string, boolean>();
  const denied = (at: Case, key: string): boolean => {
    let is = known.get(key);
    if (is === undefined) known.set(key, (is = cases.verdict(at).outcome === 'deny'));
    return is;
  };
  for (let at = 0; at < sample; at += 1) {
    const base = one(bases);
    const id = base.id;
    const [from, to, purpose, provision] = [one(names), one(names), one(PURPOSES), one(provisions)];
    const initiative = random() < 0.5 ? ('own' as const) : ('request' as const);
    if (from === to) continue;
    const whole = withItem(variant(base, { from, to, purpose, initiative, type: one(types) }), {
      secrecy: [provision],
    });
    // The parties are walked together: pairs, municipalities and the regions' exclusions join them.
    const parts: readonly (readonly [string, Case])[] = [
      [`${id} ${from} ${to} ${initiative}`, variant(base, { from, to, initiative })],
      [`${id} ${purpose}`, variant(base, { purpose })],
      [`${id} ${from} ${provision}`, withItem(variant(base, { from, to, initiative }), { secrecy: [provision] })],
    ];
    const expected = parts.some(([key, part], index) => denied(part, index === 2 ? `${key} ${to} ${initiative}` : key));
    const got = cases.verdict(whole).outcome === 'deny';
    if (got !== expected)
      fails(
        'product',
        `${id}: ${from} to ${to}, ${initiative}, ${purpose}, ${provision} is ${got ? '' : 'not '}refused`,
      );
  }
  return sample;
}
/** mulberry32 */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Parties without any lawful path of their own on the newest day: nothing in the table names them. */
function withoutPath(parties: Parties, table: LawTable): readonly string[] {
  const newest = Object.values(table.versions).map(lastOf);
  const names = (side: 'senders' | 'recipients'): ReadonlySet<string> =>
    new Set(newest.flatMap((section) => section[side] ?? []).filter((name) => !name.includes(' ')));
  const [senders, recipients] = [names('senders'), names('recipients')];
  return [...parties.keys()].flatMap((name) => [
    ...(senders.has(name) ? [] : [`${name} may send nothing`]),
    ...(recipients.has(name) ? [] : [`nothing may be sent to ${name}`]),
  ]);
}
