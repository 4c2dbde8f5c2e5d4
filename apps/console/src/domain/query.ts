import type { AssignmentField } from './assignment.js';

/**
 * Filters of a search: within a filter any of its values, between filters all. A filter stands in the address under its own name, repeated for each value. `field` is
 * what an assignment must open for it: what one may not see one may not filter on.
 */
export const FILTERS = {
  sender: { field: 'parties' },
  recipient: { field: 'parties' },
  /** Kind of authority. */
  senderKind: { field: 'parties' },
  recipientKind: { field: 'parties' },
  /** `decision`, `refusal` (by the sender's gateway) or `recorded` (made outside Delge). */
  record: { field: 'parties' },
  outcome: { field: 'parties' },
  type: { field: 'parties' },
  /** Why an assessment is missing: `officer`, `legal-question`, `protected`. */
  kind: { field: 'ground' },
  force: { field: 'ground' },
  purpose: { field: 'ground' },
  /** Basis id, as claimed. */
  ground: { field: 'ground' },
  /** Basis version that carries something. */
  version: { field: 'ground' },
  /** Code of an obstacle, or of what is missing. */
  reason: { field: 'ground' },
  category: { field: 'facts' },
  /** Pseudonym of the officer. */
  officer: { field: 'assessments' },
  case: { field: 'case' },
  message: { field: 'parties' },
  /** Of the log, decimal. */
  index: { field: 'parties' },
} as const satisfies Readonly<Record<string, { readonly field: AssignmentField }>>;
export type Filter = keyof typeof FILTERS;

/** One question; canonical: filters without values are absent, values are sorted and unique. */
export interface Query {
  /** Dates of decision in Europe/Stockholm, both inclusive. */
  readonly from?: string;
  readonly until?: string;
  readonly filters: Readonly<Partial<Record<Filter, readonly string[]>>>;
  /** Permits without a technical receipt past their time; needs the field `receipts`. */
  readonly overdue?: true;
}
