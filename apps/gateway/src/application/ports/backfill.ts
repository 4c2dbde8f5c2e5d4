import type { StoredMessage } from './referral.js';

/** A referral that is disclosed anew to a subscriber, as a referral of its own. */
export interface NewBackfill {
  readonly referralId: string;
  readonly subscriber: string;
  readonly newReferralId: string;
}

/** Messages are those that are not erased, in the order in which their referrals were taken in. */
export interface BackfillStore {
  /** @returns the id under which one was begun that nobody settled */
  unsettled(authority: string, referralId: string, subscriber: string): Promise<string | undefined>;
  /** That one is about to be submitted. @returns the id under which it goes: the one noted first of the same two stands */
  begin(authority: string, backfill: NewBackfill, at: Date): Promise<string>;
  /** That it was looked at after it was taken in. */
  settle(authority: string, backfill: NewBackfill): Promise<void>;
  /** Messages of what a referral was disclosed anew as, and of what that was in its turn; not its own. */
  copies(authority: string, referralId: string): Promise<readonly StoredMessage[]>;
  /** Messages of whatever has its content: its own, those of its copies, and of what it is a copy of itself. */
  related(authority: string, referralId: string): Promise<readonly StoredMessage[]>;
}
