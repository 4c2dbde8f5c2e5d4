import type { ListReferralsQueryDto, MessageState, SubmitReferralDto, VerdictView } from '#contracts';
import type { ComputedBy } from '../../domain/forecast.js';
import type { OutgoingAttachment } from './attachment.js';
import type { Dues } from './due.js';
import type { NewIncident } from './incident.js';
import type { Outgoing } from './outgoing.js';

/** How an officer is known: logged in to the gateway, or a system says so. */
export type Assurance = 'authenticated' | 'asserted';

/** An officer's assessment as the sending authority keeps it, encrypted at rest. */
export interface StoredAssessment {
  readonly id: string;
  readonly recipient: string;
  /** Basis version, or `-`. */
  readonly basis: string;
  readonly test: string;
  readonly outcome: string;
  readonly items: readonly string[];
  readonly office: string;
  readonly officer: string;
  readonly mandate: string;
  readonly reasons: string;
  readonly at: string;
  readonly assurance: Assurance;
  /** What it is bound to; void when the recomputed digest differs. */
  readonly digest: string;
  readonly commitment: string;
}

/** What of a message is encrypted at rest. */
export interface MessageDetail {
  readonly verdict: VerdictView;
  /** Items of the body that this message goes without, as its sender asked. */
  readonly leftOut?: readonly string[];
  /** What the verdict, a forecast, was computed by. */
  readonly forecast?: ComputedBy;
  /** Exact signed manifest, once sealed. */
  readonly manifest?: string;
  /** Exact inner JWS that was sealed: the sender's proof of what was sent. */
  readonly document?: string;
}

/** An attempt that did not open at its recipient's, kept beside the one that took its place. */
export interface EarlierAttempt {
  readonly attempt: number;
  readonly manifestSha256: string;
  readonly jweSha256: string;
  /** Encrypted at rest: the exact signed manifest and document. */
  readonly detail: Pick<MessageDetail, 'manifest' | 'document'>;
}

export interface StoredMessage {
  readonly messageId: string;
  readonly recipient: string;
  readonly function: string;
  readonly state: MessageState;
  readonly attempt: number;
  readonly changedAt: Date;
  readonly expiresAt?: Date;
  readonly outboxId?: string;
  readonly manifestSha256?: string;
  readonly jweSha256?: string;
  readonly detail: MessageDetail;
  /** Oldest first; absent when there was none. */
  readonly earlier?: readonly EarlierAttempt[];
  /** What its newest attempt brings; told when it is stored, and not when it is read. */
  readonly attachments?: readonly OutgoingAttachment[];
  /** When it was erased: then nothing is in its detail. */
  readonly erasedAt?: Date;
}

/** What stands beside a message's secret part, and the type of its referral. */
export interface MessageOutline extends Pick<
  StoredMessage,
  'recipient' | 'state' | 'attempt' | 'manifestSha256' | 'jweSha256' | 'erasedAt'
> {
  readonly type: string;
}

/** What a statement says of the message that it is about. */
export type Told = Partial<Pick<MessageOutline, 'attempt' | 'recipient' | 'manifestSha256' | 'jweSha256'>>;

/** A message that waits for another sealing key of its recipient. */
export interface AwaitingKey {
  readonly referralId: string;
  readonly messageId: string;
}

export type Phase = 'draft' | 'lapsed' | 'accepted';

export interface StoredReferral {
  readonly authority: string;
  readonly id: string;
  readonly caseId: string;
  readonly type: string;
  readonly phase: Phase;
  /** base64url SHA-256 of the body's canonical form. */
  readonly bodyDigest: string;
  readonly body: SubmitReferralDto;
  readonly assessments: readonly StoredAssessment[];
  /** Changes with each write; a writer names the one it read. */
  readonly version: string;
  readonly submittedAt: Date;
  /** When a draft expires. */
  readonly lapsesAt?: Date;
  /** Those that are not erased. */
  readonly messages: readonly StoredMessage[];
  /** Whether some are. */
  readonly partlyErased?: true;
}

