export type GatewayErrorCode =
  | 'NOT_FOUND'
  | 'ID_REUSE'
  | 'TOO_LATE'
  | 'NOT_A_DRAFT'
  | 'UNKNOWN_RECIPIENT'
  | 'UNKNOWN_FUNCTION'
  | 'UNKNOWN_MESSAGE_TYPE'
  | 'UNKNOWN_CODE'
  | 'CONTENT_INVALID'
  | 'FORMAL_OBSTACLE'
  | 'ASSESSMENT_MISSING'
  | 'ASSESSMENT_INVALID'
  | 'NOTHING_LOGGED'
  | 'ATTACHMENT_INVALID'
  | 'ATTACHMENT_MISSING'
  | 'ATTACHMENT_NOT_CARRIED'
  | 'UPLOAD_OFFSET'
  | 'ERASED'
  | 'NOT_ENDED'
  | 'HELD'
  | 'ERASURE_REFUSED'
  | 'RECEIPT_EXISTS'
  | 'RECEIPT_CONTRADICTS'
  | 'RECEIPT_INVALID'
  | 'NOT_RETRACTABLE'
  | 'RETRACTION_EXISTS'
  | 'NOTHING_TO_ACKNOWLEDGE'
  | 'HANDLING_CONFLICT'
  | 'PERSON_SEARCH_INVALID'
  | 'REQUEST_UNKNOWN'
  | 'REQUEST_INVALID'
  | 'CASE_CLOSED'
  | 'CASE_INVALID'
  | 'SUBSCRIPTION_CONFLICT'
  | 'RECIPIENT_HELD'
  | 'INCIDENT_CLOSED'
  | 'INCIDENT_INVALID'
  | 'WEBHOOK_REFUSED'
  | 'REPLAY_INVALID'
  | 'UNAUTHENTICATED'
  | 'INVALID_SCOPE'
  | 'REGISTRATION_REFUSED'
  | 'TOO_LARGE'
  | 'OUTBOX_FULL'
  | 'OUTBOX_UNSEEN'
  | 'STORAGE'
  | 'STORAGE_QUOTA'
  | 'SNAPSHOT_MISSING';

export interface Fault {
  /** JSON path of the member, never its value. */
  readonly path: string;
  readonly code: string;
}

/** A caller's or the world's fault with a stable code; carries ids and codes, never names or content. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  constructor(
    readonly code: GatewayErrorCode,
    readonly details: {
      readonly faults?: readonly Fault[];
      readonly extensions?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
      /** Why, for the own log alone. */
      readonly reason?: string;
    } = {},
  ) {
    super(code, { cause: details.cause });
  }
}

/** What was there is erased; that it was is no secret to who had it. */
export const erasedAt = (at: Date): GatewayError =>
  new GatewayError('ERASED', { extensions: { erasedAt: at.toISOString() } });

/**
 * Why the recipient's gateway did not take a delivery. Closed: it stands in the signed receipt that the sender gets.
 */
export const REJECTIONS = [
  'malformed',
  'proof-missing',
  'proof-invalid',
  'decision-key',
  'keys-superseded',
  'decision-signature',
  'decision-binding',
  'not-permitted',
  'not-hosted',
  'manifest-key',
  'manifest-signature',
  'manifest-binding',
  'ciphertext-digest',
  'seal-not-openable',
  'context-mismatch',
  'document-key',
  'document-signature',
  'document-binding',
  'content-invalid',
  'claims-invalid',
  'claims-mismatch',
  'rule-set-mismatch',
  'verdict-mismatch',
  'cooperation-mismatch',
  'expired',
  'erased',
  'attachment-missing',
  'attachment-not-openable',
  'attachment-content',
] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** The delivery does not agree with itself, its proof or the law. */
export class RejectedDelivery extends Error {
  override readonly name = 'RejectedDelivery';
  constructor(
    readonly reason: Rejection,
    readonly details: readonly string[] = [],
  ) {
    super(reason);
  }
}

/** What is needed is not here yet: not the fault of what needs it, so that waits. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  constructor(
    readonly code:
      | 'snapshot'
      | 'rule-set'
      | 'engine-version'
      | 'cooperation'
      | 'ledger'
      | 'live-key'
      | 'key-store'
      | 'attachment'
      | 'attachment-digest',
  ) {
    super(code);
  }
}

/** An answer of the exchange that does not verify. Goes to quarantine; a state is never changed by it. */
export class UntrustedStatement extends Error {
  override readonly name = 'UntrustedStatement';
  constructor(readonly code: string) {
    super(code);
  }
}

/** The exchange did not take or give a ciphertext; it is asked again later. */
export class ExchangeAway extends Error {
  override readonly name = 'ExchangeAway';
  constructor(
    /** HTTP status; undefined when nothing was answered. */
    readonly status: number | undefined,
    cause?: unknown,
  ) {
    super(`the exchange answered ${status ?? 'nothing'}`, { cause });
  }
}
