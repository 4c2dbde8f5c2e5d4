import type { Assignment, AssignmentState } from '../domain/assignment.js';
import type { Disclosure, DisclosureRow, Happening } from '../domain/disclosure.js';
import type { Difference } from '../domain/differ.js';
import type { Filter, Query } from '../domain/query.js';
import type { Cell } from '../domain/suppress.js';

export type { Assignment, AssignmentField, AssignmentState } from '../domain/assignment.js';
export type { Difference } from '../domain/differ.js';
export type * from '../domain/disclosure.js';
export type { Filter, Query } from '../domain/query.js';
export type { Cell } from '../domain/suppress.js';

/** Who acts and within what; both come from the session, never from an address. */
export interface Acting {
  readonly auditor: string;
  /** UUID. */
  readonly assignment: string;
}

export interface Page<T> {
  readonly rows: readonly T[];
  /** Opaque; absent on the last page. */
  readonly next?: string;
}

/** Exact to 10,000; above that only that there are more. */
export type Count = { readonly count: number; readonly more: boolean };

/** Values that a filter offers, from the directory and the law's closed lists; absent for filters that one writes. */
export type Offered = Readonly<Partial<Record<Filter, readonly OfferedValue[]>>>;
export interface OfferedValue {
  readonly value: string;
  readonly sv: string;
  readonly en: string;
}

/** A refusal and what came after it in the same case within 30 days. */
export interface Refused {
  readonly row: DisclosureRow;
  /** Lines of its verdict, field `ground`. */
  readonly lines?: readonly string[];
  readonly followed: readonly Followed[];
}
/** One page of refusals. */
export interface RefusedPage extends Page<Refused> {
  /** More followed than is shown: what comes last is left out. */
  readonly isCut?: true;
}
export interface Followed {
  readonly row: DisclosureRow;
  /** Facts, grounds and items that are not the same, as codes; absent when the assignment does not open them. */
  readonly differs?: readonly Difference[];
}
export interface Flow {
  readonly sender: string;
  readonly recipient: string;
  readonly disclosures: Cell;
}
export interface Flows {
  readonly flows: readonly Flow[];
  readonly total: Cell;
}
export interface StatisticsTable {
  /** `mainGround`: sender and ground, where hardly any other is named; without numbers. */
  readonly of: 'ground' | 'sender' | 'recipient' | 'reason' | 'month' | 'outcome' | 'mainGround';
  readonly rows: readonly { readonly key: string; readonly count: Cell }[];
  readonly total: Cell;
}
export interface Statistics {
  readonly tables: readonly StatisticsTable[];
  /** From decision to technical receipt, milliseconds; absent when fewer than 5 were received, or without the field `receipts`. `newest`: of so many disclosures, the newest, as there are more. */
  readonly delivery?: { readonly medianMs: number; readonly p95Ms: number; readonly newest?: number };
}

/** Health as an auditor needs it, and the log as the projection last checked it. */
export interface LogView {
  /** The checkpoint up to which each leaf was computed again. */
  readonly checked?: {
    readonly size: string;
    readonly root: string;
    readonly at: string;
    readonly witnessedAt?: string;
  };
  /** Newest first. */
  readonly checkpoints: readonly { readonly size: string; readonly root: string; readonly checkedAt: string }[];
  /** Entries a day, Europe/Stockholm. */
  readonly growth: readonly { readonly day: string; readonly entries: number }[];
  /** Entries of no known day: their openings were erased before they were followed. */
  readonly undated: number;
  /** Of openings that the assignment reaches, newest first. */
  readonly erasures: readonly {
    readonly index: string;
    readonly at: string;
    readonly erased: readonly {
      readonly index: string;
      readonly sender: string;
      readonly recipient?: string;
      readonly number?: number;
    }[];
  }[];
  /** Opaque; absent on the last page of erasures. */
  readonly next?: string;
  /** Closed code; the projection has stopped and shows nothing newer. */
  readonly alarm?: 'root-mismatch' | 'leaf-mismatch' | 'annex-mismatch' | 'checkpoint-refused';
}

export type ConsoleErrorCode =
  /** No such assignment for this auditor, or no longer: it does not exist. */
  | 'NOT_WITHIN_ASSIGNMENT'
  /** A filter on a field that the assignment does not open. */
  | 'FIELD_NOT_GRANTED'
  /** A filter or cursor that cannot be read. */
  | 'QUERY_INVALID'
  /** More disclosures than a file holds, or more files at once than are made. */
  | 'TOO_MANY'
  /** It would take too long: it must be narrowed. */
  | 'QUERY_TOO_WIDE'
  /** Nothing can be signed now, or the log is not followed, so nothing is shown. */
  | 'NOT_READY';
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  constructor(
    readonly code: ConsoleErrorCode,
    /** Name of the filter. */
    readonly filter?: string,
  ) {
    super(filter === undefined ? code : `${code}: ${filter}`);
  }
}

/**
 * What the pages may ask. Each of these, but `assignmentsOf` and `offered`, commits an entry to the log before it returns a row; each throws
 * ConsoleError `NOT_WITHIN_ASSIGNMENT` unless the assignment is the auditor's and live, and `NOT_READY` while no entry can be signed or, but for
 * `log`, the log is not followed.
 */
export abstract class AuditorQueries {
  /** All that were granted to the auditor, newest first, also those that are ended or expired. */
  abstract assignmentsOf(auditor: string): Promise<readonly (Assignment & { readonly state: AssignmentState })[]>;
  /** Newest decision first; 50 a page. @throws {ConsoleError} FIELD_NOT_GRANTED, QUERY_INVALID */
  abstract search(acting: Acting, query: Query, cursor?: string): Promise<Page<DisclosureRow>>;
  abstract count(acting: Acting, query: Query): Promise<Count>;
  abstract offered(acting: Acting): Promise<Offered>;
  /** @returns undefined when there is none within the assignment */
  abstract show(acting: Acting, messageId: string): Promise<Disclosure | undefined>;
  /** Needs the field `case`; oldest first. */
  abstract timeline(acting: Acting, caseId: string): Promise<readonly Happening[]>;
  /** Everything whose message, case, entry or log index this is. */
  abstract everythingAbout(acting: Acting, id: string, cursor?: string): Promise<Page<DisclosureRow>>;
  /** @param by the exchange (decisions that are no permit), or gateways (reported refusals) */
  abstract refusals(acting: Acting, by: 'exchange' | 'gateway', query: Query, cursor?: string): Promise<RefusedPage>;
  /** Permits whose technical receipt is late, the longest first; needs the field `receipts`. */
  abstract overdue(acting: Acting, query: Query, cursor?: string): Promise<Page<DisclosureRow>>;
  abstract flows(acting: Acting, query: Query): Promise<Flows>;
  abstract statistics(acting: Acting, query: Query): Promise<Statistics>;
  /** @param cursor of its erasures, 50 a page */
  abstract log(acting: Acting, cursor?: string): Promise<LogView>;
}