/** A signed refusal report: claims and codes only. */
export interface StoredRefusal {
  readonly refusalId: string;
  /** The same obstacle to the same message is reported once. */
  readonly fingerprint: string;
  readonly messageId: string;
  readonly referralId: string;
  readonly recipient: string;
  readonly statement: string;
  readonly at: Date;
  readonly outgoing: Outgoing;
}

/** One logged statement about a message, as its sender got it. */
export interface StoredStatement {
  readonly entryId: string;
  readonly messageId: string;
  /** Attempt that it is about; not kept, since it stands in what was signed. */
  readonly attempt?: number;
  readonly kind: string;
  readonly entry: string;
  readonly statement?: string;
  readonly blind?: string;
  readonly proof?: string;
  /** Opened note beside a receipt, encrypted at rest. */
  readonly note?: { readonly diaryNumber: string };
  readonly at: Date;
}

export interface ListedReferral {
  readonly id: string;
  readonly caseId: string;
  readonly type: string;
  readonly submittedAt: Date;
  readonly cursor: string;
  readonly messages: readonly {
    readonly recipient: string;
    readonly messageId: string;
    readonly state: MessageState;
    readonly changedAt: Date;
    readonly erasedAt?: Date;
  }[];
}

export interface ReferralStore {
  /** @throws {GatewayError} ERASED when all of it is */
  find(authority: string, id: string): Promise<StoredReferral | undefined>;
  /**
   * Writes referral, messages and outbox in one transaction.
   * @param expected version that was read; absent: there was nothing, or something that does not hold the id
   * @returns false when another writer was first, or who suspended a recipient's subscription was
   */
  put(
    referral: StoredReferral,
    expected: string | undefined,
    outgoing: readonly Outgoing[],
    refusals: readonly StoredRefusal[],
  ): Promise<boolean>;
  refuse(authority: string, refusals: readonly StoredRefusal[]): Promise<void>;
  /** @returns `too-late` when any message may have left; nothing is changed then */
  withdraw(authority: string, id: string, at: Date): Promise<'withdrawn' | 'too-late' | 'not-found'>;
  /** @param at of `overdue` */
  list(authority: string, query: ListReferralsQueryDto, at: Date): Promise<readonly ListedReferral[]>;
  statements(authority: string, messageIds: readonly string[]): Promise<readonly StoredStatement[]>;
  /** Signed refusal reports about a message, exact characters, the oldest first. */
  refusalsOf(authority: string, messageId: string): Promise<readonly string[]>;
  findMessage(authority: string, messageId: string): Promise<StoredMessage | undefined>;
  /**
   * Opens nothing.
   * @param told what is told of the message: where that fits what is remembered of it, the outline may be of a moment ago, else it is read; absent: it is read
   */
  outline(authority: string, messageId: string, told?: Told): Promise<MessageOutline | undefined>;
  /** Keeps a statement, moves the message by `fact`, and notes what is due; a statement already kept gains what it lacked. */
  record(
    authority: string,
    statement: StoredStatement,
    fact: MessageState | undefined,
    dues?: Dues,
    /** Opened with it, once. */
    incident?: NewIncident,
    /** The message as it was read: spares looking at it again, and binds nobody. */
    from?: MessageOutline,
  ): Promise<'recorded' | 'unknown'>;
  /** Those of an authority that wait for a key, the longest waiting first. */
  awaitingKey(authority: string): Promise<readonly AwaitingKey[]>;
  /**
   * Puts the next attempt in the place of one that waits, which is kept, with its outbox in one transaction.
   * @returns false when the attempt before it waits no longer
   */
  sealedAgain(authority: string, message: StoredMessage, outgoing: Outgoing): Promise<boolean>;
  /** Ends a message that waits as refused, with the verdict that it has now. @returns false when it waits no longer */
  refusedAgain(authority: string, message: StoredMessage, refusal: StoredRefusal): Promise<boolean>;
  /** Drafts past their time lapse; messages never published by their expiry expire. @returns how many of each */
  expire(authority: string, at: Date): Promise<{ readonly drafts: number; readonly messages: number }>;
}
