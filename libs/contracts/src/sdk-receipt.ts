import type { FormReason } from './v1/http/give-receipt.dto.js';

/** A receipt in SDK's words (Digg, Meddelandespecifikation Meddelandekvittens 1.1: UBL ApplicationResponse). */
export interface SdkReceipt {
  /** `DocumentResponse/Response/ResponseCode` */
  readonly response: 'ACCEPTED' | 'REJECTED';
  /** `LineResponse/Response/ResponseCode`: signature, syntax, or a rule of the business. */
  readonly line?: 'SIG' | 'SV' | 'BV';
  /** `LineResponse/Response/Status/StatusReasonCode`: SDK leaves it to the rule's owner. */
  readonly reason?: string;
}

const rule = (reason: FormReason): SdkReceipt => ({ response: 'REJECTED', line: 'BV', reason: `delge:${reason}` });

/** One receipt of SDK for each way in which an authority answers to a delivery, and no two alike. `handled` has none: SDK's receipts say that a message came. */
export const SDK_RECEIPTS: Readonly<Record<'accepted' | FormReason, SdkReceipt>> = {
  accepted: { response: 'ACCEPTED' },
  misdirected: rule('misdirected'),
  'not-competent': rule('not-competent'),
  'wrong-function': rule('wrong-function'),
  'unreadable-attachment': { response: 'REJECTED', line: 'SV', reason: 'delge:unreadable-attachment' },
  'duplicate-of-earlier': rule('duplicate-of-earlier'),
  'case-unknown': rule('case-unknown'),
  incomplete: rule('incomplete'),
};
