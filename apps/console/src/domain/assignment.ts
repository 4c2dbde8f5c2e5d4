/** What an assignment may open of a disclosure; `parties` always. */
export const ASSIGNMENT_FIELDS = ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'] as const;
export type AssignmentField = (typeof ASSIGNMENT_FIELDS)[number];

/** A granted right to read (*uppdrag*). Dates are local dates in Europe/Stockholm. */
export interface Assignment {
  /** UUID. */
  readonly id: string;
  /** 43 characters of base64url; see `auditorIdOf`. */
  readonly auditor: string;
  /** Whose disclosures may be read, all of one participant. */
  readonly authorities: readonly string[];
  /** Of the closed list of provisions. */
  readonly provision: string;
  readonly diaryNumber: string;
  /** Dates of decision; `until` is exclusive. */
  readonly period: { readonly from: string; readonly until?: string };
  readonly fields: readonly AssignmentField[];
  /** First day on which it opens nothing. */
  readonly expires: string;
  readonly grantedAt: string;
  /** Of the log's entry that it was granted, decimal. */
  readonly index: string;
  readonly endedAt?: string;
}

export type AssignmentState = 'live' | 'ended' | 'expired';

/** @param today local date in Europe/Stockholm */
export const stateOf = ({ endedAt, expires }: Assignment, today: string): AssignmentState =>
  endedAt !== undefined ? 'ended' : today < expires ? 'live' : 'expired';
