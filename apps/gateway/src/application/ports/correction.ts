import type { Stopped } from '../../domain/correction.js';

/** A referral that was submitted to put a message right. */
export interface StoredCorrection {
  /** Of what is wrong. */
  readonly messageId: string;
  readonly referralId: string;
  /** Why it was not taken in. */
  readonly stopped?: Stopped;
}

export interface NewCorrection extends StoredCorrection {
  /** Whether what is wrong is taken back should it end on its way. */
  readonly fallsBack: boolean;
}

export interface CorrectionStore {
  /** That one is about to be submitted. @returns false when something is noted of the same two, which stands */
  begin(authority: string, correction: NewCorrection, at: Date): Promise<boolean>;
  /** What is noted again of the same two stands, under the time of the first. Of a referral that was not stopped, no other message is put right by it any more. */
  note(authority: string, correction: NewCorrection, at: Date): Promise<void>;
  /** What was begun at that time, and not noted since. */
  forget(authority: string, correction: StoredCorrection, at: Date): Promise<void>;
  /**
   * Those that were to fall back and have ended, and what nobody has settled of them.
   * @returns `fallsBack` unless it arrived, or another one of the same message came after it
   */
  ended(authority: string): Promise<readonly NewCorrection[]>;
  settle(authority: string, correction: StoredCorrection): Promise<void>;
  /** Those that were taken in or stopped, oldest first. */
  of(authority: string, messageIds: readonly string[]): Promise<readonly StoredCorrection[]>;
}
