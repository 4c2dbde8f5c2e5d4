import type { HeldReason, MessageState, SubscriptionAnswer, SubscriptionScope, SubscriptionState } from '#contracts';
import type { ReleaseHold } from '#envelope';
import type { SubscriptionAsked } from '../../domain/subscription.js';
import type { Outgoing } from './outgoing.js';

/** Somebody asked this authority for a subscription. */
export interface StoredSubscription extends SubscriptionAsked {
  /** Of the request, as it was received. */
  readonly messageId: string;
  readonly attempt: number;
  readonly decisionEntryId: string;
  readonly jweSha256: string;
  readonly type: string;
  readonly subscriber: string;
  /** That the request names. */
  readonly caseId: string;
  readonly state: SubscriptionState;
  readonly askedAt: Date;
  /** Of the newest answer; 0 when there is none. */
  readonly number: number;
  /** When the subscriber took its request back. */
  readonly retractedAt?: Date;
}

/** This authority asked another for a subscription. */
export interface SentSubscription extends SubscriptionAsked {
  readonly messageId: string;
  readonly owner: string;
  readonly caseId: string;
  readonly requestState: MessageState;
  readonly cursor: string;
}

export interface NewAnswer {
  readonly answer: SubscriptionAnswer;
  readonly at: Date;
  /** That stands behind it, and the system that said so; neither where a standing order, a closed case or the subscriber says it. */
  readonly office?: string;
  readonly system?: string;
  readonly standingOrder?: string;
}

export interface StoredAnswer extends Omit<NewAnswer, 'system'> {
  readonly messageId: string;
  readonly number: number;
}

export interface StandingOrder {
  readonly id: string;
  readonly subscriber: string;
  readonly scope: SubscriptionScope;
  readonly messageTypes: readonly string[];
  readonly office: string;
  readonly madeAt: Date;
  readonly endedAt?: Date;
}

export interface HeldMessage {
  readonly messageId: string;
  readonly referralId: string;
  readonly caseId: string;
  readonly type: string;
  readonly recipient: string;
  readonly state: MessageState;
  readonly reason: HeldReason;
  /** Of a hold: whether the exchange has it. */
  readonly recorded?: boolean;
  readonly since: Date;
}

/** Signs what a store writes down under the number that it finds there. */
export interface SubscriptionSigner {
  answer(
    authority: string,
    subscription: StoredSubscription,
    given: NewAnswer,
    number: number,
  ): Promise<{ readonly receiptId: string; readonly receipt: string; readonly outgoing: Outgoing }>;
  hold(
    authority: string,
    hold: Pick<ReleaseHold, 'caseId' | 'recipient' | 'number' | 'code'>,
    at: Date,
  ): Promise<{ readonly holdId: string; readonly statement: string; readonly outgoing: Outgoing }>;
}

export interface SubscriptionStore {
  /** Notes that it was asked for, once; a standing order that fits grants it. */
  ask(authority: string, asked: StoredSubscription, sign: SubscriptionSigner, at: Date): Promise<void>;
  find(authority: string, messageId: string): Promise<StoredSubscription | undefined>;
  /** @returns by the order in which they came to be listed */
  list(
    authority: string,
    query: {
      readonly after?: string;
      readonly limit: number;
      readonly state?: SubscriptionState;
      readonly caseId?: string;
    },
  ): Promise<readonly (StoredSubscription & { readonly cursor: string })[]>;
  /** Those that this authority asked for: one for each message of each such referral that was accepted. */
  sent(
    authority: string,
    query: { readonly after?: string; readonly limit: number; readonly caseId?: string },
  ): Promise<readonly SentSubscription[]>;
  answers(authority: string, messageIds: readonly string[]): Promise<readonly StoredAnswer[]>;
  /** What it suspends or ends it holds at the exchange, what it grants or resumes it lets go. */
  answer(
    authority: string,
    messageId: string,
    given: NewAnswer,
    sign: SubscriptionSigner,
  ): Promise<'answered' | 'same' | 'not-found' | 'not-now' | 'closed' | 'not-owned'>;
  /** Those to a case that is closed, and which nobody has ended. @param caseId absent: of all that are closed */
  ofClosedCases(authority: string, caseId?: string): Promise<readonly StoredSubscription[]>;
  /** Those that stand, and whose requests their subscribers took back. @param messageId absent: of all @returns message ids */
  ofRetracted(authority: string, messageId?: string): Promise<readonly string[]>;
  /** Holds what is not released of what was submitted to a case before it was closed, to who has a standing subscription. @param caseId undefined: of all that are closed */
  holdOfClosed(authority: string, caseId: string | undefined, sign: SubscriptionSigner, at: Date): Promise<void>;
  /** Holds what was committed beside the suspension of a standing subscription. */
  holdOfSuspended(authority: string, sign: SubscriptionSigner, at: Date): Promise<void>;
  /** @returns those of the recipients from which the authority holds the case, or whose newest standing subscription to messages of the type is suspended */
  heldFrom(authority: string, caseId: string, type: string, recipients: readonly string[]): Promise<readonly string[]>;
  /** @returns whether there is such a hold */
  recorded(authority: string, statementSha256: string, at: Date): Promise<boolean>;
  /** Of how many cases and recipients what was said before then has not been recorded. */
  unrecorded(authority: string, before: Date): Promise<number>;
  /** Signs what was said before then, and was not recorded, anew under its next number: it was set aside, or lost on the way. */
  holdAgain(authority: string, before: Date, sign: SubscriptionSigner, at: Date): Promise<void>;
  /** Messages to subscribers that were not released, with those that expired under a hold that was lifted since. */
  held(
    authority: string,
    query: { readonly after?: string; readonly limit: number },
  ): Promise<readonly (HeldMessage & { readonly cursor: string })[]>;
  /** @returns the one that stands under the id */
  putOrder(authority: string, order: StandingOrder, system: string): Promise<StandingOrder>;
  orders(authority: string): Promise<readonly StandingOrder[]>;
  endOrder(authority: string, id: string, system: string, at: Date): Promise<boolean>;
}
