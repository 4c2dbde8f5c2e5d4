import { jwe, jws, optional, readerOf } from './shape.js';

/** A signed manifest and the sealed document it tells of. AMQP `type`: `message.submitted.v1`. */
export interface MessageSubmittedV1 {
  readonly manifest: string;
  readonly jwe: string;
}
/** A message that its own gateway stopped: claims and codes. `refusal.reported.v1`. */
export interface RefusalReportedV1 {
  readonly refusal: string;
}
/** A disclosure made by telephone, in a meeting, on paper or in an emergency: claims and codes. `disclosure.recorded.v1`. */
export interface DisclosureRecordedV1 {
  readonly recorded: string;
}
/** A receipt and, for an accepted one, the diary number sealed to the sender. `receipt.signed.v1`. */
export interface ReceiptSignedV1 {
  readonly receipt: string;
  readonly sealed?: string;
}

/** A sender's retraction of one message. `retraction.signed.v1`. */
export interface RetractionSignedV1 {
  readonly retraction: string;
}

/** A sender's hold, or that it is lifted. `release-hold.signed.v1`. */
export interface ReleaseHoldSignedV1 {
  readonly hold: string;
}

export const parseMessageSubmittedV1 = readerOf<MessageSubmittedV1>({ manifest: jws, jwe });
export const parseRefusalReportedV1 = readerOf<RefusalReportedV1>({ refusal: jws });
export const parseDisclosureRecordedV1 = readerOf<DisclosureRecordedV1>({ recorded: jws });
export const parseReceiptSignedV1 = readerOf<ReceiptSignedV1>({ receipt: jws, sealed: optional(jwe) });
export const parseRetractionSignedV1 = readerOf<RetractionSignedV1>({ retraction: jws });
export const parseReleaseHoldSignedV1 = readerOf<ReleaseHoldSignedV1>({ hold: jws });

/** What gateways send to the exchange. */
export const TO_EXCHANGE = [
  'message.submitted.v1',
  'refusal.reported.v1',
  'disclosure.recorded.v1',
  'receipt.signed.v1',
  'retraction.signed.v1',
  'release-hold.signed.v1',
] as const;
export type ToExchange = (typeof TO_EXCHANGE)[number];
