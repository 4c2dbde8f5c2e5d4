import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsIn, IsString, Length } from 'class-validator';
import {
  IsAuthorityId,
  IsCode,
  IsFacts,
  IsInstant,
  IsItems,
  IsLocalDate,
  IsUuid,
  Nested,
  NestedList,
  Optional,
} from './rules.js';
import { BasisDto, CheckedReferralDto, INITIATIVES, MANDATES } from './submit-referral.dto.js';

/** A piece of information by its codes: what it is, about whom, how known, what secrecy may protect it. */
export class CheckItemDto {
  @IsCode() readonly id!: string;
  @IsCode() readonly dataCategory!: string;
  @IsCode() readonly about!: string;
  @IsCode() readonly known!: string;
  @IsArray() @ArrayMaxSize(20) @IsCode({ each: true }) readonly secrecy!: string[];
}

/** An officer's answer supposed for a dry run; nobody's name stands behind it. */
export class SupposedAssessmentDto {
  @IsString() @Length(1, 128) readonly basis!: string;
  @IsCode() readonly test!: string;
  @IsCode() readonly outcome!: string;
  @IsItems() readonly items!: string[] | 'all';
  @IsCode() readonly office!: string;
  @IsIn(MANDATES) readonly mandate!: 'delegation' | 'statute';
  @Optional() @IsInstant() readonly at?: string;
}

/** Body of `POST /v1/disclosure-checks`, of two one: claims only, no personal data. Nothing is stored, sent or logged of it. */
export class DisclosureCheckDto {
  @IsAuthorityId() readonly recipient!: string;
  /** Local date in Europe/Stockholm for which the law is asked; absent: today. */
  @Optional() @IsLocalDate() readonly on?: string;
  @IsCode() readonly type!: string;
  @IsIn(INITIATIVES) readonly initiative!: 'own' | 'request';
  @Optional() @IsUuid() readonly requestId?: string;
  @IsCode() readonly purpose!: string;
  /** Absent or empty: which grounds would carry it? */
  @Optional()
  @NestedList(() => BasisDto, 10)
  readonly bases?: BasisDto[];
  @NestedList(() => CheckItemDto, 100)
  @ArrayNotEmpty()
  readonly items!: CheckItemDto[];
  @Optional() @IsFacts() readonly facts?: Record<string, boolean | string>;
  @Optional() @IsFacts() readonly derived?: Record<string, boolean | string>;
  @Optional()
  @NestedList(() => SupposedAssessmentDto, 100)
  readonly assessments?: SupposedAssessmentDto[];
  @Optional() @IsUuid() readonly cooperationDecision?: string;
}

/** Body of `POST /v1/disclosure-checks`, the other: the referral as it would be submitted. Nothing is stored, sent or logged of it either. */
export class ReferralCheckDto {
  @Nested(() => CheckedReferralDto) readonly referral!: CheckedReferralDto;
  /** Local date in Europe/Stockholm for which the law is asked; absent: today. */
  @Optional() @IsLocalDate() readonly on?: string;
}
