import { IsInt, Max, Min } from 'class-validator';
import { MESSAGE_STATES } from './queries.dto.js';
import { RECORD_STATES } from './recorded-disclosure.dto.js';
import { Decimal, IsInstant, IsUuid, Optional } from './rules.js';

/** What a gateway tells an authority's systems of. `message.…` is about what the authority sends, `delivery.…` about what it receives, `record.…` about a disclosure that it made outside Delge, `request.…` about what it asked for or was asked for, `case.…` about what it owns. */
export const EVENT_TYPES = [
  ...MESSAGE_STATES.map((state) => `message.${state}` as const),
  'decision.recorded',
  'receipt.recorded',
  'receipt.overdue',
  'notice.recorded',
  ...RECORD_STATES.map((state) => `record.${state}` as const),
  'delivery.received',
  'delivery.retracted',
  'delivery.handling-changed',
  'delivery.overdue',
  'request.overdue',
  'case.opened',
  'case.linked',
  'case.closed',
  'subscription.changed',
  'incident.opened',
  'incident.clock-ran-out',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * Something happened. Ids and codes alone: what it is about is read, after authorisation, where the ids point to. The same event has the same id
 * however it is told, and however often.
 */
export interface EventView {
  readonly id: string;
  readonly type: EventType;
  /** When it happened. */
  readonly timestamp: string;
  readonly data: {
    /** Absent where it is about a case alone. Of a request its id, also of one that no message brought. */
    readonly messageId?: string;
    /** Of what the authority sends itself: its own id of the referral; of a record that of the recorded disclosure. */
    readonly referralId?: string;
    readonly caseId?: string;
    /** Of the referral, as `request/1`. */
    readonly messageType?: string;
    /** Of a delivery, within its case: the order of release. */
    readonly deliveryNumber?: number;
    /** Of a notice its kind, of what is overdue the receipt that is awaited, or the clock of its handling, of an incident the side that this authority is on, or the clock that ran out, of handling the status, of a request its direction, of a record the outcome of its verdict, of a case its type, what it was linked to, or why it is closed, of a subscription the answer, or `asked`. */
    readonly code?: string;
  };
}

export interface EventPage {
  readonly items: readonly EventView[];
  /** Id of the event to go on from: the last of the page, or what was asked with when it is empty. Absent when nothing has happened yet. */
  readonly next?: string;
}

/** Query of `GET /v1/events`. */
export class ListEventsQueryDto {
  /** Id of an event: those after it. Absent: those after the last one that this system acknowledged. */
  @Optional() @IsUuid() readonly after?: string;
  /** Those that happened at or after it; without `after` from the first of them, wherever this system's cursor is. Nothing is waited for then. */
  @Optional() @IsInstant() readonly since?: string;
  @Optional() @Decimal() @IsInt() @Min(1) @Max(200) readonly limit: number = 20;
  /** Seconds to wait for an event when there is none yet. */
  @Optional() @Decimal() @IsInt() @Min(0) @Max(10) readonly wait: number = 0;
}

/** Body of `POST /v1/events/acknowledgement`. */
export class AcknowledgeEventsDto {
  /** Id of the newest event that was dealt with: it and all before it are not listed again unless asked for. */
  @IsUuid() readonly through!: string;
}
