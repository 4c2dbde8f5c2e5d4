import { canonicalize } from '#json';
import type { KeysLog } from '#snapshot';
import { codesOf } from './compute.js';
import type { By, RuleSetOf } from './compute.js';
import { groundsOf } from './grounds.js';
import type { NotReplayable, Recorded } from './grounds.js';

/** One message whose decision falls out differently; codes as decisions record them. */
export interface FallsOut {
  readonly entryId: string;
  readonly outcome: 'changed';
  readonly messageId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly messageType: string;
  readonly before: object;
  readonly after: object;
}
export type Impact =
  | FallsOut
  | { readonly entryId: string; readonly outcome: 'unchanged' }
  | { readonly entryId: string; readonly outcome: 'not-computed'; readonly code: NotReplayable };

/** Computes a stored decision in two ways, with the directory, adoptions and legal positions that it was made with. */
export async function impact(
  recorded: Recorded,
  keys: Pick<KeysLog, 'at'>,
  [a, b]: readonly [By, By],
  ruleSetOf: RuleSetOf,
): Promise<Impact> {
  const { entryId } = recorded;
  const grounds = await groundsOf(recorded, keys);
  if (typeof grounds === 'string') return { entryId, outcome: 'not-computed', code: grounds };
  const [before, after] = [codesOf(grounds, a, ruleSetOf), codesOf(grounds, b, ruleSetOf)];
  if (typeof before === 'string') return { entryId, outcome: 'not-computed', code: before };
  if (typeof after === 'string') return { entryId, outcome: 'not-computed', code: after };
  if (canonicalize(before) === canonicalize(after)) return { entryId, outcome: 'unchanged' };
  const { messageId, sender, recipient, messageType } = grounds.manifest;
  return { entryId, outcome: 'changed', messageId, sender, recipient, messageType, before, after };
}
