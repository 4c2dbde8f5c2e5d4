import { ArrayMaxSize, ArrayNotEmpty, ArrayUnique, IsArray } from 'class-validator';
import type { Handling } from './handling.dto.js';
import type { MessageState } from './queries.dto.js';
import type { Acknowledgement, RetractionReason } from './retraction.dto.js';
import { IsAuthorityId, IsUuid, NestedList, Optional } from './rules.js';
import { AskedDto, BasisDto } from './submit-referral.dto.js';

/** Body of `POST /v1/referrals/{id}/corrections`: what is right, said once; `content` is of `correction/1` without `corrects`, which follows from the recipient. */
export class CorrectReferralDto extends AskedDto {
  /** Chosen by the caller; the same id with the same body goes on where it stopped, and gets the same answer. */
  @IsUuid() readonly id!: string;
  @NestedList(() => BasisDto, 10)
  @ArrayNotEmpty()
  readonly bases!: BasisDto[];
  /** Of those that the referral went to. Absent: all of them but those whose message ended without arriving or was taken back; one of these that is named is refused (`not-sent-to-recipient`). */
  @Optional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(20)
  @ArrayUnique()
  @IsAuthorityId({ each: true })
  readonly recipients?: string[];
}

/** As what one recipient is told that what it was sent is wrong; `withdrawal`: it is not released to it any more, so there is nothing to be told. */
export const RIGHTED_BY = ['correction', 'retraction', 'withdrawal', 'nothing'] as const;
export type RightedBy = (typeof RIGHTED_BY)[number];

/**
 * Why a recipient gets no correction: it received nothing (`not-received`), none was submitted (`not-asked`), its verdict stopped the correction (`formal-obstacle`,
 * `assessment-missing`), its sender itself holds the case from it (`recipient-held`), or the correction ended on its way (`correction-ended`).
 */
export const NOT_CORRECTED = [
  'not-received',
  'not-asked',
  'formal-obstacle',
  'assessment-missing',
  'recipient-held',
  'correction-ended',
] as const;
export type NotCorrected = (typeof NOT_CORRECTED)[number];

/** What one recipient of a referral received, and what became of putting it right there. */
export interface CorrectionRow {
  readonly authority: string;
  readonly function: string;
  /** Of what is wrong. */
  readonly messageId: string;
  /** How far that came. */
  readonly received: {
    readonly state: MessageState;
    /** When the recipient's gateway stored it. */
    readonly fetchedAt?: string;
    /** How far the recipient has come with it, by its receipts. */
    readonly handling?: Handling;
  };
  readonly sentAs: RightedBy;
  /** Absent of a correction. */
  readonly why?: NotCorrected;
  /** The newest that was submitted and not stopped. */
  readonly correction?: {
    readonly referralId: string;
    readonly messageId: string;
    readonly state: MessageState;
    readonly changedAt: string;
  };
  readonly retraction?: {
    readonly retractionId: string;
    readonly reason: RetractionReason;
    readonly at: string;
    /** Whether it stands in the log. */
    readonly recorded: boolean;
  };
  /** By when the recipient should have answered what it was told: a courtesy, and no duty. Absent until it was released to it. */
  readonly dueAt?: string;
  /** An alarm, and no receipt: nothing about the message changes. */
  readonly overdue: boolean;
  /** The recipient's signed answer. */
  readonly acknowledged?: { readonly code: Acknowledgement; readonly at: string };
  /** It has given what is wrong to others, whom it tells (GDPR art. 19). */
  readonly passedOn: boolean;
}

/** Answer of `GET /v1/referrals/{id}/corrections`. */
export interface CorrectionsView {
  readonly id: string;
  readonly caseId: string;
  readonly type: string;
  /** Those whose message is not erased here. */
  readonly recipients: readonly CorrectionRow[];
}
