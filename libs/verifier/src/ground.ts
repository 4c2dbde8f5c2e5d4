import { parseRuleSet, ruleSetBytes, ruleSets } from '#legal-basis';
import type { RuleSet } from '#legal-basis';
import { SnapshotError, cooperationCommitment, parseCooperation } from '#snapshot';
import type { KeysLog, Trust } from '#snapshot';
import { sha256 } from './crypto.js';
import type { Say } from './say.js';

/** What entries are judged by. */
export interface Ground {
  readonly environment: string;
  readonly keys: KeysLog;
  readonly ruleSetOf: (digest: string) => RuleSet | undefined;
  /** Openings of cooperation decisions, by id. */
  readonly cooperations: ReadonlyMap<string, object>;
}

const digestOf = (bytes: Uint8Array): string => Buffer.from(sha256(bytes)).toString('base64url');

/** What a ground is made of, apart from the keys log; threads make their own of it. */
export interface Material {
  readonly ruleSets: readonly Attached[];
  /** Openings of cooperation decisions, JSON. */
  readonly cooperations: readonly Attached[];
}
export interface Attached {
  /** Of a bundle. */
  readonly file?: string;
  readonly bytes: Uint8Array;
}

/** What does not hold of the material is reported, and left out. */
export function groundOf(trust: Trust, keys: KeysLog, material: Material, say: Say): Ground {
  const released = new Set(
    keys
      .at(keys.size)
      .ruleSets()
      .map(({ sha256: digest }) => digest),
  );
  const given = new Map<string, Uint8Array>();
  for (const { file, bytes } of material.ruleSets) {
    const digest = digestOf(bytes);
    if (released.has(digest)) given.set(digest, bytes);
    else say('rule-set-foreign', file === undefined ? {} : { file });
  }
  return {
    environment: trust.environment,
    keys,
    ruleSetOf: ruleSetFinder(given),
    cooperations: cooperationsOf(material.cooperations, keys, say),
  };
}

let shipped: ReadonlyMap<string, RuleSet> | undefined;
/** Those that ship with this program, by their own digest. */
const shippedSets = (): ReadonlyMap<string, RuleSet> =>
  (shipped ??= new Map(ruleSets.map((set) => [digestOf(ruleSetBytes(set)), set])));

/** Rule sets by their own digest: those that ship with this program, and those given, read when one is asked for. */
function ruleSetFinder(given: ReadonlyMap<string, Uint8Array>): Ground['ruleSetOf'] {
  const sets = new Map<string, RuleSet | undefined>(shippedSets());
  return (digest) => {
    if (sets.has(digest)) return sets.get(digest);
    const bytes = given.get(digest);
    const set = bytes === undefined ? undefined : parsed(bytes);
    sets.set(digest, set);
    return set;
  };
}

/** A set that demands an engine to come, or that is none, is as good as absent. */
const parsed = (bytes: Uint8Array): RuleSet | undefined => {
  try {
    return parseRuleSet(bytes);
  } catch {
    return undefined;
  }
};

/** Opened cooperation decisions that are the ones committed to; another is reported. */
function cooperationsOf(given: readonly Attached[], keys: KeysLog, say: Say): ReadonlyMap<string, object> {
  const newest = keys.at(keys.size);
  const held = new Map<string, object>();
  for (const { file, bytes } of given) {
    const where = file === undefined ? {} : { file };
    try {
      const parsedOpening = parseCooperation(bytes);
      if (cooperationCommitment(parsedOpening) !== newest.cooperationCommitment(parsedOpening.id))
        say('cooperation-commitment', where);
      else held.set(parsedOpening.id, JSON.parse(Buffer.from(bytes).toString()) as object);
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      say('cooperation-commitment', { ...where, why: error.code });
    }
  }
  return held;
}
