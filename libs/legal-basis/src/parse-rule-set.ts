import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { JsonError, canonicalBytes, parseStrict } from '#json';
import { ENGINE_VERSION } from './check.js';
import { EngineError } from './errors.js';
import { memberOf } from './provisions.js';
import { indexOf } from './rule-index.js';
import { ruleSetSchema } from './rule-set-schema.js';
import type { BasisVersion, LocalDate, PartySelector, RuleSet } from './types.js';

export const MAX_RULE_SET_BYTES = 8 * 1024 * 1024;

let shape: ValidateFunction | undefined;
/** Compiled when first asked for: few processes read a rule set. */
const compiled = (): ValidateFunction => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  return ajv.compile(ruleSetSchema);
};

/**
 * Reads a rule set that was made elsewhere. Its digest says who released it; this says that this engine can apply it: shape, closed lists of
 * this build, dates in order, references that lead somewhere, the one form of its bytes.
 * @throws {EngineError} RULE_SET_INVALID, or ENGINE_TOO_OLD when it demands an engine to come
 */
export function parseRuleSet(bytes: Uint8Array): RuleSet {
  const value = parsed(bytes);
  const { engine } = value as { readonly engine?: unknown };
  if (typeof engine === 'number' && engine > ENGINE_VERSION) throw new EngineError('ENGINE_TOO_OLD', String(engine));
  const hasShape = (shape ??= compiled());
  if (!hasShape(value)) fail(hasShape.errors?.[0]?.instancePath ?? '');
  const ruleSet = value as RuleSet;
  unique('lists', ids(ruleSet.lists));
  unique('sets', ids(ruleSet.sets));
  unique('provisions', ids(ruleSet.provisions));
  unique('nonBases', ids(ruleSet.nonBases));
  unique('benefits', ids(ruleSet.benefits.map(({ code }) => ({ id: code }))));
  dates(ruleSet);
  references(ruleSet);
  // What else the engine demands of a rule set: an officer behind every disclosure.
  indexOf(ruleSet);
  return ruleSet;
}

/** What a release says of its rule set, as the bytes say it. */
export interface RuleSetHead {
  readonly number: number;
  readonly date: LocalDate;
  readonly engine: number;
}
/** Reads no more than that: also of a set that demands an engine to come. @throws {EngineError} RULE_SET_INVALID */
export function ruleSetHead(bytes: Uint8Array): RuleSetHead {
  const { number, date, engine = 1 } = parsed(bytes) as { readonly [K in keyof RuleSetHead]?: unknown };
  return typeof number === 'number' && typeof date === 'string' && typeof engine === 'number'
    ? { number, date, engine }
    : fail('head');
}

const fail = (where: string): never => {
  throw new EngineError('RULE_SET_INVALID', where);
};

function parsed(bytes: Uint8Array): object {
  try {
    const value = parseStrict(bytes, { maxBytes: MAX_RULE_SET_BYTES });
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('/');
    // Two forms of one rule set would have two digests.
    return Buffer.compare(canonicalBytes(value), bytes) === 0 ? value : fail('not canonical');
  } catch (error) {
    if (error instanceof JsonError) return fail(error.code);
    throw error;
  }
}

const ids = (all: readonly { readonly id: string }[]): readonly string[] => all.map(({ id }) => id);
const unique = (where: string, all: readonly string[]): void => {
  if (new Set(all).size < all.length) fail(`${where}: an id stands twice`);
};

interface Dated {
  readonly from: LocalDate;
  readonly until?: LocalDate;
}
const ordered = (where: string, { from, until }: Dated): void => {
  if (until !== undefined && until <= from) fail(`${where}: ends before it begins`);
};
/** No two of the same are in force on one day. */
const apart = (where: string, all: readonly Dated[]): void => {
  for (const one of all) ordered(where, one);
  const inOrder = [...all].sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const [at, { from }] of inOrder.entries()) {
    const before = inOrder[at - 1];
    if (before !== undefined && (before.until === undefined || from < before.until)) fail(`${where}: overlap`);
  }
};
const grouped = <T>(all: readonly T[], by: (one: T) => string): ReadonlyMap<string, readonly T[]> =>
  Map.groupBy(all, by);

function dates(ruleSet: RuleSet): void {
  for (const [id, versions] of grouped(ruleSet.versions, (version) => version.id)) apart(id, versions);
  for (const [crime, scales] of grouped(ruleSet.penaltyScales, (scale) => scale.crime)) apart(crime, scales);
  for (const { id, versions } of ruleSet.sets) apart(id, versions);
  for (const { id, entries } of ruleSet.lists) for (const entry of entries) ordered(id, entry);
  for (const benefit of ruleSet.benefits) ordered(benefit.code, benefit);
}

function references(ruleSet: RuleSet): void {
  const sets = new Set(ids(ruleSet.sets));
  const lists = new Set(ids(ruleSet.lists));
  const groups = new Set(ruleSet.penaltyScales.flatMap(({ group }) => group ?? []));
  const non = new Set(ids(ruleSet.nonBases));
  const selectors = (where: string, all: readonly PartySelector[]): void => {
    for (const { list } of all) if (list !== undefined && !lists.has(list)) fail(`${where}: unknown list`);
  };
  for (const version of ruleSet.versions) {
    const where = `${version.id}@${version.from}`;
    if (non.has(version.id)) fail(`${where}: a basis and none`);
    for (const set of setsOf(version)) if (!sets.has(set)) fail(`${where}: unknown set`);
    for (const group of version.penalty?.groups ?? []) if (!groups.has(group)) fail(`${where}: unknown group`);
    for (const { unlessPenaltyOf } of version.overlaps ?? [])
      if (!ruleSet.versions.some(({ id, penalty }) => id === unlessPenaltyOf && penalty !== undefined))
        fail(`${where}: unknown basis`);
    selectors(where, selectorsOf(version));
  }
  for (const { id, entries } of ruleSet.lists)
    selectors(
      id,
      entries.map(({ party }) => party),
    );
  for (const { code, decidedBy } of ruleSet.benefits) selectors(code, decidedBy);
  for (const { id, versions } of ruleSet.sets)
    for (const { provisions } of versions) if (memberOf('1:1', provisions) === undefined) fail(`${id}: provisions`);
  for (const { id } of ruleSet.provisions) if (memberOf(id, []) === undefined) fail('provisions');
}

const setsOf = ({ reach, readings = [], overlaps = [] }: BasisVersion): readonly string[] => [
  ...(reach.only ?? []),
  ...(reach.excludes ?? []),
  ...(reach.excludesFor ?? []).flatMap(({ excludes }) => excludes),
  ...(reach.questions ?? []).map(({ provisions }) => provisions),
  ...readings.flatMap(({ provisions }) => provisions ?? []),
  ...overlaps.map(({ provisions }) => provisions),
];
const selectorsOf = (version: BasisVersion): readonly PartySelector[] => [
  ...[version.sender, version.recipient].flatMap(({ any, own = [], request = [] }) => [...any, ...own, ...request]),
  ...(version.pairs ?? []).flatMap(({ sender, recipient }) => [...sender, ...recipient]),
  ...version.tests.flatMap(({ notOf = [] }) => notOf),
  ...(version.about ?? []).flatMap(({ recipient = [] }) => recipient),
  ...(version.reach.excludesFor ?? []).map(({ sender }) => sender),
];
