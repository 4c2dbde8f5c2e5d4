import type { ListRecordedDisclosuresQueryDto, RecordDisclosureDto, RecordState, VerdictView } from '#contracts';
import type { Outgoing } from './outgoing.js';
import type { StoredAssessment } from './referral.js';

/** A disclosure made outside Delge, as its authority keeps it. */
export interface StoredRecord {
  readonly authority: string;
  readonly id: string;
  readonly messageId: string;
  readonly caseId: string;
  readonly recipient: string;
  /** base64url SHA-256 of the body's canonical form. */
  readonly bodyDigest: string;
  readonly outcome: VerdictView['outcome'];
  readonly state: RecordState;
  readonly disclosedAt: Date;
  readonly recordedAt: Date;
  readonly changedAt: Date;
  /** Encrypted at rest. */
  readonly detail: {
    readonly body: RecordDisclosureDto;
    readonly assessments: readonly StoredAssessment[];
    readonly verdict: VerdictView;
    /** Compact JWS. */
    readonly statement: string;
  };
  /** What the exchange said of it last. */
  readonly notice?: RecordNotice;
}

/** Signed by the exchange, with its proof. */
export interface RecordNotice {
  readonly entryId: string;
  readonly entry: string;
  readonly blind: string;
  readonly proof: string;
}

export type ListedRecord = Omit<StoredRecord, 'authority' | 'bodyDigest' | 'detail' | 'notice'> & {
  readonly cursor: string;
  readonly erasedAt?: Date;
};

export interface RecordStore {
  /** @throws {GatewayError} ERASED */
  find(authority: string, id: string): Promise<StoredRecord | undefined>;
  /** By the message id of its entry; not what is erased. */
  ofMessage(authority: string, messageId: string): Promise<StoredRecord | undefined>;
  /** With its outbox in one transaction. @returns false when another was first under its id */
  add(record: StoredRecord, outgoing: Outgoing): Promise<boolean>;
  list(authority: string, query: ListRecordedDisclosuresQueryDto): Promise<readonly ListedRecord[]>;
  /** Never goes back: what is in the log stays there. */
  told(authority: string, messageId: string, state: RecordState, notice: RecordNotice): Promise<void>;
}
