import type { Stratification } from '#envelope';
import type { Assignment } from '../domain/assignment.js';
import type { DisclosureRecord, DisclosureRow, Happening } from '../domain/disclosure.js';
import type { Query } from '../domain/query.js';
import type { LogView } from './ports.js';

/** The last row of a page; `at` is what the list is ordered by. */
export interface Place {
  readonly at: string;
  readonly index: string;
}
export interface Wanted {
  readonly query: Query;
  readonly now: Date;
  readonly limit: number;
  readonly after?: Place;
  /** `newest` decision first, or the receipt that was due `longest` ago. */
  readonly order?: 'newest' | 'longest';
  /** Rows of a smaller log alone. */
  readonly below?: string;
}
export interface Counted {
  readonly count: number;
  readonly more: boolean;
  /** Size of the log that was counted in. */
  readonly below: string;
}
export interface Tables {
  /** `flow`: sender and recipient. `mainGround`: sender and ground, where at least 90 in 100 that the sender names are that one. */
  readonly of: 'ground' | 'sender' | 'recipient' | 'reason' | 'month' | 'outcome' | 'flow' | 'mainGround';
  readonly rows: readonly { readonly key: string; readonly count: number }[];
}

/** Records that `inCases` gives at most, the earliest first. */
export const MOST_IN_CASES = 1_000;
export interface Delivered {
  /** That were received. */
  readonly count: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  /** There were more disclosures than were looked at. */
  readonly more: boolean;
}

/** Disclosures within an assignment: what is outside of it, or of its fields, does not leave the database. */
export interface DisclosureStore {
  list(assignment: Assignment, wanted: Wanted): Promise<readonly DisclosureRow[]>;
  records(assignment: Assignment, wanted: Wanted): Promise<readonly DisclosureRecord[]>;
  count(assignment: Assignment, query: Query, now: Date, most: number, below?: string): Promise<Counted>;
  /** Oldest first. */
  inCases(
    assignment: Assignment,
    cases: readonly string[],
    from: Date,
    until: Date,
  ): Promise<readonly DisclosureRecord[]>;
  /** @param id UUID or decimal */
  about(assignment: Assignment, id: string, limit: number, after?: Place): Promise<readonly DisclosureRow[]>;
  happenings(
    assignment: Assignment,
    of: { readonly messageId: string } | { readonly caseId: string },
  ): Promise<readonly Happening[]>;
  tables(assignment: Assignment, query: Query, now: Date, wanted: readonly Tables['of'][]): Promise<readonly Tables[]>;
  /** From decision to technical receipt. @param most disclosures that are looked at, the newest */
  delivery(assignment: Assignment, query: Query, now: Date, most: number): Promise<Delivered>;
  /** Whether something was erased since a log had this size. @param size decimal */
  erasedSince(assignment: Assignment, size: string): Promise<boolean>;
  /** Newest first. @param before index of an erasure, decimal */
  erasures(assignment: Assignment, limit: number, before?: string): Promise<LogView['erasures']>;
  /** In the order of the log, `most` at most. */
  population(assignment: Assignment, query: Query, now: Date, by: Stratification, most: number): Promise<Population>;
}
export interface Population {
  readonly lines: readonly { readonly stratum: string; readonly index: string }[];
  /** Size of the log that was read. */
  readonly below: string;
}

/** How far the projection is, and what it was checked against. */
export interface LogStore {
  view(): Promise<Omit<LogView, 'erasures' | 'next'>>;
}
