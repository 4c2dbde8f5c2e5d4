import { canonicalize } from '#json';
import type { Decision, Receipt } from '#envelope';

/** A message is sealed at most this often: a recipient whose keys come and go is for people to look at. */
export const MOST_ATTEMPTS = 5;

/**
 * Whether nothing but the recipient's sealing key stood in the way, so that the message may be sealed again as the next attempt of the same id (design.md
 * section 7). The law was not asked then, or has permitted.
 */
export const refusedForKey = ({ outcome, verdict }: Pick<Decision, 'outcome' | 'verdict'>): boolean =>
  outcome === 'deny' && canonicalize((verdict as { verification?: unknown }).verification ?? null) === KEY_ALONE;
const KEY_ALONE = '["SEALING_KEY_NOT_LIVE"]';

export const rejectedForKey = ({ kind, reason }: Pick<Receipt, 'kind' | 'reason'>): boolean =>
  kind === 'rejected' && reason === 'seal-not-openable';
