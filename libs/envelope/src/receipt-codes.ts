import type { Receipt } from './statements.js';

/** Why an authority turns a delivery down: for its form, never for its substance. Closed: it stands in the signed receipt. */
export const FORM_REASONS = [
  'misdirected',
  'not-competent',
  'wrong-function',
  'unreadable-attachment',
  'duplicate-of-earlier',
  'case-unknown',
  'incomplete',
] as const;
export type FormReason = (typeof FORM_REASONS)[number];

/** Why a sender takes a message back. */
export const RETRACTION_REASONS = [
  'wrong-recipient',
  'wrong-person',
  'wrong-information',
  'no-ground',
  'sent-twice',
  'correction-not-permitted',
  'given-another-way',
] as const;
export type RetractionReason = (typeof RETRACTION_REASONS)[number];

/** What became, at its recipient, of what was taken back or put right. */
export const ACKNOWLEDGEMENTS = [
  'not-used',
  'used-in-open-matter',
  'used-in-decision',
  'passed-on',
  'disposed-under-decision',
] as const;
export type Acknowledgement = (typeof ACKNOWLEDGEMENTS)[number];

/**
 * Why an officer does not give out what another authority asked for (OSL 2009:400 6:3, 6:5). A receipt needs no permit: none of these says whether there is
 * anything to give out, which would disclose it.
 */
export const REQUEST_REFUSALS = ['not-disclosed', 'no-ground', 'hinders-work', 'not-specified'] as const;
export type RequestRefusal = (typeof REQUEST_REFUSALS)[number];

/** Why a sender lets nothing more be released in a case to a recipient; `lifted`: it lets it again. */
export const RELEASE_HOLD_CODES = ['case-closed', 'subscription-suspended', 'subscription-ended', 'lifted'] as const;
export type ReleaseHoldCode = (typeof RELEASE_HOLD_CODES)[number];

/** What an owner says to who asked for a subscription. The first word is what becomes of it. */
export const SUBSCRIPTION_ANSWERS = [
  'granted',
  'refused-no-ground',
  'refused-not-owner',
  'refused-too-wide',
  'suspended-ground-lapsed',
  'suspended-under-review',
  'resumed',
  'ended-ground-lapsed',
  'ended-no-longer-needed',
  'granted-by-standing-order',
  'refused-case-closed',
  'ended-case-closed',
  'ended-withdrawn',
] as const;
export type SubscriptionAnswer = (typeof SUBSCRIPTION_ANSWERS)[number];

/** Whether kind, reason and what belongs to one kind alone go together: rejections, refusals, answers and acknowledgements have a reason, all but the gateway's own of a closed list. */
export const hasItsReason = ({
  kind,
  reason,
  retractionId,
  refusedBy,
  number,
}: Pick<Receipt, 'kind' | 'reason' | 'retractionId' | 'refusedBy' | 'number'>): boolean => {
  if ((kind === 'request-refused') !== (refusedBy !== undefined)) return false;
  if ((kind === 'subscription-answered') !== (number !== undefined)) return false;
  if (kind === 'subscription-answered')
    return retractionId === undefined && (SUBSCRIPTION_ANSWERS as readonly (string | undefined)[]).includes(reason);
  if ((kind === 'retraction-acknowledged') !== (retractionId !== undefined)) return false;
  if (kind === 'retraction-acknowledged' || kind === 'correction-acknowledged')
    return (ACKNOWLEDGEMENTS as readonly (string | undefined)[]).includes(reason);
  if (kind === 'rejected') return reason !== undefined;
  if (kind === 'form-rejected') return (FORM_REASONS as readonly (string | undefined)[]).includes(reason);
  if (kind === 'request-refused') return (REQUEST_REFUSALS as readonly (string | undefined)[]).includes(reason);
  return reason === undefined;
};

/**
 * How a receipt stands to those given for the same attempt before it. A gateway keeps a delivery or rejects it and not both; its authority takes up what was kept
 * or turns it down and not both, and has dealt only with what it took up.
 * @param before kinds that stand already
 * @returns `early` may fit when what must stand before it has come; `contradicts` never does
 */
export const fitAfter = (
  kind: Receipt['kind'],
  before: ReadonlySet<Receipt['kind']>,
): 'fits' | 'early' | 'contradicts' => {
  // Another one of the same kind is for whoever asks to tell apart from this one come again.
  const others = [...before].filter((one) => one !== kind);
  if (kind === 'rejected') return others.length === 0 ? 'fits' : 'contradicts';
  if (before.has('rejected')) return 'contradicts';
  if (kind === 'technical') return 'fits';
  const takenUp = before.has('accepted') || before.has('handled') || before.has('request-refused');
  if (kind === 'form-rejected' && takenUp) return 'contradicts';
  const isTakingUp = kind === 'accepted' || kind === 'handled' || kind === 'request-refused';
  if (isTakingUp && before.has('form-rejected')) return 'contradicts';
  return before.has('technical') && (kind !== 'handled' || before.has('accepted')) ? 'fits' : 'early';
};
