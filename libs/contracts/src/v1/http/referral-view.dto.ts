import type { Handling, HandlingChangeView, HandlingView } from './handling.dto.js';
import type { MessageState } from './queries.dto.js';
import type { RetractionReason } from './retraction.dto.js';
import type { OTHER_WAYS } from './waiting.dto.js';

export const PART_OUTCOMES = ['permit', 'officer', 'legal-question', 'protected'] as const;
export const NO_PARTS = ['nothing-carried', 'field-required', 'part-stopped'] as const;
/** What may go of a referral that may not go as a whole: just what `onDeny=send-permitted` would send. */
export interface PermittedView {
  /** Ids of items that may go, and of those that would be left out. */
  readonly keeps: readonly string[];
  readonly leavesOut: readonly string[];
  /** `permit`, or what people then still need to do. */
  readonly outcome?: (typeof PART_OUTCOMES)[number];
  /** In place of `outcome`: no part can be sent, and why. */
  readonly why?: (typeof NO_PARTS)[number];
  readonly text: { readonly sv: string; readonly en: string };
}
/** A verdict as people read it: codes first, texts rendered from them. */
export interface VerdictView {
  readonly outcome: 'permit' | 'assess' | 'deny';
  readonly codes: object;
  readonly sv: object;
  readonly en: object;
  /** Where a referral, with its content, meets a formal obstacle. */
  readonly permitted?: PermittedView;
}

/** One recipient's message in an answer of the referral routes. */
export interface MessageSummary {
  readonly authority: string;
  readonly function: string;
  readonly messageId: string;
  readonly state: MessageState;
  /** Of what is sent, without what is left out. */
  readonly verdict: VerdictView;
  /** Ids of items that this recipient does not get, since the sender asked with `onDeny=send-permitted`. */
  readonly leftOut?: readonly string[];
}

/** Answer of `POST /v1/referrals`. */
export interface ReferralAccepted {
  readonly id: string;
  readonly caseId: string;
  readonly state: 'accepted' | 'awaiting-assessment';
  readonly recipients: readonly MessageSummary[];
}

/** One signed statement with its place in the disclosure log. */
export interface ProvenStatement {
  /** Compact JWS: the entry in the log (a decision or a notice by the exchange). */
  readonly entry: string;
  /** What the entry records, when it records a participant's statement. */
  readonly statement?: string;
  /** base64url, 32 bytes. */
  readonly blind?: string;
  /** c2sp.org/tlog-proof@v1 */
  readonly proof?: string;
}

export interface ReceiptView extends ProvenStatement {
  readonly receiptId: string;
  readonly attempt: number;
  readonly kind: string;
  readonly by: string;
  readonly at: string;
  readonly reason?: string;
  /** The recipient's diary number, opened by the sender's gateway. */
  readonly diaryNumber?: string;
}

/** What a verdict was computed by. */
interface ComputedByView {
  readonly ruleSet: { readonly number: number; readonly sha256: string };
  /** Size of the keys log that it was read to. */
  readonly keysSize: string;
  /** Day of disclosure that the law was asked for. */
  readonly on: string;
}
export const FORECAST_DIFFERENCES = ['verification', 'rule-set', 'snapshot', 'day', 'unexplained'] as const;
/** What the forecast was computed by, and `decidedBy` what the decision was. */
export interface ForecastView extends ComputedByView {
  /** Code for code. */
  readonly agrees: boolean;
  readonly differs?: (typeof FORECAST_DIFFERENCES)[number];
  readonly decidedBy: ComputedByView;
  readonly text: { readonly sv: string; readonly en: string };
}
export const AWAITED = ['technical', 'accepted', 'retraction-acknowledged'] as const;
/** A receipt that has not come, and until when it should. */
export interface DueView {
  readonly what: (typeof AWAITED)[number];
  readonly at: string;
  /** An alarm, and no receipt: the message's state is what it was. */
  readonly overdue: boolean;
}
/** One recipient's message in `GET /v1/referrals/{id}`. */
export interface MessageView extends MessageSummary {
  readonly attempt: number;
  readonly stateText: { readonly sv: string; readonly en: string };
  readonly changedAt: string;
  readonly due: readonly DueView[];
  readonly manifest?: string;
  readonly decision?: ProvenStatement & {
    readonly outcome: string;
    readonly number: number;
    readonly decidedAt: string;
    /** How it stands to what the sender's gateway had forecast; absent for what was sent before this was kept. */
    readonly forecast?: ForecastView;
  };
  /** Attempts that the recipient could not open, each with what was decided on it; their receipts stand among the others. */
  readonly earlier?: readonly {
    readonly attempt: number;
    readonly manifest: string;
    readonly decision?: ProvenStatement;
  }[];
  /** What this authority took back. */
  readonly retraction?: {
    readonly retractionId: string;
    readonly reason: RetractionReason;
    readonly at: string;
    /** Compact JWS. */
    readonly retraction: string;
    /** Whether it stands in the log: the notice is among `notices`. */
    readonly recorded: boolean;
    /** What became of the message at its recipient. */
    readonly acknowledged?: string;
  };
  /** That it was given another way, since it could not wait. Whether it then was sent all the same, `state` tells. */
  readonly givenAnotherWay?: {
    readonly how: (typeof OTHER_WAYS)[number];
    readonly office: string;
    readonly at: string;
    readonly markedAt: string;
  };
  /** How far its recipient has come with it, by its receipts; absent until one says so. */
  readonly handling?: Handling;
  /** Message ids of what its recipient said came of it; absent until it says something. */
  readonly feedback?: readonly string[];
  readonly receipts: readonly ReceiptView[];
  readonly notices: readonly (ProvenStatement & {
    readonly kind: string;
    readonly reason?: string;
    readonly at: string;
  })[];
}

