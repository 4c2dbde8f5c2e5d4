import { createHash } from 'node:crypto';
import { canonicalize } from '#json';
import { ruleSetByDigest } from '#legal-basis';
import type { KeysLog } from '#snapshot';
import { codesOf } from './compute.js';
import type { RuleSetOf } from './compute.js';
import { groundsOf } from './grounds.js';
import type { NotReplayable, Recorded } from './grounds.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** `same`: the codes are those recorded, bit for bit. */
export type Replayed =
  | { readonly entryId: string; readonly outcome: 'same'; readonly decided: 'by-law' | 'by-verification' }
  | { readonly entryId: string; readonly outcome: 'mismatch'; readonly recorded: object; readonly computed: object }
  | { readonly entryId: string; readonly outcome: 'not-replayable'; readonly code: NotReplayable };

/**
 * Computes a decision again (design.md I7) from claims, rule set by digest, engine version, and the directory, adoptions and legal positions at
 * the size of the keys log that the decision carries; what stood against the message itself likewise. Believes nothing but the keys log that the caller has verified.
 * @param ruleSetOf the rule set of a digest; the ones that ship when absent
 */
export async function replay(
  recorded: Recorded,
  keys: Pick<KeysLog, 'at'>,
  ruleSetOf: RuleSetOf = (digest) => ruleSetByDigest(digest, sha256),
): Promise<Replayed> {
  const { entryId } = recorded;
  const grounds = await groundsOf(recorded, keys);
  if (typeof grounds === 'string') return { entryId, outcome: 'not-replayable', code: grounds };
  const computed = codesOf(grounds, {}, ruleSetOf);
  if (typeof computed === 'string') return { entryId, outcome: 'not-replayable', code: computed };
  const { verdict } = grounds.decision;
  return canonicalize(computed) === canonicalize(verdict)
    ? { entryId, outcome: 'same', decided: grounds.asked === undefined ? 'by-verification' : 'by-law' }
    : { entryId, outcome: 'mismatch', recorded: verdict, computed };
}
