import type {
  AccessLogItem,
  BusinessReceipt,
  CaseClosing,
  CaseType,
  EventView,
  FoundMessage,
  Handling,
  HeldReason,
  IncidentClock,
  IncidentCode,
  ListAccessLogQueryDto,
  ListIncidentsQueryDto,
  ListRecordedDisclosuresQueryDto,
  ListReferralsQueryDto,
  ListWaitingQueryDto,
  MessageState,
  OTHER_WAYS,
  RecordDisclosureDto,
  RecordState,
  PersonSearchPurpose,
  RecordRequestDto,
  RefuseRequestDto,
  RequestDirection,
  RequestRefusal,
  RetractionReason,
  Scope,
  SubmitReferralDto,
  SubscriptionAnswer,
  SubscriptionScope,
  SubscriptionState,
  ToExchange,
  ToGateway,
  VerdictView,
  WebhookAttemptKind,
  WebhookFault,
} from '#contracts';
import type { DeliveryReleasedV1 } from '#contracts';
import type { DocumentAttachment, Look, MalwareVerdict, ReleaseHold } from '#envelope';
import type { CooperationOpening } from '#snapshot';
import type { JWK } from 'jose';
import type { Stopped } from '../domain/correction.js';
import type { Awaited, Due } from '../domain/deadlines.js';
import type { HandlingChange } from '../domain/handling.js';
import type { Reply } from '../domain/request.js';
import type { RosterCount } from '../domain/roster.js';
import type { ComputedBy } from '../domain/forecast.js';
import type { KeptClock } from '../domain/incident.js';
import type { SubscriptionAsked } from '../domain/subscription.js';
import type { WebhookKey, WebhookSecret } from '../webhooks/signing.js';

export type Now = () => Date;
/** Fresh UUID, lower case. */
export type NewId = () => string;

/** Content that is about to be shown: to whom, and what, by ids alone. */
export interface Shown extends Omit<AccessLogItem, 'at'> {
  readonly authority: string;
}

/** A search for somebody, as it is logged before anything is looked for. */
export interface NewSearch {
  readonly authority: string;
  readonly system: string;
  readonly id: string;
  /** `KeyStore.personToken` */
  readonly token: Buffer;
  readonly purpose: PersonSearchPurpose;
  readonly office: string;
  readonly officer: string;
  readonly reference: string;
}

/** Which messages name whom by number. */
export interface PersonIndex {
  /** Newest first. @param withInformant whether to find those in which it is the informant's number, and say so */
  find(
    authority: string,
    token: Buffer,
    page: { readonly after?: string; readonly limit: number; readonly withInformant: boolean },
  ): Promise<readonly (FoundMessage & { readonly cursor: string })[]>;
  /** Whether all that is kept has been looked through. */
  isComplete(authority: string): Promise<boolean>;
}

/** Who was shown content. Rows are added and never changed. */
export interface AccessLog {
  /** Nothing may be looked for before it has returned. */
  noteSearch(search: NewSearch): Promise<void>;
  /** Nothing may be shown before it has returned. */
  note(shown: Shown): Promise<void>;
  /** Newest first. */
  list(
    authority: string,
    query: ListAccessLogQueryDto,
  ): Promise<readonly (Shown & { readonly at: Date; readonly cursor: string })[]>;
}

/** A wire message for the exchange, put in the outbox in the transaction of the act it tells of. */
export interface Outgoing {
  readonly id: string;
  readonly type: ToExchange;
  readonly body: Uint8Array;
  /** It leaves when its attachments are at the exchange, and not before. */
  readonly waits?: true;
}

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
  readonly assurance: 'authenticated' | 'asserted';
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

/** What is awaited from now on, and what is no more. */
export interface Dues {
  readonly set?: readonly Due[];
  readonly met?: readonly Awaited[];
  /** When it was met. */
  readonly at: Date;
}
export interface MessageDue extends Due {
  readonly messageId: string;
  readonly metAt?: Date;
}
export interface Overdue {
  readonly messageId: string;
  readonly what: Awaited;
}
export interface DueStore {
  /** What has a time and was not met. */
  open(authority: string, messageIds: readonly string[]): Promise<readonly MessageDue[]>;
  /** What has a time, met or not. */
  all(authority: string, messageIds: readonly string[]): Promise<readonly MessageDue[]>;
  /** @returns what has passed unmet and was not returned before */
  alarm(authority: string, at: Date): Promise<readonly Overdue[]>;
  /** How many have passed unmet. */
  overdue(authority: string, at: Date): Promise<number>;
}

