import type { IncidentClock, IncidentCode, ListIncidentsQueryDto } from '#contracts';
import type { KeptClock } from '../../domain/incident.js';

/** Personal data that went to the wrong authority: what opens it, at one end. */
export interface NewIncident {
  /** That of the receipt that says so. */
  readonly incidentId: string;
  readonly messageId: string;
  readonly side: 'sender' | 'recipient';
  readonly other: string;
  readonly openedAt: Date;
}

export interface StoredIncident extends NewIncident {
  readonly clocks: readonly KeptClock[];
}

export interface IncidentAlarm {
  readonly messageId: string;
  readonly what: 'opened' | IncidentClock;
}

export interface IncidentStore {
  list(
    authority: string,
    query: ListIncidentsQueryDto,
  ): Promise<readonly (StoredIncident & { readonly cursor: string })[]>;
  find(authority: string, incidentId: string): Promise<StoredIncident | undefined>;
  /** @returns false when somebody else said another thing of one of them meanwhile */
  meet(
    authority: string,
    incidentId: string,
    clocks: readonly IncidentClock[],
    code: IncidentCode,
    at: Date,
  ): Promise<boolean>;
  /** @returns what was opened, and which clocks ran out, and was not returned before */
  alarm(authority: string, at: Date): Promise<readonly IncidentAlarm[]>;
  /** How many clocks have run out with nothing done. */
  overdue(authority: string, at: Date): Promise<number>;
}
