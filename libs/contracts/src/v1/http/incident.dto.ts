import { IsIn } from 'class-validator';
import { PageQueryDto } from './queries.dto.js';
import { IsInstant, Optional } from './rules.js';

/** What runs from when an authority becomes aware that personal data went astray. */
export const INCIDENT_CLOCKS = ['early-warning', 'notification'] as const;
export type IncidentClock = (typeof INCIDENT_CLOCKS)[number];

/** What an authority did within a clock: told the data protection authority (IMY), the authority for cyber security (MCF), both, or found that it need not. */
export const INCIDENT_CODES = ['notified-imy', 'notified-mcf', 'notified-both', 'not-required'] as const;
export type IncidentCode = (typeof INCIDENT_CODES)[number];

export class ListIncidentsQueryDto extends PageQueryDto {
  /** `true`: those with a clock that nothing was done within yet. */
  @Optional() @IsIn(['true']) readonly open?: 'true';
}

/** Body of `POST /v1/incidents/{id}/close`. */
export class CloseIncidentDto {
  /** Absent: both clocks. */
  @Optional() @IsIn(INCIDENT_CLOCKS) readonly clock?: IncidentClock;
  @IsIn(INCIDENT_CODES) readonly code!: IncidentCode;
  /** When it was done; absent: now. */
  @Optional() @IsInstant() readonly at?: string;
}

export interface IncidentClockView {
  readonly clock: IncidentClock;
  /** Hours that it runs. */
  readonly hours: number;
  /** What it stands for, as lawyers cite it. */
  readonly law: readonly string[];
  readonly dueAt: string;
  readonly state: 'running' | 'met' | 'overdue';
  readonly code?: IncidentCode;
  /** When it was done, by the authority's word. */
  readonly metAt?: string;
}
/** Personal data that went to the wrong authority, at one of the two ends. One row of `GET /v1/incidents`. */
export interface IncidentView {
  /** The same at both ends: that of the receipt that says so. */
  readonly id: string;
  readonly messageId: string;
  /** Which end this authority is. */
  readonly side: 'sender' | 'recipient';
  /** The other one. */
  readonly other: string;
  readonly openedAt: string;
  readonly clocks: readonly IncidentClockView[];
  /** When something was done within each clock. */
  readonly closedAt?: string;
}
