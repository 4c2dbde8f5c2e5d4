import { ArrayNotEmpty, IsIn, IsString, Length } from 'class-validator';
import { PageQueryDto } from './queries.dto.js';
import type { ProvenStatement, ReferralView, VerdictView } from './referral-view.dto.js';
import { IsAuthorityId, IsCode, IsInstant, NestedList, Optional } from './rules.js';
import { BasisDto, DisclosureDto } from './submit-referral.dto.js';

/** How it was made sure who asked. As `#envelope` has them. */
export const IDENTITY_CHECKS = [
  'call-back',
  'known-in-person',
  'official-id',
  'authenticated-channel',
  'not-checked',
] as const;
export type IdentityCheck = (typeof IDENTITY_CHECKS)[number];

/** How far a record has come, in order: it ends in the log, or is discarded by people at the exchange. */
export const RECORD_STATES = ['accepted', 'quarantined', 'discarded', 'logged'] as const;
export type RecordState = (typeof RECORD_STATES)[number];

/** Body of `POST /v1/recorded-disclosures`: a disclosure that was made outside Delge. `content` is of the type `recorded-disclosure/1`. */
export class RecordDisclosureDto extends DisclosureDto {
  /** To whom it was disclosed. Nothing is sent there. */
  @IsAuthorityId() readonly recipient!: string;
  @NestedList(() => BasisDto, 10)
  @ArrayNotEmpty()
  readonly bases!: BasisDto[];
  /** Who asked, in the words of the authority. Never leaves the gateway. */
  @IsString() @Length(1, 200) readonly askedBy!: string;
  @IsIn(IDENTITY_CHECKS) readonly identityCheck!: IdentityCheck;
  /** Office of the officer who disclosed it, as in an assessment. */
  @IsCode() readonly office!: string;
  /** The officer's id at the authority. Never leaves the gateway in clear. */
  @IsString() @Length(1, 128) readonly officer!: string;
  /** When it was disclosed: the verdict is of that day. */
  @IsInstant() readonly at!: string;
}

export class ListRecordedDisclosuresQueryDto extends PageQueryDto {
  @Optional() @IsIn(RECORD_STATES) readonly state?: RecordState;
}

/** Answer of `POST /v1/recorded-disclosures`, the same on every retry. */
export interface RecordedDisclosureAccepted {
  readonly id: string;
  /** Of its entry in the log; no message was sent under it. */
  readonly messageId: string;
  readonly caseId: string;
  readonly recipient: string;
  readonly state: 'accepted';
  /** Marks the record and stops nothing: it has happened. */
  readonly verdict: VerdictView;
}

/** One row of `GET /v1/recorded-disclosures`. */
export interface RecordedDisclosureItem {
  readonly id: string;
  readonly messageId: string;
  readonly caseId: string;
  readonly recipient: string;
  /** Of the verdict. */
  readonly outcome: VerdictView['outcome'];
  readonly state: RecordState;
  readonly disclosedAt: string;
  readonly recordedAt: string;
  readonly changedAt: string;
  /** When it was erased here. */
  readonly erasedAt?: string;
}

/** Answer of `GET /v1/recorded-disclosures/{id}`. */
export interface RecordedDisclosureView extends RecordedDisclosureItem {
  readonly stateText: { readonly sv: string; readonly en: string };
  readonly verdict: VerdictView;
  /** As it was recorded, but for the assessments. */
  readonly recorded: object;
  readonly assessments: ReferralView['assessments'];
  /** Compact JWS: what the log says of it. */
  readonly statement: string;
  /** The exchange's last word on it; with a proof that it stands in the log. */
  readonly notice?: ProvenStatement & { readonly kind: string; readonly reason?: string; readonly at: string };
}
