import type { ErasedOpening } from '#envelope';
import { EnvelopeError, parseDecision, parseNotice, parseRefusal, typOf } from '#envelope';

/** What of an opening an erasure must say, and what its decisions must agree with. */
export interface Erasable {
  readonly kind?: 'refusal';
  readonly sender: string;
  readonly recipient?: string;
  readonly number?: number;
  readonly parties: readonly string[];
  readonly messageId: string;
  /** Absent where neither entry nor annex names it. */
  readonly caseId?: string;
}

/**
 * Decisions, and notices about a message; a refusal is its sender's alone. All else stays: what tells of erasures, holds and looks has no party that could decide.
 * @returns undefined when the entry is none that can be erased
 */
export const erasable = (entry: string, annex?: string): Erasable | undefined => {
  try {
    switch (typOf(entry)) {
      case 'delge-decision+jws': {
        const { sender, recipient, number, messageId, caseId } = parseDecision(entry).decision;
        return { sender, recipient, number, messageId, caseId, parties: [sender, recipient] };
      }
      case 'delge-notice+jws': {
        const { kind, sender, recipient: to, number, messageId } = parseNotice(entry).notice;
        if (sender === undefined || messageId === undefined) return undefined;
        const isRefusal = kind === 'refusal-recorded';
        const refusal = isRefusal && annex !== undefined ? parseRefusal(annex).refusal : undefined;
        const recipient = isRefusal ? undefined : to;
        return {
          sender,
          messageId,
          parties: recipient === undefined ? [sender] : [sender, recipient],
          ...(isRefusal ? { kind: 'refusal' } : {}),
          ...(recipient === undefined ? {} : { recipient }),
          ...(number === undefined ? {} : { number }),
          ...(refusal === undefined ? {} : { caseId: refusal.caseId }),
        };
      }
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof EnvelopeError) return undefined;
    throw error;
  }
};

/** As decisions and the erasure name it. */
export const erasedOpening = (
  index: bigint,
  entryId: string,
  { kind, sender, recipient, number }: Pick<Erasable, 'kind' | 'sender' | 'recipient' | 'number'>,
): ErasedOpening => ({
  ...(kind === undefined ? {} : { kind }),
  index: index.toString(),
  entryId,
  sender,
  ...(recipient === undefined ? {} : { recipient }),
  ...(number === undefined ? {} : { number }),
});

/** Word for word. */
export const isSame = (a: ErasedOpening, b: ErasedOpening): boolean =>
  a.index === b.index &&
  a.entryId === b.entryId &&
  a.kind === b.kind &&
  a.sender === b.sender &&
  a.recipient === b.recipient &&
  a.number === b.number;
