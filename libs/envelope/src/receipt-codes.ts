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

/** Whether kind and reason of a receipt go together: a rejection has one, that for the form one of the closed list, and nothing else has any. */
export const hasItsReason = ({ kind, reason }: Pick<Receipt, 'kind' | 'reason'>): boolean => {
  if (kind === 'rejected') return reason !== undefined;
  if (kind === 'form-rejected') return (FORM_REASONS as readonly (string | undefined)[]).includes(reason);
  return reason === undefined;
};

/**
 * How a receipt stands to those given for the same attempt before it. An authority takes a delivery up or turns it down and not both, and has
 * dealt only with what it took up.
 * @param before kinds that stand already
 * @returns `early` may fit when what must stand before it has come; `contradicts` never does
 */
export const fitAfter = (
  kind: Receipt['kind'],
  before: ReadonlySet<Receipt['kind']>,
): 'fits' | 'early' | 'contradicts' => {
  if (kind === 'form-rejected') return before.has('accepted') || before.has('handled') ? 'contradicts' : 'fits';
  if (kind !== 'accepted' && kind !== 'handled') return 'fits';
  if (before.has('form-rejected')) return 'contradicts';
  return kind === 'handled' && !before.has('accepted') ? 'early' : 'fits';
};
