import type { MessageState, NotCorrected, RightedBy } from '#contracts';
import { isTerminal } from './message-state.js';

/** @param type e.g. `correction/1` */
export const isCorrection = (type: string): boolean => type.startsWith('correction/');

/** Why a correction was stopped: its verdict, or its sender's own hold. */
export type Stopped = Extract<NotCorrected, 'formal-obstacle' | 'assessment-missing' | 'recipient-held'>;

/** What stands between a sender and one recipient of what is wrong. */
export interface Righting {
  /** Of what is wrong. */
  readonly state: MessageState;
  readonly isRetracted: boolean;
  /** State of the newest correction that was submitted and not stopped. */
  readonly correction?: MessageState;
  /** Why the newest one was stopped. */
  readonly stopped?: Stopped;
}

/** A correction has its own verdict and falls back to a retraction; what is not released is withdrawn; nobody is told of what it never got (design.md section 10). */
export const rightedBy = ({
  state,
  isRetracted,
  correction,
  stopped,
}: Righting): { readonly by: RightedBy; readonly why?: NotCorrected } => {
  const isCorrected = correction !== undefined && !isTerminal(correction);
  const why = stopped ?? (correction === undefined ? 'not-asked' : 'correction-ended');
  if (state === 'withdrawn') return { by: 'withdrawal', why: 'not-received' };
  if (isTerminal(state) || state === 'awaiting-assessment') return { by: 'nothing', why: 'not-received' };
  // It has the last word: what is taken back is not used, whatever was put right of it.
  if (isRetracted) return { by: 'retraction', ...(isCorrected ? {} : { why }) };
  return isCorrected ? { by: 'correction' } : { by: 'nothing', why };
};
