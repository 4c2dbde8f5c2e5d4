import type { ErasedOpening, Notice } from '#envelope';
import { EnvelopeError, parseDecision, parseNotice, parseRecordedDisclosure, parseRefusal, typOf } from '#envelope';

/** What of an opening an erasure must say, and what its decisions must agree with. */
export interface Erasable {
  readonly kind?: ErasedOpening['kind'];
  readonly sender: string;
  readonly recipient?: string;
  readonly number?: number;
  readonly parties: readonly string[];
  readonly messageId: string;
  /** Absent where neither entry nor annex names it. */
  readonly caseId?: string;
}

/**
 * Decisions, and notices about a message; a refusal or a recorded disclosure is its sender's alone. All else stays: a hold of what is not released is about no message, and what tells of erasures, legal holds and looks has no party that could decide.
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
        const alone = ALONE[kind];
        const stated = alone === undefined || annex === undefined ? undefined : alone.stated(annex);
        const recipient = alone === undefined ? to : undefined;
        return {
          sender,
          messageId,
          parties: recipient === undefined ? [sender] : [sender, recipient],
          ...(alone === undefined ? {} : { kind: alone.kind }),
          ...(recipient === undefined ? {} : { recipient }),
          ...(number === undefined ? {} : { number }),
          ...(stated === undefined ? {} : { caseId: stated.caseId }),
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

interface Alone {
  readonly kind: NonNullable<ErasedOpening['kind']>;
  readonly stated: (annex: string) => { readonly caseId: string };
}
/** Notices whose opening is their sender's alone; their annex names the case. */
const ALONE: Readonly<Partial<Record<Notice['kind'], Alone>>> = {
  'refusal-recorded': { kind: 'refusal', stated: (annex) => parseRefusal(annex).refusal },
  'disclosure-recorded': { kind: 'recorded-disclosure', stated: (annex) => parseRecordedDisclosure(annex).recorded },
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
