import { IsIn, IsString, Length } from 'class-validator';
import { FORM_REASONS } from './give-receipt.dto.js';
import type { FormReason } from './give-receipt.dto.js';
import { Optional } from './rules.js';

/** How far the authority that received a message has come with it: status codes of HL7 FHIR Task. Another thing than the message's `state`, which says how far the message has come. */
export const HANDLINGS = ['requested', 'received', 'accepted', 'rejected', 'completed'] as const;
export type Handling = (typeof HANDLINGS)[number];
/** What its system says; `requested` is what nobody has said anything of. */
export const SAID_HANDLINGS = ['received', 'accepted', 'rejected', 'completed'] as const;
export type SaidHandling = (typeof SAID_HANDLINGS)[number];
/** Of which there is a clock: taken over by a system, and taken up or turned down. */
export const HANDLING_CLOCKS = ['received', 'accepted'] as const;
export type HandlingClock = (typeof HANDLING_CLOCKS)[number];

/** Body of `PUT /v1/deliveries/{id}/handling`. `accepted`, `rejected` and `completed` give the receipt that tells the sender. */
export class SetHandlingDto {
  @IsIn(SAID_HANDLINGS) readonly status!: SaidHandling;
  /** Required with `rejected`, refused otherwise: for the form, never for the substance. */
  @Optional() @IsIn(FORM_REASONS) readonly reason?: FormReason;
  /** With `accepted` alone: the recipient's diary number, sealed to the sending authority. */
  @Optional() @IsString() @Length(1, 64) readonly diaryNumber?: string;
}

/** A courtesy to the sender, and no duty: nothing about the message changes when it has passed. */
export interface HandlingDueView {
  readonly what: HandlingClock;
  readonly at: string;
  readonly overdue: boolean;
}
export interface HandlingView {
  readonly status: Handling;
  /** When it came to that; of `requested` when it was received by the gateway. */
  readonly changedAt: string;
  /** Clocks that run. */
  readonly due: readonly HandlingDueView[];
}
/** One change, as it was said. */
export interface HandlingChangeView {
  readonly status: SaidHandling;
  readonly at: string;
  /** Id of the system that said so; absent of what was said before this was kept. */
  readonly system?: string;
}
/** Answer of `PUT /v1/deliveries/{id}/handling`. */
export interface HandledView extends HandlingView {
  /** Oldest first. */
  readonly changes: readonly HandlingChangeView[];
}
