import { ArrayNotEmpty, IsIn, IsString, Length } from 'class-validator';
import { AttachedDto } from './attachment.dto.js';
import {
  IsAuthorityId,
  IsCode,
  IsCodeListMap,
  IsCodeMap,
  IsFacts,
  IsInstant,
  IsItems,
  IsJsonObject,
  IsSimpleId,
  IsUuid,
  Nested,
  NestedList,
  Optional,
} from './rules.js';

export const INITIATIVES = ['own', 'request'] as const;
export const MANDATES = ['delegation', 'statute'] as const;

/** Whom a referral is for: an authority and the function inside it, never a person. */
export class RecipientDto {
  @IsAuthorityId() readonly authority!: string;
  @IsSimpleId() readonly function!: string;
}

/** A legal basis that the sender claims, e.g. `{"id": "OSL-10-15a", "point": "4"}`. */
export class BasisDto {
  @IsCode() readonly id!: string;
  @Optional() @IsCode() readonly point?: string;
}

/** What the sender says of fields whose content does not tell: free text, deviating secrecy, how and about whom. */
export class DeclarationsDto {
  @Optional() @IsCodeListMap() readonly freeText?: Record<string, string[]>;
  @Optional() @IsCodeListMap() readonly secrecy?: Record<string, string[]>;
  @Optional() @IsCodeMap() readonly known?: Record<string, string>;
  @Optional() @IsCodeMap() readonly about?: Record<string, string>;
}

/** What the public register gets (OSL 5:2, 5:5). Travels inside the seal. */
export class RegistrationDto {
  @IsString() @Length(1, 64) readonly diaryNumber!: string;
  /** Safe for a public register: no names, no numbers of persons. */
  @IsString() @Length(1, 200) readonly subject!: string;
  @IsString() @Length(1, 100) readonly secrecyMark!: string;
}

/** An officer's answer to one test. Reasons stay in the sender's gateway; the officer becomes a keyed pseudonym. */
export class AssessmentDto {
  /** Recipient that the answer concerns; may be left out when the referral has one recipient alone. */
  @Optional() @IsAuthorityId() readonly recipient?: string;
  /** Basis version, or a basis id for its version in force today; `-` for tests that concern no basis. */
  @IsString() @Length(1, 128) readonly basis!: string;
  @IsCode() readonly test!: string;
  @IsCode() readonly outcome!: string;
  /** `all`, or ids of items. */
  @IsItems() readonly items!: string[] | 'all';
  @IsCode() readonly office!: string;
  /** The officer's id at the sender. Never leaves the gateway in clear. */
  @IsString() @Length(1, 128) readonly officer!: string;
  @IsIn(MANDATES) readonly mandate!: 'delegation' | 'statute';
  @IsString() @Length(1, 4000) readonly reasons!: string;
  /** When the officer made it; absent: now. */
  @Optional() @IsInstant() readonly at?: string;
}

/** What the law is asked about of any disclosure, but for the legal bases that carry it. */
export abstract class AskedDto {
  @IsIn(INITIATIVES) readonly initiative!: 'own' | 'request';
  /** Message id of the request; required when `initiative` is `request`. */
  @Optional() @IsUuid() readonly requestId?: string;
  @IsCode() readonly purpose!: string;
  @Optional() @IsFacts() readonly facts?: Record<string, boolean | string>;
  @Optional() @Nested(() => DeclarationsDto) readonly declarations?: DeclarationsDto;
  @Optional() @IsUuid() readonly cooperationDecision?: string;
  @Optional()
  @NestedList(() => AssessmentDto, 100)
  readonly assessments?: AssessmentDto[];
  /** Checked against the JSON Schema of its message type, which also classifies each field. */
  @IsJsonObject() readonly content!: Record<string, unknown>;
  @Nested(() => RegistrationDto) readonly registration!: RegistrationDto;
}

/** As above, with ids of its own. */
export abstract class DisclosureDto extends AskedDto {
  /** Chosen by the caller; the same id with the same body gives the same answer. */
  @IsUuid() readonly id!: string;
  /** Matter that it belongs to; an unknown one opens a case owned by the sender. */
  @IsUuid() readonly caseId!: string;
}

/** A referral but for its ids, its recipients and the legal bases that carry it. */
abstract class UnaddressedDto extends AskedDto {
  /** Message type and version, e.g. `notice-of-incorrect-payment/1`. */
  @IsCode() readonly type!: string;
  /** Uploads that go with it to every recipient. */
  @Optional()
  @NestedList(() => AttachedDto, 20, (attached: AttachedDto | null) => attached?.id)
  @ArrayNotEmpty()
  readonly attachments?: AttachedDto[];
}

/** A referral but for the legal bases that carry it. */
abstract class ReferralDto extends UnaddressedDto {
  /** Chosen by the caller; the same id with the same body gives the same answer. */
  @IsUuid() readonly id!: string;
  /** Matter that the referral belongs to; an unknown one opens a case owned by the sender. */
  @IsUuid() readonly caseId!: string;
  @NestedList(() => RecipientDto, 20, (to: RecipientDto | null) => to?.authority)
  @ArrayNotEmpty()
  readonly to!: RecipientDto[];
}

/** Body of `POST /v1/referrals`. */
export class SubmitReferralDto extends ReferralDto {
  @NestedList(() => BasisDto, 10)
  @ArrayNotEmpty()
  readonly bases!: BasisDto[];
}

/** A referral as it would be submitted, to be checked alone: it may claim no basis yet. */
export class CheckedReferralDto extends ReferralDto {
  /** Absent or empty: which grounds would carry it? */
  @Optional()
  @NestedList(() => BasisDto, 10)
  readonly bases?: BasisDto[];
}

/** A referral as it would be submitted, without whom it is for: that is what is asked. */
export class SheetReferralDto extends UnaddressedDto {
  /** Absent or empty: which grounds would carry it? */
  @Optional()
  @NestedList(() => BasisDto, 10)
  readonly bases?: BasisDto[];
}
