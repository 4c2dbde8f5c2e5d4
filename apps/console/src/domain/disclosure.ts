import type { AssignmentField } from './assignment.js';

/** What a row stands for: the exchange's decision, a refusal by the sender's gateway, or a disclosure made outside Delge. */
export const RECORDS = ['decision', 'refusal', 'recorded'] as const;
export type Record = (typeof RECORDS)[number];

/** One line of a list. Members that the assignment's fields do not open are absent. What is erased is in no list: `LogView.erasures` says where it stood. */
export interface DisclosureRow {
  /** Index in the log, decimal. */
  readonly index: string;
  readonly record: Record;
  readonly messageId: string;
  readonly attempt?: number;
  /** Gapless per sender. */
  readonly number: number;
  /** When it was decided, or a refusal or a recorded disclosure was taken into the log; RFC 3339, UTC. */
  readonly at: string;
  readonly sender: string;
  readonly recipient: string;
  readonly senderKind: string;
  readonly recipientKind: string;
  readonly outcome: 'permit' | 'assess' | 'deny';
  readonly messageType?: string;
  /** Field `ground`. */
  readonly kind?: string;
  readonly force?: string;
  readonly purpose?: string;
  /** Basis ids as claimed. */
  readonly grounds?: readonly string[];
  /** Basis versions that carry something. */
  readonly versions?: readonly string[];
  /** Codes of obstacles, of what is missing, and of what was noted (`isNote`). */
  readonly reasons?: readonly string[];
  /** Field `facts`. */
  readonly categories?: readonly string[];
  /** Field `assessments`. */
  readonly officers?: readonly string[];
  /** Field `case`. */
  readonly caseId?: string;
  /** Field `receipts`: when the technical receipt came, until when it was waited for. */
  readonly receivedAt?: string;
  readonly receiptDueAt?: string;
}

/** All that the log says of one record. */
export interface DisclosureRecord extends DisclosureRow {
  readonly ruleSet?: { readonly number: number; readonly sha256: string };
  readonly engineVersion?: number;
  /** Field `ground`: `CODE basis provision detail` of the verdict, `-` where one does not apply. */
  readonly verdict?: VerdictView;
  readonly initiative?: 'own' | 'request';
  /** Message id of the request that it answers. */
  readonly requestId?: string;
  /** Field `facts`: declared and derived, from closed lists. */
  readonly facts?: Readonly<globalThis.Record<string, boolean | string>>;
  readonly derived?: Readonly<globalThis.Record<string, boolean | string>>;
  readonly items?: readonly ItemView[];
  readonly assessments?: readonly AssessmentView[];
  /** Of a recorded disclosure. */
  readonly channel?: string;
  readonly identityCheck?: string;
  readonly disclosedAt?: string;
}
export interface VerdictView {
  readonly outcome: 'permit' | 'assess' | 'deny';
  readonly kind?: string;
  readonly force?: string;
  readonly clock?: string;
  readonly secrecy: string;
  readonly processing: string;
  readonly regime: string;
  readonly bases: readonly string[];
  readonly codes: readonly string[];
  /** Codes of what the exchange found before it asked the law; then none of the members above but `outcome` is there. */
  readonly verification?: readonly string[];
}
export interface ItemView {
  readonly id: string;
  readonly dataCategory: string;
  readonly about: string;
  readonly known: string;
  readonly secrecy: readonly string[];
}
export interface AssessmentView {
  readonly id: string;
  readonly test: string;
  readonly outcome: string;
  /** Basis version, or `-`. */
  readonly basis: string;
  readonly items: readonly string[];
  readonly office: string;
  /** Pseudonym, keyed at the gateway. */
  readonly officer: string;
  readonly mandate: string;
  readonly at: string;
  readonly assurance: 'authenticated' | 'asserted';
  /** To the reasons, which are kept at the sending authority. */
  readonly commitment: string;
  readonly digest: string;
}

/** Something that happened to a message, in the order of the log. */
export interface Happening {
  readonly index: string;
  readonly entryId: string;
  readonly at: string;
  /** `decision`, `refusal-recorded`, `withdrawn`, `expired` …; of a receipt its own kind: `technical`, `accepted`, `handled` … */
  readonly kind: string;
  readonly messageId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly attempt?: number;
  readonly outcome?: string;
  /** Closed code. */
  readonly reason?: string;
  /** Receipts: when its signer says that it was. */
  readonly statedAt?: string;
}

/** A disclosure page. */
export interface Disclosure {
  readonly messageId: string;
  /** What the assignment opens; members of other fields are absent. */
  readonly fields: readonly AssignmentField[];
  /** Newest first: attempts, or refusals of drafts of the same message. */
  readonly records: readonly [DisclosureRecord, ...DisclosureRecord[]];
  /** Field `receipts`; with decisions, oldest first. */
  readonly timeline: readonly Happening[];
  /** Later records of the same case within the assignment, field `case`. */
  readonly sameCase: number;
  /** What the server claims of its own verification; a page must say that it is a claim. */
  readonly claimed: Claimed;
}
export interface Claimed {
  /** Every leaf of this message was computed again from its opening and stands under this checkpoint. */
  readonly checked: true;
  readonly size: string;
  /** Base 64. */
  readonly root: string;
  readonly checkedAt: string;
}
