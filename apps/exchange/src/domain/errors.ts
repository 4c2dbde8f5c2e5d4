/** What is needed to judge is not here now: not the message's fault, so it waits. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  constructor(
    readonly code: 'snapshot' | 'rule-set' | 'engine-version' | 'registry' | 'live-key' | 'retraction' | 'hold',
  ) {
    super(code);
  }
}

/** Why something that came in is set aside instead of decided. Closed: it stands in the signed notice. */
export const QUARANTINE_REASONS = [
  'malformed',
  'unknown-type',
  'no-user-id',
  'handler-failed',
  'delivery-limit',
  'manifest-unreadable',
  'account-mismatch',
  'environment',
  'manifest-key',
  'manifest-signature',
  'not-hosted',
  'length-mismatch',
  'attachment-missing',
  'cooperation-not-opened',
  'id-reuse',
  'attempt-out-of-order',
  'receipt-unreadable',
  'receipt-key',
  'receipt-signature',
  'receipt-unbound',
  'receipt-conflict',
  'receipt-order',
  'retraction-unreadable',
  'retraction-key',
  'retraction-signature',
  'retraction-unbound',
  'retraction-conflict',
  'hold-unreadable',
  'hold-key',
  'hold-signature',
  'hold-conflict',
  'refusal-unreadable',
  'refusal-key',
  'refusal-signature',
  'recorded-unreadable',
  'recorded-key',
  'recorded-signature',
  'recorded-ahead',
  'refused-by-gateway',
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** Whoever is behind it cannot be established, or it contradicts what is recorded. */
export class SetAside extends Error {
  override readonly name = 'SetAside';
  constructor(readonly reason: QuarantineReason) {
    super(reason);
  }
}

/** Why what somebody asked for is not done with what is held in quarantine. */
export type HeldCode =
  | 'decided'
  | 'other-attempt'
  | 'may-be-received'
  | 'nothing-stands'
  | 'discarded'
  | 'not-kept'
  | 'needs-force'
  | 'timed-out';
export class StillHeld extends Error {
  override readonly name = 'StillHeld';
  constructor(readonly code: HeldCode) {
    super(code);
  }
}

/** Why a blob was not taken or given. */
export type BlobFault = 'not-found' | 'too-large' | 'quota' | 'id-reuse' | 'offset' | 'part-size' | 'digest';
export class BlobRefused extends Error {
  override readonly name = 'BlobRefused';
  constructor(readonly code: BlobFault) {
    super(code);
  }
}