/** Answer of `GET /v1/referrals/{id}`. */
export interface ReferralView {
  readonly id: string;
  readonly caseId: string;
  readonly type: string;
  readonly submittedAt: string;
  /** Those whose message is not erased here. */
  readonly recipients: readonly MessageView[];
  readonly assessments: readonly {
    readonly id: string;
    readonly recipient: string;
    readonly basis: string;
    readonly test: string;
    readonly outcome: string;
    readonly office: string;
    readonly mandate: string;
    readonly at: string;
  }[];
}

/** One row of `GET /v1/referrals`. */
export interface ReferralListItem {
  readonly id: string;
  readonly caseId: string;
  readonly type: string;
  readonly submittedAt: string;
  readonly recipients: readonly {
    readonly authority: string;
    readonly messageId: string;
    readonly state: MessageState;
    readonly changedAt: string;
    /** When it was erased here; the state is how it had ended. */
    readonly erasedAt?: string;
  }[];
}

/** One row of `GET /v1/deliveries`. */
export interface DeliveryListItem {
  /** Message id. */
  readonly id: string;
  readonly attempt: number;
  readonly caseId: string;
  readonly type: string;
  readonly sender: string;
  readonly recipientFunction: string;
  /** Order of this delivery within (recipient authority, case), from 1. */
  readonly deliveryNumber: number;
  readonly receivedAt: string;
  /** How far this authority has come with it, as its systems say. */
  readonly handling: HandlingView;
  /** When it was erased here. */
  readonly erasedAt?: string;
  /** When its sender took it back, by the sender's word: do not use it, and say what became of it. It is not deleted. */
  readonly retractedAt?: string;
}

/** Answer of `GET /v1/received-cases/{id}`: a page of what was received of a case, in the order of release. */
export interface ReceivedCaseView {
  readonly caseId: string;
  readonly items: readonly DeliveryListItem[];
  /** Delivery numbers up to the last of the page that are not here, as ranges with both ends. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
  /** Number of the last delivery of the page, or what was asked with. */
  readonly next: number;
}

/** An attachment of a delivery, whole and verified. */
export interface DeliveredAttachmentView {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  /** Octets. */
  readonly length: number;
  readonly sha256: string;
  /** Items of the content that it holds. */
  readonly items: readonly string[];
  /** What its sender's scanner said of it; the recipient's own has not looked. */
  readonly malware: { readonly finding: string; readonly scanner?: string; readonly at?: string };
}

/** Answer of `GET /v1/deliveries/{id}`. */
export interface DeliveryView extends DeliveryListItem {
  /** Oldest first. */
  readonly handlingChanges: readonly HandlingChangeView[];
  /** Of a correction: the message that it puts right, and whether this authority received that from the same sender. */
  readonly corrects?: { readonly messageId: string; readonly bound: boolean };
  /** The sender's retraction, with the notice that took it into the log. */
  readonly retracted?: ProvenStatement & {
    readonly retractionId: string;
    readonly reason: RetractionReason;
    readonly receivedAt: string;
  };
  readonly registration: object;
  readonly content: object;
  /** Absent when there is none. */
  readonly attachments?: readonly DeliveredAttachmentView[];
  readonly sentAt: string;
  readonly verdict: VerdictView;
  /** Everything the gateway verified before it stored the content. */
  readonly evidence: {
    readonly document: string;
    readonly manifest: string;
    readonly decision: string;
    readonly blind: string;
    readonly proof: string;
  };
  readonly receipts: readonly {
    readonly receiptId: string;
    readonly kind: string;
    readonly at: string;
    readonly receipt: string;
    readonly reason?: string;
    readonly diaryNumber?: string;
  }[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor for `after`, on an empty page the one that was asked with; absent while there is nothing at all. An empty page ends a listing. */
  readonly next?: string;
}
