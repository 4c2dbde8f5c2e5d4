import type { BusinessReceipt, RefuseRequestDto, VerdictView } from '#contracts';
import type { DocumentAttachment } from '#envelope';
import type { HandlingFilter } from './handling.js';
import type { NewIncident } from './incident.js';
import type { Outgoing } from './outgoing.js';

/** What of a delivery is encrypted at rest: everything that was verified. */
export interface DeliveryDetail {
  readonly document: string;
  readonly manifest: string;
  readonly decision: string;
  readonly blind: string;
  readonly proof: string;
  readonly registration: object;
  readonly content: object;
  /** Absent when there is none. */
  readonly attachments?: readonly DocumentAttachment[];
  readonly sentAt: string;
  readonly verdict: VerdictView;
}

export interface StoredDelivery {
  readonly authority: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly sender: string;
  readonly caseId: string;
  readonly type: string;
  readonly function: string;
  readonly deliveryNumber: number;
  readonly receivedAt: Date;
  /** When the authority should have taken it up or turned it down; absent of what was received before this was kept. */
  readonly takenUpBy?: Date;
  readonly jweSha256: string;
  readonly decisionEntryId: string;
  readonly detail: DeliveryDetail;
}

export type ListedDelivery = Omit<StoredDelivery, 'detail'> & { readonly cursor: string; readonly erasedAt?: Date };

export interface StoredReceipt {
  readonly receiptId: string;
  readonly kind:
    'technical' | BusinessReceipt | 'retraction-acknowledged' | 'correction-acknowledged' | 'request-refused';
  readonly receipt: string;
  readonly at: Date;
  readonly detail: {
    readonly reason?: string;
    readonly diaryNumber?: string;
    /** Of a refused request. */
    readonly refusedBy?: Omit<RefuseRequestDto, 'reason'>;
  };
  /** That gave it; told when it is stored, and not when it is read. */
  readonly system?: string;
}

/** A delivery as far as what comes later must agree with it. */
export type TakenDelivery = Pick<StoredDelivery, 'attempt' | 'sender' | 'jweSha256' | 'decisionEntryId'>;

export interface DeliveryStore {
  /** What was taken, when something was. */
  taken(authority: string, messageId: string): Promise<TakenDelivery | undefined>;
  /**
   * Inbox claim, delivery, technical receipt and outbox in one transaction.
   * @returns false when it was handled before @throws {RejectedDelivery} `erased`: its authority erased it before it arrived
   */
  receive(
    delivery: StoredDelivery,
    manifestSha256: string,
    receipt: StoredReceipt,
    outgoing: Outgoing,
  ): Promise<boolean>;
  /**
   * Keeps that a delivery was rejected, and nothing of its content.
   * @returns false when this ciphertext was rejected under this decision before, or the message was received
   */
  reject(
    authority: string,
    rejection: {
      readonly messageId: string;
      readonly attempt: number;
      readonly decisionEntryId: string;
      readonly jweSha256: string;
      readonly deliverySha256: string;
      readonly reason: string;
      readonly receipt: string;
      readonly at: Date;
    },
    outgoing: Outgoing,
  ): Promise<boolean>;
  /** @throws {GatewayError} ERASED */
  find(authority: string, messageId: string): Promise<StoredDelivery | undefined>;
  list(
    authority: string,
    query: { readonly after?: string; readonly limit: number; readonly caseId?: string } & HandlingFilter,
  ): Promise<readonly ListedDelivery[]>;
  receipts(authority: string, messageId: string): Promise<readonly StoredReceipt[]>;
  /** @returns the receipt of that kind already given, or undefined when this one was stored @throws {GatewayError} ERASED, RECEIPT_CONTRADICTS */
  addReceipt(
    authority: string,
    messageId: string,
    receipt: StoredReceipt,
    outgoing: Outgoing,
    /** Opened with it. */
    incident?: NewIncident,
  ): Promise<StoredReceipt | undefined>;
}

/** Deliveries of one case. */
export interface CaseDeliveries {
  /** By delivery number. @param after number of a delivery */
  inOrder(authority: string, caseId: string, after: number, limit: number): Promise<readonly ListedDelivery[]>;
}
