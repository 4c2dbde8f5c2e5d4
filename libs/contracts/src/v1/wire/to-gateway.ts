import { blind, count, jwe, jws, optional, proof, readerOf, uuid } from './shape.js';

/** A permitted message, released to its recipient's gateway with proof. `delivery.released.v1`. */
export interface DeliveryReleasedV1 {
  readonly manifest: string;
  readonly jwe: string;
  readonly decision: string;
  readonly blind: string;
  readonly proof: string;
  /** Order within (recipient authority, case), from 1 and gapless. */
  readonly deliveryNumber: number;
}
/** The decision on a message, proven, to its sender's gateway: every outcome. `message.decided.v1`. */
export interface MessageDecidedV1 {
  readonly messageId: string;
  readonly attempt: number;
  readonly decision: string;
  readonly blind: string;
  readonly proof: string;
}
/** A receipt with the notice that took it into the log, to the sender's gateway. `receipt.recorded.v1`. */
export interface ReceiptRecordedV1 {
  readonly receipt: string;
  readonly sealed?: string;
  readonly notice: string;
  readonly blind: string;
  readonly proof: string;
}
/** A retraction with the notice that took it into the log: to the recipient's gateway when the message was released, and to the sender's. `retraction.recorded.v1`. */
export interface RetractionRecordedV1 {
  readonly retraction: string;
  readonly notice: string;
  readonly blind: string;
  readonly proof: string;
}
/** Any other notice of the exchange to the sender's gateway. `notice.issued.v1`. */
export interface NoticeIssuedV1 {
  readonly notice: string;
  readonly blind: string;
  readonly proof: string;
}

export const parseDeliveryReleasedV1 = readerOf<DeliveryReleasedV1>({
  manifest: jws,
  jwe,
  decision: jws,
  blind,
  proof,
  deliveryNumber: count,
});
export const parseMessageDecidedV1 = readerOf<MessageDecidedV1>({
  messageId: uuid,
  attempt: count,
  decision: jws,
  blind,
  proof,
});
export const parseReceiptRecordedV1 = readerOf<ReceiptRecordedV1>({
  receipt: jws,
  sealed: optional(jwe),
  notice: jws,
  blind,
  proof,
});
export const parseRetractionRecordedV1 = readerOf<RetractionRecordedV1>({ retraction: jws, notice: jws, blind, proof });
export const parseNoticeIssuedV1 = readerOf<NoticeIssuedV1>({
  notice: jws,
  blind,
  proof,
});

/** What the exchange sends to gateways. */
export const TO_GATEWAY = [
  'delivery.released.v1',
  'message.decided.v1',
  'receipt.recorded.v1',
  'retraction.recorded.v1',
  'notice.issued.v1',
] as const;
export type ToGateway = (typeof TO_GATEWAY)[number];
