import { IsIn, IsInt, IsString, Length, Max, Min } from 'class-validator';
import { PageQueryDto } from './queries.dto.js';
import { Decimal, IsAuthorityId, IsUuid, Optional } from './rules.js';

/** What a case is about: the areas in which welfare is defrauded, in one word. */
export const CASE_TYPES = [
  'benefits',
  'personal-assistance',
  'procurement',
  'permits',
  'recruitment-of-the-young',
  'other',
] as const;
export type CaseType = (typeof CASE_TYPES)[number];

export const CASE_CLOSINGS = [
  'concluded',
  'no-further-action',
  'handed-over',
  'duplicate',
  'opened-by-mistake',
] as const;
export type CaseClosing = (typeof CASE_CLOSINGS)[number];

/** Body of `PUT /v1/cases/{id}`. */
export class PutCaseDto {
  @IsIn(CASE_TYPES) readonly type!: CaseType;
  /** What the authority calls it, encrypted at its own gateway and shown to nobody else. */
  @Optional() @IsString() @Length(1, 200) readonly title?: string;
}

/** Body of `POST /v1/cases/{id}/messages`: one message that was sent or received, or all of a referral. */
export class AddToCaseDto {
  @Optional() @IsUuid() readonly messageId?: string;
  @Optional() @IsUuid() readonly referralId?: string;
}

/** Body of `POST /v1/cases/{id}/links`. */
export class LinkCaseDto {
  /** Another authority. */
  @IsAuthorityId() readonly authority!: string;
  /** Id under which that authority has its case: opaque. */
  @IsUuid() readonly caseId!: string;
}

/** Body of `PUT /v1/cases/{id}/closing`. */
export class CloseCaseDto {
  @IsIn(CASE_CLOSINGS) readonly reason!: CaseClosing;
}

export class ListCasesQueryDto extends PageQueryDto {
  @Optional() @IsIn(['open', 'closed']) readonly state?: 'open' | 'closed';
}

/** Query of `GET /v1/cases/{id}/timeline`: `after` is the id of an event. */
export class TimelineQueryDto {
  @Optional() @IsUuid() readonly after?: string;
  @Optional() @Decimal() @IsInt() @Min(1) @Max(200) readonly limit: number = 20;
}

/** One row of `GET /v1/cases`. */
export interface CaseListItem {
  readonly id: string;
  /** Absent of one that a referral opened and of which nothing was said yet. */
  readonly type?: CaseType;
  readonly title?: string;
  readonly openedAt: string;
  readonly closed?: { readonly at: string; readonly reason: CaseClosing };
}
/** A case of this authority. */
export interface CaseView extends CaseListItem {
  readonly links: readonly { readonly authority: string; readonly caseId: string; readonly linkedAt: string }[];
}

/** What one authority has received of a case, by this authority's gateway. */
export interface RosterRow {
  readonly authority: string;
  /** Of each message type how many it received, and how many of those were taken back. */
  readonly received: readonly { readonly type: string; readonly count: number; readonly retracted: number }[];
  /** Messages that it may receive yet: released ones among them, which it may have. */
  readonly underWay: number;
  /** Messages that ended without arriving. */
  readonly ended: number;
  /** Messages of which somebody said that their item was given another way. */
  readonly givenAnotherWay: number;
  /** When one of them changed last. */
  readonly changedAt: string;
}