export interface ReferralStore {
  /** @throws {GatewayError} ERASED when all of it is */
  find(authority: string, id: string): Promise<StoredReferral | undefined>;
  /**
   * Writes referral, messages and outbox in one transaction.
   * @param expected version that was read; absent: there was nothing, or something that does not hold the id
   * @returns false when another writer was first
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
/** What systems of a recipient say of how far it has come. */
export interface HandlingStore {
  /** By message id, oldest first; of those alone of which something was said. */
  changes(authority: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, readonly HandlingChange[]>>;
  /** A system has taken it over. @returns false, and nothing is changed, when more was said of it already */
  receive(authority: string, messageId: string, system: string, at: Date): Promise<boolean>;
}
/** Deliveries that are in this status, and those of which a clock has run out by then. */
export interface HandlingFilter {
  readonly handling?: Handling;
  readonly overdueAt?: Date;
}

/** A delivery as far as what comes later must agree with it. */
export type TakenDelivery = Pick<StoredDelivery, 'attempt' | 'sender' | 'jweSha256' | 'decisionEntryId'>;

/** A retraction that an authority gave. */
export interface StoredRetraction {
  readonly messageId: string;
  readonly retractionId: string;
  readonly reason: RetractionReason;
  /** Exact characters, compact JWS. */
  readonly statement: string;
  readonly at: Date;
}
/** One that an authority received, with the notice that took it into the log. */
export interface ReceivedRetraction extends StoredRetraction {
  readonly sender: string;
  readonly attempt: number;
  readonly jweSha256: string;
  readonly notice: string;
  readonly blind: string;
  readonly proof: string;
  readonly receivedAt: Date;
}
/** That an item was given another way. */
export interface GivenAnotherWay {
  readonly how: (typeof OTHER_WAYS)[number];
  readonly office: string;
  readonly at: Date;
  readonly markedAt: Date;
}
export interface GivenStore {
  /** By message id. */
  given(authority: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, GivenAnotherWay>>;
}
/** A place in what the exchange told this gateway. */
export interface ToldAt {
  readonly at: Date;
  /** Absent: before everything at that time. */
  readonly entryId?: string;
}
/** Something that it told. */
export interface ToldItem extends ToldAt {
  readonly entryId: string;
  readonly is: 'delivery' | 'decision' | 'notice';
  /** Of a delivery the recipient, of a decision the sender. */
  readonly authority?: string;
  readonly messageId?: string;
  readonly attempt?: number;
  /** Of a delivery, within its recipient and case. */
  readonly number?: number;
}
/** The same as it was sent. */
export interface ToldAgain extends Pick<ToldItem, 'entryId' | 'is'> {
  readonly type: ToGateway;
  readonly body: object;
  readonly octets: Uint8Array;
  /** Beside a decision. */
  readonly manifest?: string;
}
export interface ToldLog {
  /** In the order in which it was told, from the last one read on; that one comes again. */
  list(after: ToldAt, limit: number): Promise<readonly ToldItem[]>;
  /** Those that are still there. */
  bodies(asked: readonly ToldItem[]): Promise<readonly ToldAgain[]>;
}
/** What was sent and is not here, or not as it was sent. */
export interface SentBefore {
  readonly authority: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly recipient: string;
  readonly function: string;
  readonly caseId: string;
  readonly type: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly manifest: string;
  readonly manifestSha256: string;
  readonly jweSha256: string;
}
export interface CatchUpStore {
  /** How far was looked before. */
  read(): Promise<ToldAt | undefined>;
  keep(at: Required<ToldAt>): Promise<void>;
  /** Those of which nothing is here. */
  missing(items: readonly ToldItem[]): Promise<readonly ToldItem[]>;
  rebuild(sent: SentBefore): Promise<'rebuilt' | 'known'>;
}
/** A message that was accepted and is not released. */
export interface WaitingMessage {
  readonly messageId: string;
  readonly referralId: string;
  readonly caseId: string;
  readonly type: string;
  readonly recipient: string;
  readonly function: string;
  readonly state: MessageState;
  readonly clock: 'none' | 'genast' | 'skyndsamt';
  readonly submittedAt: Date;
  readonly dueAt: Date;
  readonly expiresAt?: Date;
  /** Certainly not on its way. */
  readonly isHere: boolean;
  readonly cursor: string;
}
export interface WaitingStore {
  /** What the law hurries most comes first, then what is due first, then what is oldest. */
  list(authority: string, query: ListWaitingQueryDto): Promise<readonly WaitingMessage[]>;
}
/** What an authority's systems are told of. What is read has been committed, and nothing comes before it later. */
export interface EventStore {
  /**
   * @param after id of an event; absent: from the beginning
   * @param since those alone that happened at or after it
   * @throws {GatewayError} NOT_FOUND
   */
  list(authority: string, after: string | undefined, limit: number, since?: Date): Promise<readonly EventView[]>;
  find(authority: string, eventId: string): Promise<EventView | undefined>;
  /** Of each authority the id of its newest event. */
  newest(authorities: readonly string[]): Promise<ReadonlyMap<string, string | undefined>>;
  /** Id of the newest event that the system acknowledged. */
  acknowledged(authority: string, system: string): Promise<string | undefined>;
  /** Never goes back. @returns id of the newest event that is acknowledged now @throws {GatewayError} NOT_FOUND */
  acknowledge(authority: string, system: string, through: string, at: Date): Promise<string>;
}
/** A case that an authority owns. */
export interface StoredCase {
  readonly id: string;
  readonly openedAt: Date;
  /** What was said of it; its title is encrypted at rest. */
  readonly type?: CaseType;
  readonly title?: string;
  readonly closed?: { readonly at: Date; readonly reason: CaseClosing };
}
export interface FoundCase extends StoredCase {
  readonly links: readonly { readonly authority: string; readonly caseId: string; readonly linkedAt: Date }[];
}
export interface NewCase {
  readonly id: string;
  readonly type: CaseType;
  readonly title?: string;
}
export type CaseFault = 'not-found' | 'closed' | 'too-many-links';
export interface CaseStore {
  /** `named`: a referral had opened it. `other`: something else was said of it, or it is a case of another authority's. `closed`: nothing had been said of it before it was closed. */
  put(
    authority: string,
    said: NewCase,
    system: string,
    at: Date,
  ): Promise<'created' | 'named' | 'same' | 'other' | 'closed'>;
  list(
    authority: string,
    query: { readonly after?: string; readonly limit: number; readonly state?: 'open' | 'closed' },
  ): Promise<readonly (StoredCase & { readonly cursor: string })[]>;
  find(authority: string, id: string): Promise<FoundCase | undefined>;
  /** What is in it already is not added again. */
  add(
    authority: string,
    id: string,
    what: { readonly messageId?: string | undefined; readonly referralId?: string | undefined },
    system: string,
    at: Date,
  ): Promise<CaseFault | undefined>;
  link(
    authority: string,
    id: string,
    link: { readonly authority: string; readonly caseId: string },
    most: number,
    system: string,
    at: Date,
  ): Promise<CaseFault | undefined>;
  /** `closed`: for another reason. */
  close(authority: string, id: string, reason: CaseClosing, system: string, at: Date): Promise<CaseFault | undefined>;
  /** @returns false when there is no such case */
  forgetTitle(authority: string, id: string): Promise<boolean>;
  /** @param after id of an event @throws {GatewayError} NOT_FOUND */
  timeline(authority: string, id: string, after: string | undefined, limit: number): Promise<readonly EventView[]>;
  roster(authority: string, id: string): Promise<readonly RosterCount[]>;
  /** Opens cases that referrals named since it last looked, some. @returns whether there may be more */
  gather(authority: string): Promise<boolean>;
}

/** As it is given, of this attempt. */
export interface NewRetraction extends StoredRetraction {
  readonly attempt: number;
  /** Kept with it: then nothing is done about what was released meanwhile. */
  readonly given?: GivenAnotherWay;
}
export interface RetractionStore {
  given(authority: string, messageIds: readonly string[]): Promise<readonly StoredRetraction[]>;
  /**
   * All or none. What has not left the gateway leaves it no more and is `withdrawn` without a retraction; what waits for a key is `withdrawn` by one.
   * @returns false when nothing was done, since one of them is under way as another attempt by now
   * @throws {GatewayError} RETRACTION_EXISTS when one for another reason was given meanwhile; TOO_LATE when what was given another way was released
   */
  give(
    authority: string,
    retractions: readonly NewRetraction[],
    /** One for each, in their order. */
    outgoing: readonly Outgoing[],
    /** Leave beside them: retractions that stand, once more. */
    again?: readonly Outgoing[],
  ): Promise<boolean>;
  /** @returns false when one is here already, or its authority erased the message */
  receive(authority: string, retraction: ReceivedRetraction): Promise<boolean>;
  /** Those of deliveries that are here. */
  received(authority: string, messageIds: readonly string[]): Promise<readonly ReceivedRetraction[]>;
}

/** A referral that was submitted to put a message right. */
export interface StoredCorrection {
  /** Of what is wrong. */
  readonly messageId: string;
  readonly referralId: string;
  /** Why it was not taken in. */
  readonly stopped?: Stopped;
}
export interface NewCorrection extends StoredCorrection {
  /** Whether what is wrong is taken back should it end on its way. */
  readonly fallsBack: boolean;
}
export interface CorrectionStore {
  /** That one is about to be submitted. @returns false when something is noted of the same two, which stands */
  begin(authority: string, correction: NewCorrection, at: Date): Promise<boolean>;
  /** What is noted again of the same two stands. Of a referral that was not stopped, no other message is put right by it any more. */
  note(authority: string, correction: NewCorrection, at: Date): Promise<void>;
  /** What was begun at that time, and not noted since. */
  forget(authority: string, correction: StoredCorrection, at: Date): Promise<void>;
  /**
   * Those that were to fall back and have ended, and what nobody has settled of them.
   * @returns `fallsBack` unless it arrived, or another one of the same message came after it
   */
  ended(authority: string): Promise<readonly NewCorrection[]>;
  settle(authority: string, correction: StoredCorrection): Promise<void>;
  /** Those that were taken in or stopped, oldest first. */
  of(authority: string, messageIds: readonly string[]): Promise<readonly StoredCorrection[]>;
}

/** Personal data that went to the wrong authority: what opens it, at one end. */
export interface NewIncident {
  /** That of the receipt that says so. */
  readonly incidentId: string;
  readonly messageId: string;
  readonly side: 'sender' | 'recipient';
  readonly other: string;
  readonly openedAt: Date;
}
export interface StoredIncident extends NewIncident {
  readonly clocks: readonly KeptClock[];
}
export interface IncidentAlarm {
  readonly messageId: string;
  readonly what: 'opened' | IncidentClock;
}
export interface IncidentStore {
  list(
    authority: string,
    query: ListIncidentsQueryDto,
  ): Promise<readonly (StoredIncident & { readonly cursor: string })[]>;
  find(authority: string, incidentId: string): Promise<StoredIncident | undefined>;
  /** @returns false when somebody else said another thing of one of them meanwhile */
  meet(
    authority: string,
    incidentId: string,
    clocks: readonly IncidentClock[],
    code: IncidentCode,
    at: Date,
  ): Promise<boolean>;
  /** @returns what was opened, and which clocks ran out, and was not returned before */
  alarm(authority: string, at: Date): Promise<readonly IncidentAlarm[]>;
  /** How many clocks have run out with nothing done. */
  overdue(authority: string, at: Date): Promise<number>;
}

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

/** A request that an authority received, sent or recorded. */
export interface StoredRequest {
  readonly id: string;
  readonly direction: RequestDirection;
  readonly from: string;
  readonly to: string;
  readonly type?: string;
  readonly caseId?: string;
  readonly at: Date;
  /** Of one that was sent. */
  readonly messageState?: MessageState;
  readonly retractedAt?: Date;
  readonly erasedAt?: Date;
  /** Of whoever was asked: those that stand. */
  readonly replies: readonly StoredReply[];
  /** Likewise. */
  readonly refusal?: { readonly reason: RequestRefusal; readonly office: string; readonly at: Date };
  /** Of whoever asked. */
  readonly demand?: Reply;
}
export interface StoredReply extends Reply {
  /** Encrypted at rest. */
  readonly verdict?: VerdictView;
  /** Whether it is at whoever asked. */
  readonly isServed: boolean;
}
/** What was asked for without a message, encrypted at rest. */
export interface RecordedRequest extends Omit<RecordRequestDto, 'id' | 'from'> {
  readonly recordedAt: string;
  readonly system: string;
}
export interface RequestStore {
  /** Who asked this authority, by message or otherwise, under that id. */
  asker(
    authority: string,
    requestId: string,
  ): Promise<{ readonly authority: string; readonly isRetracted: boolean } | undefined>;
  /** A message that was received names another one. Said of what is not stored in the end it means nothing. */
  noteReply(authority: string, messageId: string, names: string): Promise<void>;
  list(
    authority: string,
    query: { readonly direction: RequestDirection; readonly after?: string; readonly limit: number },
  ): Promise<readonly (StoredRequest & { readonly cursor: string })[]>;
  /** With the verdicts of what was replied. */
  find(authority: string, id: string): Promise<StoredRequest | undefined>;
  /** Message ids of feedback from its recipient, by the message that it is about. */
  feedbackOn(authority: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Days to answer by, of those requests that have one. */
  answerBy(
    authority: string,
    direction: RequestDirection,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, string>>;
  recorded(authority: string, id: string): Promise<RecordedRequest | undefined>;
  /** Empties it: that it was made, by whom and when stays, and which system erased it first. @returns false when there is none */
  eraseRecorded(authority: string, id: string, system: string, at: Date): Promise<boolean>;
  /** @returns `other` when something else was recorded under the id */
  record(
    authority: string,
    id: string,
    from: string,
    request: RecordedRequest,
    at: Date,
  ): Promise<'recorded' | 'same' | 'other'>;
}

/** An entry of the exchange's in the log, and the size of the keys log that it names. */
export interface FurthestEntry {
  readonly index: bigint;
  readonly keysSize: bigint;
}
export interface FurthestEntryStore {
  read(): Promise<FurthestEntry | undefined>;
  /** Never goes back. */
  keep(furthest: FurthestEntry): Promise<void>;
}

/** Kids of keys in the keys log that were somebody else's, kept until people have looked. */
export interface ForeignKeys {
  /** Those that are kept, as this process knows. */
  kids(): readonly string[];
  keep(kid: string): Promise<void>;
}

/** Software of an authority, registered by its participant's administrator. */
export interface RegisteredSystem {
  readonly id: string;
  readonly authority: string;
  readonly kid: string;
  readonly jwk: JWK;
  readonly statement: string;
  readonly statedAt: Date;
  /** What it may do, whatever its tokens carry. */
  readonly scopes: readonly Scope[];
}
/** Without `scopes`: those that it had, and of one that is new all. */
export type NewSystem = Omit<RegisteredSystem, 'scopes'> & { readonly scopes?: readonly Scope[] };

export interface SystemStore {
  find(id: string): Promise<RegisteredSystem | undefined>;
  /** @returns `stale` when a newer registration stands, `taken` when the key or the id belongs to another */
  put(system: NewSystem): Promise<'stored' | 'same' | 'stale' | 'taken'>;
  /** @returns false when the system has used this `jti` before */
  useOnce(system: string, jti: string, expiresAt: Date, now: Date): Promise<boolean>;
}

/** An entry's place in the log, and what bounds when it was signed. */
export interface Dated {
  /** c2sp.org/tlog-proof@v1, under the first checkpoint that covers the entry. */
  readonly proof: string;
  /** The checkpoint before that one, a signed note. */
  readonly before?: string;
}

/** An entry of the `disclosure` log with its opening, as the ledger shows it. */
export interface ShownOpening {
  readonly entryId: string;
  readonly entry: string;
  /** base64url, 32 octets. */
  readonly blind: string;
  readonly annex?: string;
}

/** What openings about a message are looked at for. */
export type OpeningsFor = Exclude<Look['purpose'], 'export'>;

/** What the operator's services give out for evidence. Nothing of it is believed: whoever is handed the file verifies it. Each call: @throws {NotYet} */
export interface EvidenceSource {
  /** By entry id, those that stand in the log. */
  dated(entryIds: readonly string[]): Promise<ReadonlyMap<string, Dated>>;
  /** All openings of entries about a message that the authority is party to. The ledger makes an entry of it that it looked, and what for. */
  openings(authority: string, messageId: string, purpose: OpeningsFor): Promise<readonly ShownOpening[]>;
  /** The `keys` log whole, each entry's text, with the checkpoint that covers it. */
  keys(): Promise<{ readonly checkpoint: string; readonly entries: readonly string[] }>;
  /** @returns text of a released rule set's bytes, undefined when it ships with every verifier */
  ruleSet(sha256: string): Promise<string | undefined>;
  /** Proofs that the newest checkpoint extends those of these sizes: bodies of c2sp.org/tlog-witness `add-checkpoint`. Sizes beyond it are left out. */
  consistency(sizes: readonly bigint[]): Promise<readonly string[]>;
}

/** What the ledger gives out of a period. Each call: @throws {NotYet} */
export interface ExportSource extends Pick<EvidenceSource, 'dated'> {
  /** A page of the authority's entries in [from, to). The ledger makes an entry of it that it looked. */
  period(authority: string, from: bigint, to: bigint): Promise<ShownPeriod>;
}
export interface ShownPeriod {
  readonly items: readonly ((ShownOpening & { readonly idx: string }) | ErasedLine)[];
  /** First index that the page does not reach; absent when nothing is left. */
  readonly next?: string;
}
/** An entry whose opening is erased, and the index of the entry that says so. */
export interface ErasedLine {
  readonly idx: string;
  readonly erasedBy: string;
}

/** Cooperation decisions opened to their parties; asked of the registry and kept. */
export interface Cooperations {
  /** @returns undefined when the registry has none that this gateway may see. @throws {NotYet} when it cannot be asked */
  find(id: string): Promise<CooperationOpening | undefined>;
}

/** What a gateway has of a message that could be erased. */
export interface ErasureSubject {
  /** Absent where nothing but a refusal was kept. */
  readonly caseId?: string;
  readonly ended: boolean;
  readonly erasedAt?: Date;
  /** Refusals by this gateway, signed. */
  readonly refusals: readonly string[];
}
export interface DecidedErasure {
  readonly decisionId: string;
  readonly messageId: string;
  /** Exact characters of the decision. */
  readonly statement: string;
  readonly at: Date;
}
export type UnreportedErasure = Omit<DecidedErasure, 'statement'>;
export interface ErasureStore {
  subject(authority: string, messageId: string): Promise<ErasureSubject | undefined>;
  /**
   * Empties everything that holds content of the message or comes of it, in one transaction; ids, states and digests of sealed bytes stay.
   * @returns false, and nothing is changed, when the message has not ended
   */
  erase(authority: string, erasure: DecidedErasure): Promise<boolean>;
  /** Exact characters of the decisions by which it was erased. */
  decisions(authority: string, messageId: string): Promise<readonly string[]>;
  /** Some of those not yet reported, in the order of their decisions' ids. @param after the last one of the page before */
  unreported(authority: string, after?: string): Promise<readonly UnreportedErasure[]>;
  reported(authority: string, decisionId: string, at: Date): Promise<void>;
}

/** Where what parties state about keeping and erasing is logged. */
export interface KeepingLog {
  /** @returns whether a hold stops it now @throws {GatewayError} ERASURE_REFUSED, ID_REUSE @throws {NotYet} */
  state(statement: string): Promise<{ readonly held: boolean }>;
}

/** What of an upload is encrypted at rest. */
export interface UploadDetail {
  readonly name: string;
  readonly mediaType: string;
  /** base64url, 32 octets: what the file lies under on disk. */
  readonly key: string;
  readonly malware: MalwareVerdict;
  /** Octets of each part that it lies in on disk, but the last; absent: 4 MiB. */
  readonly partBytes?: number;
  /** As announced, when it was; of the file itself once all of it is there. */
  readonly sha256?: string;
}
export interface StoredUpload {
  readonly id: string;
  readonly bodyDigest: string;
  /** Octets. */
  readonly length: number;
  readonly received: number;
  /** It is deleted then, unless a referral needs it that is not at its end. */
  readonly expiresAt: Date;
  readonly detail: UploadDetail;
}
/** An upload on its way to one recipient. */
export interface OutgoingAttachment {
  /** Id of the attachment in document and manifest, and of its ciphertext at the exchange. */
  readonly id: string;
  readonly uploadId: string;
  /** Of the ciphertext. */
  readonly sha256: string;
  readonly length: number;
  /** base64url. */
  readonly secret: { readonly key: string; readonly salt: string };
}
export interface WaitingAttachment extends OutgoingAttachment {
  readonly messageId: string;
  readonly recipient: string;
}
export interface AttachmentStore {
  upload(authority: string, id: string): Promise<StoredUpload | undefined>;
  /** @returns false when there is one with this id */
  announce(authority: string, upload: StoredUpload, quotaBytes?: number): Promise<boolean>;
  /**
   * Replaces an upload by what `grown` makes of it; nobody else changes it meanwhile.
   * @returns undefined when there is none
   */
  grow(
    authority: string,
    id: string,
    grown: (before: StoredUpload) => Promise<StoredUpload>,
  ): Promise<StoredUpload | undefined>;
  /** Those of accepted messages that are not at the exchange, some. */
  waiting(authority: string): Promise<readonly WaitingAttachment[]>;
  /** It is at the exchange; with the last one the message may leave. */
  carried(authority: string, messageId: string, id: string): Promise<void>;
  /** Forgets uploads that nobody needs any more. @returns their ids: their files are to be deleted */
  expire(authority: string, at: Date): Promise<readonly string[]>;
}

/** A delivery that was verified, whose attachments are not all here. */
export interface HeldDelivery {
  readonly messageId: string;
  readonly attempt: number;
  readonly since: Date;
  /** How often somebody took it in hand: whoever did last has it. */
  readonly tries: number;
  readonly message: DeliveryReleasedV1;
}
export interface HeldDeliveries {
  hold(
    authority: string,
    of: { readonly messageId: string; readonly attempt: number },
    message: DeliveryReleasedV1,
    at: Date,
  ): Promise<void>;
  /** Some that somebody is to look after now; nobody else has them for a while. */
  due(authority: string): Promise<readonly HeldDelivery[]>;
  /** @returns false when somebody else has it by now */
  renew(authority: string, held: HeldDelivery): Promise<boolean>;
  /** Look again later, the later the more often it was tried. */
  postpone(authority: string, held: HeldDelivery): Promise<void>;
  done(authority: string, held: HeldDelivery): Promise<void>;
}

/** Where events are sent, and by which keys they are signed, newest first. */
export interface WebhookTarget {
  readonly url: string;
  readonly secrets: readonly WebhookSecret[];
}
/** One that this process alone has in hand, with the event that comes next. */
export interface HeldWebhook extends WebhookTarget {
  readonly failures: number;
  readonly event: EventView;
}
export interface StoredWebhook {
  readonly id: string;
  readonly url: string;
  /** That registered it last. */
  readonly system: string;
  readonly state: 'active' | 'suspended' | 'failed' | 'gone';
  readonly registeredAt: Date;
  readonly cursor?: string;
  readonly failures: number;
  readonly dueAt: Date;
  /** Newest first. */
  readonly keys: readonly { readonly publicKey: string; readonly madeAt: Date; readonly until?: Date }[];
}
export interface WebhookAttempt {
  readonly kind: WebhookAttemptKind;
  readonly eventId: string;
  readonly at: Date;
  readonly status?: number;
  readonly code?: WebhookFault;
  readonly milliseconds: number;
  readonly bodySha256: string;
}
/** What an attempt leads to: its event is dealt with, or tried again, or the webhook ends; one that was broken off leads to nothing. */
export type WebhookOutcome =
  | { readonly is: 'taken' | 'broken-off' }
  | { readonly is: 'again'; readonly dueAt: Date }
  | { readonly is: 'failed' | 'gone' };
/** Of one loop, until it is over. */
export interface WebhookLease {
  readonly authority: string;
  readonly id: string;
  readonly lease: string;
}
export interface NewWebhook {
  readonly id: string;
  readonly url: string;
  readonly system: string;
  /** It goes on behind this event. */
  readonly after?: string | undefined;
}
/** `moved`: to another address. `resumed`: it had been suspended or had ended, or a key did not open. */
export type WebhookPut = 'created' | 'moved' | 'resumed' | 'kept' | 'too-many';
export interface WebhookStore {
  /**
   * Registers it, or lets it go on from where it is, at this address.
   * @param key for one that is new, or whose own does not open any more; it begins after what has happened
   * @throws {GatewayError} NOT_FOUND: there is no such event
   */
  put(authority: string, webhook: NewWebhook, key: WebhookKey, most: number, at: Date): Promise<WebhookPut>;
  /** By id. */
  list(authority: string, at: Date): Promise<readonly StoredWebhook[]>;
  find(authority: string, id: string, at: Date): Promise<StoredWebhook | undefined>;
  target(authority: string, id: string, at: Date): Promise<WebhookTarget | undefined>;
  /** @returns false when there is none */
  remove(authority: string, id: string): Promise<boolean>;
  /** Adds a key, unless two hold already. @param until the end of the one before it; undefined: all end now, and one is added in any case */
  rotate(authority: string, id: string, key: WebhookKey, at: Date, until: Date | undefined): Promise<void>;
  /** Newest first. */
  attempts(
    authority: string,
    id: string,
    query: { readonly after?: string; readonly limit: number },
    at: Date,
  ): Promise<readonly (WebhookAttempt & { readonly cursor: string })[]>;
  /** Notes an attempt that moves nothing. */
  note(authority: string, id: string, attempt: WebhookAttempt): Promise<void>;
}
/** `isOurs`: the lease still held. */
export interface SettledWebhook {
  readonly isOurs: boolean;
  readonly next?: HeldWebhook;
}
export interface WebhookSending {
  /** Those that nobody has in hand and that an event waits for, longest due first. */
  due(
    authorities: readonly string[],
    at: Date,
    most: number,
  ): Promise<readonly { readonly authority: string; readonly id: string }[]>;
  /** @returns undefined when another was first, or nothing waits */
  take(lease: WebhookLease, at: Date, until: Date): Promise<HeldWebhook | undefined>;
  /** Notes an attempt and what it leads to, if the lease still holds. @returns the event after one that was taken, in hand until then */
  settle(
    lease: WebhookLease,
    attempt: WebhookAttempt,
    outcome: WebhookOutcome,
    at: Date,
    until: Date,
  ): Promise<SettledWebhook>;
  release(lease: WebhookLease): Promise<void>;
  /** How many are sent nothing until they are registered again. */
  stopped(authorities: readonly string[]): Promise<number>;
  /** Takes away what nobody reads any more: attempts after 30 days, keys that ended. */
  prune(authorities: readonly string[], at: Date): Promise<void>;
}

/** Somebody asked this authority for a subscription. */
export interface StoredSubscription extends SubscriptionAsked {
  /** Of the request, as it was received. */
  readonly messageId: string;
  readonly attempt: number;
  readonly decisionEntryId: string;
  readonly jweSha256: string;
  readonly type: string;
  readonly subscriber: string;
  /** That the request names. */
  readonly caseId: string;
  readonly state: SubscriptionState;
  readonly askedAt: Date;
  /** Of the newest answer; 0 when there is none. */
  readonly number: number;
  /** When the subscriber took its request back. */
  readonly retractedAt?: Date;
}
/** This authority asked another for a subscription. */
export interface SentSubscription extends SubscriptionAsked {
  readonly messageId: string;
  readonly owner: string;
  readonly caseId: string;
  readonly requestState: MessageState;
  readonly cursor: string;
}
export interface NewAnswer {
  readonly answer: SubscriptionAnswer;
  readonly at: Date;
  /** That stands behind it, and the system that said so; neither where a standing order or a closed case says it. */
  readonly office?: string;
  readonly system?: string;
  readonly standingOrder?: string;
}
export interface StoredAnswer extends Omit<NewAnswer, 'system'> {
  readonly messageId: string;
  readonly number: number;
}
export interface StandingOrder {
  readonly id: string;
  readonly subscriber: string;
  readonly scope: SubscriptionScope;
  readonly messageTypes: readonly string[];
  readonly office: string;
  readonly madeAt: Date;
  readonly endedAt?: Date;
}
export interface HeldMessage {
  readonly messageId: string;
  readonly referralId: string;
  readonly caseId: string;
  readonly type: string;
  readonly recipient: string;
  readonly state: MessageState;
  readonly reason: HeldReason;
  /** Of a hold: whether the exchange has it. */
  readonly recorded?: boolean;
  readonly since: Date;
}
/** Signs what a store writes down under the number that it finds there. */
export interface SubscriptionSigner {
  answer(
    authority: string,
    subscription: StoredSubscription,
    given: NewAnswer,
    number: number,
  ): Promise<{ readonly receiptId: string; readonly receipt: string; readonly outgoing: Outgoing }>;
  hold(
    authority: string,
    hold: Pick<ReleaseHold, 'caseId' | 'recipient' | 'number' | 'code'>,
    at: Date,
  ): Promise<{ readonly holdId: string; readonly statement: string; readonly outgoing: Outgoing }>;
}
export interface SubscriptionStore {
  /** Notes that it was asked for, once; a standing order that fits grants it. */
  ask(authority: string, asked: StoredSubscription, sign: SubscriptionSigner, at: Date): Promise<void>;
  find(authority: string, messageId: string): Promise<StoredSubscription | undefined>;
  /** @returns by the order in which they came to be listed */
  list(
    authority: string,
    query: {
      readonly after?: string;
      readonly limit: number;
      readonly state?: SubscriptionState;
      readonly caseId?: string;
    },
  ): Promise<readonly (StoredSubscription & { readonly cursor: string })[]>;
  /** Those that this authority asked for: one for each message of each such referral that was accepted. */
  sent(
    authority: string,
    query: { readonly after?: string; readonly limit: number; readonly caseId?: string },
  ): Promise<readonly SentSubscription[]>;
  answers(authority: string, messageIds: readonly string[]): Promise<readonly StoredAnswer[]>;
  /** What it suspends or ends it holds at the exchange, what it grants or resumes it lets go. */
  answer(
    authority: string,
    messageId: string,
    given: NewAnswer,
    sign: SubscriptionSigner,
  ): Promise<'answered' | 'same' | 'not-found' | 'not-now' | 'closed' | 'not-owned'>;
  /** Those to a case that is closed, and which nobody has ended. @param caseId absent: of all that are closed */
  ofClosedCases(authority: string, caseId?: string): Promise<readonly StoredSubscription[]>;
  /** Holds what is not released of what was submitted to a case before it was closed, to who has a standing subscription. @param caseId undefined: of all that are closed */
  holdOfClosed(authority: string, caseId: string | undefined, sign: SubscriptionSigner, at: Date): Promise<void>;
  /** Holds what was committed beside the suspension of a standing subscription. */
  holdOfSuspended(authority: string, sign: SubscriptionSigner, at: Date): Promise<void>;
  /** @returns those of the recipients from which the authority holds the case, or whose newest standing subscription to messages of the type is suspended */
  heldFrom(authority: string, caseId: string, type: string, recipients: readonly string[]): Promise<readonly string[]>;
  /** @returns whether there is such a hold */
  recorded(authority: string, statementSha256: string, at: Date): Promise<boolean>;
  /** Of how many cases and recipients what was said before then has not been recorded. */
  unrecorded(authority: string, before: Date): Promise<number>;
  /** Signs what was said before then, and was not recorded, anew under its next number: it was set aside, or lost on the way. */
  holdAgain(authority: string, before: Date, sign: SubscriptionSigner, at: Date): Promise<void>;
  /** Messages to subscribers that were not released, with those that expired under a hold that was lifted since. */
  held(
    authority: string,
    query: { readonly after?: string; readonly limit: number },
  ): Promise<readonly (HeldMessage & { readonly cursor: string })[]>;
  /** Notes that a referral was disclosed anew to a subscriber. */
  filled(authority: string, referralId: string, subscriber: string, newReferralId: string, at: Date): Promise<void>;
  /** @returns the one that stands under the id */
  putOrder(authority: string, order: StandingOrder, system: string): Promise<StandingOrder>;
  orders(authority: string): Promise<readonly StandingOrder[]>;
  endOrder(authority: string, id: string, system: string, at: Date): Promise<boolean>;
}
