import type {
  AssignmentGranted,
  ErasureDecision,
  ErasureReport,
  FindingAct,
  Hold,
  Receipt,
  RecordedDisclosure,
  RetractionReason,
  SampleAct,
} from '#envelope';

/** An entry with its opening, as it lies beside the log. */
export interface Opening {
  readonly index: bigint;
  /** Compact JWS. */
  readonly entry: string;
  /** base64url, 32 octets. */
  readonly blind: string;
  /** Exact characters of what the entry takes into the log. */
  readonly annex?: string;
}

interface Common {
  readonly index: bigint;
  readonly entryId: string;
  /** When the signer says it was, milliseconds. */
  readonly at: number;
  /** Size of the keys log that the entry names. */
  readonly keysSize: number;
  readonly sender?: string;
  readonly recipient?: string;
  readonly messageId?: string;
}
interface OfMessage extends Common {
  readonly sender: string;
  readonly recipient: string;
  readonly messageId: string;
}

/** What the console records of an auditor. */
interface OfReview {
  readonly assignment: string;
  readonly auditor: string;
  /** Of the assignment. */
  readonly authorities: readonly string[];
}

/** What the ledger took into the log about keeping or erasing, where it holds. */
export interface Kept {
  readonly hold?: Hold;
  readonly decision?: ErasureDecision;
  readonly report?: ErasureReport;
}

/** What one entry says, as far as other entries must agree with it. */
export type Fact =
  | (OfMessage & {
      readonly kind: 'decision';
      readonly attempt: number;
      readonly outcome: 'permit' | 'assess' | 'deny';
      readonly number: number;
      readonly manifestSha256: string;
      readonly jweSha256: string;
      /** Digest of the rule set that it names, and the basis versions that carry it, as the verdict's codes name them. */
      readonly ruleSetSha256: string;
      readonly bases: readonly string[];
      /** Absent when the manifest could not be read, or is another than the decision names. */
      readonly messageType?: string;
    })
  | (OfMessage & {
      readonly kind: 'receipt';
      readonly attempt: number;
      /** Absent when the receipt itself could not be read. */
      readonly receipt?: {
        readonly id: string;
        readonly kind: Receipt['kind'];
        readonly decisionEntryId: string;
        readonly jweSha256: string;
        /** Of an acknowledged retraction. */
        readonly retractionId?: string;
        /** Of an answer to who asked for a subscription. */
        readonly number?: number;
      };
    })
  /** The sender took the message back. */
  | (OfMessage & {
      readonly kind: 'retraction';
      readonly attempt: number;
      /** Before it was released: then that is how it ended. */
      readonly withdrawn: boolean;
      /** Absent when the retraction itself could not be read. */
      readonly retraction?: {
        readonly id: string;
        readonly decisionEntryId?: string;
        readonly jweSha256: string;
        readonly reason: RetractionReason;
      };
    })
  | (OfMessage & { readonly kind: 'refusal'; readonly number: number; readonly refusalId?: string })
  /** Made outside Delge: its sender's alone, under a message id of its own. */
  | (OfMessage & {
      readonly kind: 'recorded';
      readonly number: number;
      /** Absent when the record itself could not be read. */
      readonly outcome?: RecordedDisclosure['outcome'];
    })
  | (Common & {
      readonly kind: 'notice';
      /** The attempt that expired. */
      readonly expired?: number;
      /** A hold of what is not released, or its lifting: its sender's alone. */
      readonly isHold?: true;
    })
  | (Common & { readonly kind: 'delay'; readonly delayedEntryId: string; readonly reason?: string })
  | (Common & {
      readonly kind: 'erasure';
      readonly erased: readonly Erased[];
      /** Those of the parties that hold. */
      readonly decisions: readonly ErasureDecision[];
    })
  /** Something about keeping or erasing that the ledger took into the log. */
  | (Common & { readonly kind: 'keeping'; readonly authority: string } & Kept)
  /** An auditor may read, or no longer may. */
  | (Common & {
      readonly kind: 'assignment';
      readonly assignment: string;
      readonly authorities: readonly string[];
      readonly ends: boolean;
      /** Absent of an end, and where the statement does not hold. */
      readonly granted?: AssignmentGranted;
    })
  /** An auditor searched, or took out what was found. */
  | (Common & OfReview & { readonly kind: 'search' })
  /** An auditor did something with a sample, or with a finding. */
  | (Common & OfReview & { readonly kind: 'sample'; readonly act: SampleAct })
  | (Common & OfReview & { readonly kind: 'finding'; readonly act: FindingAct })
  /** Openings were shown to an authority, or of it to an auditor. */
  | (Common & {
      readonly kind: 'look';
      readonly authority: string;
      readonly assignment?: string;
      readonly auditor?: string;
      readonly seen: readonly Seen[];
    });

/** An opening that was shown, as the look names it. */
export interface Seen {
  readonly index: bigint;
  readonly entryId: string;
  readonly sender?: string;
  readonly recipient?: string;
}
export interface Erased {
  readonly index: bigint;
  readonly entryId: string;
  readonly sender: string;
  readonly recipient?: string;
  readonly number?: number;
}
