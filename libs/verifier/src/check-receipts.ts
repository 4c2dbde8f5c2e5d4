import { fitAfter } from '#envelope';
import type { Receipt } from '#envelope';
import type { Say } from './say.js';

type Kind = Receipt['kind'];
interface Early {
  readonly index: bigint;
  readonly parties: string;
  readonly say: Say;
}

/** What the receipts for one attempt say together: it was taken up or turned down, and dealt with only after it was taken up. */
export class ReceiptsTogether {
  private readonly kinds = new Map<string, Set<Kind>>();
  private readonly early: Early[] = [];

  /**
   * Takes receipts in the order of the log.
   * @param attempt key of the attempt
   * @param parties key of sender and recipient
   * @param whole whether all receipts of the attempt are among those taken, those that were erased apart
   */
  take(attempt: string, kind: Kind, index: bigint, parties: string, whole: boolean, say: Say): void {
    const before = this.kinds.get(attempt) ?? new Set();
    const fit = fitAfter(kind, before);
    if (fit === 'contradicts') say('receipts-contradict');
    if (fit === 'early' && whole) this.early.push({ index, parties, say });
    this.kinds.set(attempt, before.add(kind));
  }

  /** @param erased entries whose openings are gone: what is missed may be among those of the same parties */
  close(erased: Iterable<{ readonly index: bigint; readonly parties: string }>): void {
    const gone = [...erased];
    for (const { index, parties, say } of this.early)
      if (!gone.some((one) => one.parties === parties && one.index < index)) say('receipts-contradict');
  }
}
