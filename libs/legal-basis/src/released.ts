import { canonicalBytes } from '#json';
import { base64url } from './base64url.js';
import { ruleSets as released } from './generated/rule-sets.js';
import type { RuleSet, Sha256 } from './types.js';

/** Released rule sets, oldest first. A released set is never edited. */
export const ruleSets: readonly RuleSet[] = released;
const bytes = new WeakMap<RuleSet, Uint8Array>();

/** RFC 8785 bytes; their digest names the rule set in releases and decisions. */
export function ruleSetBytes(ruleSet: RuleSet): Uint8Array {
  let made = bytes.get(ruleSet);
  if (made === undefined) bytes.set(ruleSet, (made = canonicalBytes(ruleSet)));
  return made;
}
/** @returns base64url SHA-256 of `ruleSetBytes` */
export const ruleSetDigest = (ruleSet: RuleSet, sha256: Sha256): string => base64url(sha256(ruleSetBytes(ruleSet)));
/** @returns undefined when this build does not have the set: a hold, never another set in its place */
export const ruleSetByDigest = (digest: string, sha256: Sha256): RuleSet | undefined =>
  ruleSets.find((ruleSet) => ruleSetDigest(ruleSet, sha256) === digest);
/** What an adoption names, e.g. `LUF-2008-206-3@2026-01-01`. */
export const basisVersionIds = (ruleSet: RuleSet): readonly string[] =>
  ruleSet.versions.map((version) => `${version.id}@${version.from}`);
