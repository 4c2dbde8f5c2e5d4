import { stockholmDate } from '#legal-basis';

/**
 * What is to be asked about a permit before it leaves: nothing, when all stands as it stood; whether it still stands, when the keys log has grown
 * since; or everything anew, when it was made too long ago or on another day than this, which would then not be the day of disclosure.
 * @param decision when it was made, and the size of the keys log it carries
 * @param size of the keys log now
 * @param liftedAt when a hold on its case and recipient ended: what had been permitted before is decided anew
 */
export const askedOf = (
  decision: { readonly decidedAt: Date; readonly keysSize: bigint },
  now: Date,
  size: bigint,
  maxAgeMs: number,
  liftedAt?: Date,
): 'nothing' | 'whether-it-stands' | 'anew' => {
  if (now.getTime() - decision.decidedAt.getTime() > maxAgeMs) return 'anew';
  if (stockholmDate(decision.decidedAt) !== stockholmDate(now)) return 'anew';
  if (liftedAt !== undefined && decision.decidedAt <= liftedAt) return 'anew';
  return size === decision.keysSize ? 'nothing' : 'whether-it-stands';
};
