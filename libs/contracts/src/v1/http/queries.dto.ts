import { IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { HANDLINGS } from './handling.dto.js';
import type { Handling } from './handling.dto.js';
import { CURSOR, Decimal, IsInstant, IsUuid, Optional } from './rules.js';

/** States of a message, in the order people meet them (design.md section 4). */
export const MESSAGE_STATES = [
  'awaiting-assessment',
  'accepted',
  'checked',
  'released',
  'delivery-quarantined',
  'awaiting-key',
  'fetched',
  'acknowledged',
  'refused',
  'rejected',
  'expired',
  'withdrawn',
  'quarantined',
  'discarded',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export class PageQueryDto {
  /** Cursor: `next` of the page before. */
  @Optional() @Matches(CURSOR) readonly after?: string;
  @Optional() @Decimal() @IsInt() @Min(1) @Max(200) readonly limit: number = 20;
}

export class ListReferralsQueryDto extends PageQueryDto {
  @Optional() @IsIn(MESSAGE_STATES) readonly state?: MessageState;
  /** Submitted at or after. */
  @Optional() @IsInstant() readonly from?: string;
  /** Submitted before. */
  @Optional() @IsInstant() readonly until?: string;
  /** `true`: those of which a receipt is overdue. */
  @Optional() @IsIn(['true']) readonly overdue?: 'true';
}

export class ListDeliveriesQueryDto extends PageQueryDto {
  @Optional() @IsUuid() readonly caseId?: string;
  @Optional() @IsIn(HANDLINGS) readonly handling?: Handling;
  /** `true`: those that nobody has taken over, or taken up, in time. */
  @Optional() @IsIn(['true']) readonly overdue?: 'true';
}

/** Query of `GET /v1/received-cases/{id}`. */
export class ReceivedCaseQueryDto {
  /** Delivery number: those after it. */
  @Optional() @Decimal() @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) readonly after: number = 0;
  @Optional() @Decimal() @IsInt() @Min(1) @Max(200) readonly limit: number = 20;
}

export class SubmitReferralQueryDto {
  /** `refuse`: answer 422 where an assessment is missing instead of keeping a draft. */
  @Optional() @IsIn(['draft', 'refuse']) readonly onAssess?: 'draft' | 'refuse';
  /** `send-permitted`: where some items may not go to a recipient, leave them out and send it the others. Absent: refuse. */
  /** Of a correction, `retract`: where it may not go, what it corrects is taken back instead; the answer is a refusal all the same. */
  @Optional() @IsIn(['refuse', 'send-permitted', 'retract']) readonly onDeny?: 'refuse' | 'send-permitted' | 'retract';
}

export class DigestParamDto {
  /** base64url SHA-256. */
  @Matches(/^[A-Za-z0-9_-]{43}$/) readonly sha256!: string;
}

export class IdParamDto {
  @IsUuid() readonly id!: string;
}
export class AttachmentParamDto extends IdParamDto {
  @IsUuid() readonly attachmentId!: string;
}
