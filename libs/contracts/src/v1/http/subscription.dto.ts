import { IsIn } from 'class-validator';
import { PageQueryDto } from './queries.dto.js';
import type { MessageState } from './queries.dto.js';
import type { VerdictView } from './referral-view.dto.js';
import { IsAuthorityId, IsCode, IsUuid, Nested, NestedList, Optional, UniqueList } from './rules.js';
import { AssessmentDto, SheetReferralDto } from './submit-referral.dto.js';

export const SUBSCRIPTION_STATES = ['asked', 'granted', 'suspended', 'ended', 'refused'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];
export const SUBSCRIPTION_SCOPES = ['case', 'standing'] as const;
export type SubscriptionScope = (typeof SUBSCRIPTION_SCOPES)[number];
/** What an officer may say. */
export const OFFICERS_ANSWERS = [
  'granted',
  'refused-no-ground',
  'refused-not-owner',
  'refused-too-wide',
  'suspended-ground-lapsed',
  'suspended-under-review',
  'resumed',
  'ended-ground-lapsed',
  'ended-no-longer-needed',
] as const;
/** What stands in the receipt, as `#envelope` has it: what a standing order granted, and what a closed case or its subscriber ended, the gateway says itself. */
export const SUBSCRIPTION_ANSWERS = [
  ...OFFICERS_ANSWERS,
  'granted-by-standing-order',
  'refused-case-closed',
  'ended-case-closed',
  'ended-withdrawn',
] as const;
export type SubscriptionAnswer = (typeof SUBSCRIPTION_ANSWERS)[number];
export const HELD_REASONS = ['case-closed', 'subscription-suspended', 'subscription-ended', 'ground-lapsed'] as const;
export type HeldReason = (typeof HELD_REASONS)[number];
export const BACKFILL_OUTCOMES = ['accepted', 'refused', 'not-sendable', 'already-sent', 'not-found'] as const;

/** Query of `GET /v1/subscriptions`. */
export class ListSubscriptionsQueryDto extends PageQueryDto {
  /** `received`: those that others asked this authority for; `sent`: those that it asked for. */
  @Optional() @IsIn(['received', 'sent']) readonly direction: 'received' | 'sent' = 'received';
  @Optional() @IsIn(SUBSCRIPTION_STATES) readonly state?: SubscriptionState;
  @Optional() @IsUuid() readonly caseId?: string;
}

/** Query of `GET /v1/held`. */
export class ListHeldQueryDto extends PageQueryDto {}

/** Body of `PUT /v1/subscriptions/{id}`. */
export class AnswerSubscriptionDto {
  @IsIn(OFFICERS_ANSWERS) readonly answer!: (typeof OFFICERS_ANSWERS)[number];
  /** That stands behind it, as in an assessment. */
  @IsCode() readonly office!: string;
}

/** Body of `PUT /v1/standing-orders/{id}`: what is granted at once when it is asked for. */
export class PutStandingOrderDto {
  @IsAuthorityId() readonly subscriber!: string;
  @IsIn(SUBSCRIPTION_SCOPES) readonly scope!: SubscriptionScope;
  /** Message types without version; what asks for others besides waits for an officer. */
  @UniqueList(20) @IsCode({ each: true }) readonly messageTypes!: string[];
  @IsCode() readonly office!: string;
}

/** Body of `POST /v1/subscriptions/{id}/backfill`: own referrals, each of which becomes a new disclosure to the subscriber. */
export class BackfillDto {
  @UniqueList(50) @IsUuid({ each: true }) readonly referralIds!: string[];
  /** For this subscriber, of one referral alone: they go along beside those that were made of it for the subscriber before. */
  @Optional()
  @NestedList(() => AssessmentDto, 100)
  readonly assessments?: AssessmentDto[];
}

/** Body of `POST /v1/cases/{id}/sheet`. */
export class SheetDto {
  @Nested(() => SheetReferralDto) readonly referral!: SheetReferralDto;
}

/** A subscription, as either end sees it. */
export interface SubscriptionView {
  /** Message id of the request. */
  readonly id: string;
  readonly direction: 'received' | 'sent';
  /** The authority that is asked. */
  readonly owner: string;
  readonly subscriber: string;
  readonly scope: SubscriptionScope;
  /** With scope `case`. */
  readonly caseId?: string;
  readonly messageTypes: readonly string[];
  /** Of the subscriber, to which messages go. */
  readonly function: string;
  readonly state: SubscriptionState;
  /** When the request was taken back; of a received one alone. */
  readonly retractedAt?: string;
  /** How far the request itself has come; of a sent one alone. */
  readonly requestState?: MessageState;
  readonly answers: readonly {
    readonly number: number;
    readonly answer: SubscriptionAnswer;
    readonly at: string;
    /** Shown to the owner alone. */
    readonly office?: string;
    readonly standingOrder?: string;
  }[];
}

export interface StandingOrderView extends PutStandingOrderDto {
  readonly id: string;
  readonly madeAt: string;
  readonly endedAt?: string;
}

/** A message to a subscriber that was not released, and why. */
export interface HeldItem {
  readonly messageId: string;
  readonly referralId: string;
  readonly caseId: string;
  readonly type: string;
  /** The recipient. */
  readonly authority: string;
  readonly state: MessageState;
  readonly reason: HeldReason;
  readonly reasonText: { readonly sv: string; readonly en: string };
  /** Of a hold: whether the exchange has said that it stands in the log; it stops nothing before. */
  readonly recorded?: boolean;
  /** Since when it is so. */
  readonly since: string;
}

export interface BackfillView {
  readonly items: readonly {
    readonly referralId: string;
    readonly outcome: (typeof BACKFILL_OUTCOMES)[number];
    /** Of the new disclosure, or of an earlier subscription's that did not arrive; absent where there is none. */
    readonly newReferralId?: string;
    /** Of what is refused. */
    readonly verdict?: VerdictView;
  }[];
}

/** One row of a sheet. Rows are named one by one in `to` of `POST /v1/referrals`. */
export interface SheetRow {
  readonly subscription: string;
  readonly authority: string;
  readonly function: string;
  readonly state: SubscriptionState;
  /** Absent where nothing may be sent to it as a subscriber, or its function is gone. */
  readonly verdict?: VerdictView;
}
