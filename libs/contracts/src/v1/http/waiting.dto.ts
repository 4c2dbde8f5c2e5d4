import { IsIn } from 'class-validator';
import { PageQueryDto } from './queries.dto.js';
import type { MessageState } from './queries.dto.js';
import { IsAuthorityId, IsCode, IsInstant } from './rules.js';

export const CLOCKS = ['none', 'genast', 'skyndsamt'] as const;
/** How an item was given, when it could not wait for the exchange. */
export const OTHER_WAYS = ['telephone', 'meeting', 'paper', 'courier'] as const;

export class ListWaitingQueryDto extends PageQueryDto {}

/** Body of `POST /v1/referrals/{id}/given-another-way`. */
export class GivenAnotherWayDto {
  /** The one of its recipients that got it. */
  @IsAuthorityId() readonly recipient!: string;
  @IsIn(OTHER_WAYS) readonly how!: (typeof OTHER_WAYS)[number];
  /** Office that stands behind it, as in an assessment. */
  @IsCode() readonly office!: string;
  /** When it was given. */
  @IsInstant() readonly at!: string;
}

/** One row of `GET /v1/waiting`: accepted, and not released. */
export interface WaitingItem {
  readonly messageId: string;
  readonly referralId: string;
  readonly caseId: string;
  readonly type: string;
  /** The recipient. */
  readonly authority: string;
  readonly function: string;
  readonly state: MessageState;
  readonly stateText: { readonly sv: string; readonly en: string };
  /** Of the ground that carries it, as it was forecast. */
  readonly clock: (typeof CLOCKS)[number];
  readonly submittedAt: string;
  /** By when it must have been given: 24 hours where the law says *genast*, 72 where it says *skyndsamt*; else when it expires. */
  readonly dueAt: string;
  readonly overdue: boolean;
  readonly expiresAt?: string;
  /** Whether it has certainly not left this gateway: marked as given another way it is never sent. */
  readonly here: boolean;
  /** Whether somebody said so already: the exchange is told, and has not answered yet. */
  readonly givenAnotherWay: boolean;
}
