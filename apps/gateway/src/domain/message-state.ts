import type { MessageState } from '#contracts';

export type { MessageState } from '#contracts';

/**
 * How far a message has come. Facts about it may reach its sender in any order and more than once (each travels through a
 * queue of its own), so states have ranks: a fact never moves a message back (design.md I1, I2).
 */
const rank: Readonly<Record<MessageState, number>> = {
  'awaiting-assessment': 0,
  accepted: 1,
  // The exchange has it aside; it either goes on or is discarded.
  quarantined: 2,
  checked: 3,
  released: 4,
  // Its recipient's gateway could not handle it, and the exchange has it aside; it is given to it again or is discarded.
  'delivery-quarantined': 4.2,
  // Of the attempt that did not open; the next one begins at `accepted`.
  'awaiting-key': 4.5,
  fetched: 5,
  acknowledged: 6,
  refused: 10,
  rejected: 10,
  expired: 10,
  discarded: 10,
  withdrawn: 10,
};
const TERMINAL = 10;

/** Nothing more happens to the message; which of them it was does not change either, unless it arrived although it was said to be discarded. */
export const isTerminal = (state: MessageState): boolean => rank[state] >= TERMINAL;

/** Its sender is told how it ended, or that it arrived (design.md I1): until then it cannot be erased. */
export const isEnded = (state: MessageState): boolean => rank[state] >= rank.fetched;

const isArrival = (fact: MessageState): boolean => fact === 'fetched' || fact === 'acknowledged';

/**
 * State after a fact.
 * @returns `from` when the fact brings nothing new or the message has already ended
 */
export const advance = (from: MessageState, fact: MessageState): MessageState => {
  // The recipient's own receipt, in the log, holds against an exchange that says it ended what had arrived: whichever comes first.
  if (from === 'discarded' && isArrival(fact)) return fact;
  if (isTerminal(from)) return from;
  // What the recipient fetched cannot expire or be refused; such a fact contradicts a receipt that is in the log.
  if (isTerminal(fact)) return rank[from] >= rank.fetched ? from : fact;
  return rank[fact] > rank[from] ? fact : from;
};

/**
 * As `advance`, for a fact about one attempt. What became of an earlier one says nothing of the attempt that is under way, unless it arrived after all.
 * @param attempt that the fact is about; undefined: it is about the message
 */
export const advanceBy = (
  from: { readonly state: MessageState; readonly attempt: number },
  fact: MessageState,
  attempt: number | undefined,
): MessageState => {
  return attempt === undefined || attempt === from.attempt || isArrival(fact) ? advance(from.state, fact) : from.state;
};

/** Whether it may have reached its recipient, or may yet. What waits for another key reached nobody who could open it, and would by its next attempt. */
export const mayBeRetracted = (state: MessageState): boolean => !isTerminal(state) && rank[state] >= rank.accepted;

/** Its recipient has it, or may: giving it another way as well keeps nothing from being sent. */
export const isDisclosed = (state: MessageState): boolean =>
  state === 'released' || state === 'delivery-quarantined' || state === 'fetched' || state === 'acknowledged';

/** Words of design.md section 4 for people; never *skickad* before *utlämnad*. */
export const stateText: Readonly<Record<MessageState, { readonly sv: string; readonly en: string }>> = {
  'awaiting-assessment': { sv: 'väntar på bedömning', en: 'awaiting assessment' },
  accepted: { sv: 'mottagen av er gateway', en: 'accepted by your gateway' },
  checked: { sv: 'kontrollerad', en: 'checked' },
  released: { sv: 'utlämnad', en: 'released' },
  'delivery-quarantined': {
    sv: 'utlämnad, i karantän hos förmedlingen',
    en: 'released, quarantined at the exchange',
  },
  'awaiting-key': { sv: 'väntar på mottagarens nya nyckel', en: "awaiting the recipient's new key" },
  fetched: { sv: 'hämtad', en: 'fetched' },
  acknowledged: { sv: 'kvitterad', en: 'acknowledged' },
  refused: { sv: 'stoppad: formellt hinder', en: 'refused: formal obstacle' },
  rejected: { sv: 'avvisad av mottagarens gateway', en: "rejected by the recipient's gateway" },
  expired: { sv: 'utgången', en: 'expired' },
  withdrawn: { sv: 'återtagen', en: 'withdrawn' },
  quarantined: { sv: 'i karantän hos förmedlingen', en: 'quarantined at the exchange' },
  discarded: { sv: 'i karantän och kasserad', en: 'quarantined and discarded' },
};
