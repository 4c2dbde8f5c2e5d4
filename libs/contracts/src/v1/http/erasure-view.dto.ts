/** One opening that a decision to erase names. */
export interface ErasureOpeningView {
  /** A refusal or a recorded disclosure, which is its sender's alone. */
  readonly kind?: 'refusal' | 'recorded-disclosure';
  /** Decimal. */
  readonly index: string;
  readonly entryId: string;
  readonly sender: string;
  readonly recipient?: string;
  readonly number?: number;
}

/** Answer of `GET /v1/messages/{id}/erasure`: members of the decision for an administrator to sign, and how far the message has come. */
export interface ErasureView {
  readonly env: string;
  readonly authority: string;
  readonly messageId: string;
  readonly caseId: string;
  /** At most 100, in the order of the log, without those that a decision names already. */
  readonly openings: readonly ErasureOpeningView[];
  /** Until it has, it cannot be erased. */
  readonly ended: boolean;
  /** When it was erased at this gateway. */
  readonly erasedAt?: string;
}
