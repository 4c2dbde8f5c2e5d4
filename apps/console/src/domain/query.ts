import { isLocalDate } from '#legal-basis';
import type { AssignmentField } from './assignment.js';
import { UUID } from '#contracts';

const CODE = /^[A-Za-z0-9][A-Za-z0-9@_-]{0,127}$/;
const AUTHORITY = /^[a-z][a-z0-9-]{0,62}\/[a-z][a-z0-9-]{0,62}$/;
const DECIMAL = /^(0|[1-9][0-9]{0,17})$/;
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;
const MESSAGE_TYPE = /^(unknown|[a-z][a-z0-9-]{0,62}\/[1-9][0-9]{0,3})$/;
/** Values in one filter. */
const MOST_VALUES = 50;

interface FilterShape {
  /** What an assignment must open for it: what one may not see one may not filter on. */
  readonly field: AssignmentField;
  readonly value: RegExp;
}
/** Filters of a search: within a filter any of its values, between filters all. A filter stands in the address under its own name, repeated for each value. */
export const FILTERS = {
  sender: { field: 'parties', value: AUTHORITY },
  recipient: { field: 'parties', value: AUTHORITY },
  /** Kind of authority. */
  senderKind: { field: 'parties', value: CODE },
  recipientKind: { field: 'parties', value: CODE },
  /** `decision`, `refusal` (by the sender's gateway) or `recorded` (made outside Delge). */
  record: { field: 'parties', value: /^(decision|refusal|recorded)$/ },
  outcome: { field: 'parties', value: /^(permit|assess|deny)$/ },
  type: { field: 'parties', value: MESSAGE_TYPE },
  /** Why an assessment is missing: `officer`, `legal-question`, `protected`. */
  kind: { field: 'ground', value: CODE },
  force: { field: 'ground', value: CODE },
  purpose: { field: 'ground', value: CODE },
  /** Basis id, as claimed. */
  ground: { field: 'ground', value: CODE },
  /** Basis version that carries something. */
  version: { field: 'ground', value: CODE },
  /** Code of an obstacle, or of what is missing. */
  reason: { field: 'ground', value: CODE },
  category: { field: 'facts', value: CODE },
  /** Pseudonym of the officer. */
  officer: { field: 'assessments', value: TOKEN },
  case: { field: 'case', value: UUID },
  message: { field: 'parties', value: UUID },
  /** Of the log, decimal. */
  index: { field: 'parties', value: DECIMAL },
} as const satisfies Readonly<Record<string, FilterShape>>;
export type Filter = keyof typeof FILTERS;
export const FILTER_NAMES = Object.keys(FILTERS) as readonly Filter[];
/** Filters of ids: of each of them an index of its own. */
export const ID_FILTERS = ['case', 'message', 'index'] as const satisfies readonly Filter[];
const isIdFilter = (name: Filter): boolean => (ID_FILTERS as readonly Filter[]).includes(name);

/** One question; canonical: filters without values are absent, values are sorted and unique. */
export interface Query {
  /** Dates of decision in Europe/Stockholm, both inclusive. */
  readonly from?: string;
  readonly until?: string;
  readonly filters: Readonly<Partial<Record<Filter, readonly string[]>>>;
  /** Permits without a technical receipt past their time; needs the field `receipts`. */
  readonly overdue?: true;
}

/** A filter that cannot be read, or a period that ends before it begins; its name, never its value. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  constructor(
    readonly filter: string,
    readonly code: 'QUERY_INVALID' | 'PERIOD_REVERSED' = 'QUERY_INVALID',
  ) {
    super(filter);
  }
}

/**
 * Reads an address's part after the question mark. Parameters that are no filter are left alone: they are the page's.
 * @throws {QueryError} of a value that is none of its filter's, two dates, dates the wrong way round, or too many values
 */
export function parseQuery(parameters: URLSearchParams): Query {
  const filters: { -readonly [name in Filter]?: readonly string[] } = {};
  for (const name of FILTER_NAMES) {
    const values = [...new Set(parameters.getAll(name).filter((value) => value !== ''))].sort();
    if (values.length === 0) continue;
    if (values.length > MOST_VALUES || values.some((value) => !FILTERS[name].value.test(value)))
      throw new QueryError(name);
    filters[name] = values;
  }
  const overdue = parameters.getAll('overdue').filter((value) => value !== '');
  if (overdue.some((value) => value !== 'true')) throw new QueryError('overdue');
  const [from, until] = [dateOf(parameters, 'from'), dateOf(parameters, 'until')];
  if (from !== undefined && until !== undefined && from > until) throw new QueryError('until', 'PERIOD_REVERSED');
  return {
    filters,
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(overdue.length === 0 ? {} : { overdue: true as const }),
  };
}

const dateOf = (parameters: URLSearchParams, name: 'from' | 'until'): string | undefined => {
  const [date, more] = parameters.getAll(name).filter((value) => value !== '');
  if (date !== undefined && (more !== undefined || !isLocalDate(date))) throw new QueryError(name);
  return date;
};

/** The one spelling of a question: what an address says, and what an entry commits to. */
export function queryString({ from, until, filters, overdue }: Query): string {
  const parameters = new URLSearchParams();
  if (from !== undefined) parameters.set('from', from);
  if (until !== undefined) parameters.set('until', until);
  for (const name of FILTER_NAMES) for (const value of filters[name] ?? []) parameters.append(name, value);
  if (overdue === true) parameters.set('overdue', 'true');
  return parameters.toString();
}

/** @returns the filters of a question that these fields do not open */
export const closedFilters = (query: Query, fields: readonly AssignmentField[]): readonly string[] => [
  ...FILTER_NAMES.filter((name) => query.filters[name] !== undefined && !fields.includes(FILTERS[name].field)),
  ...(query.overdue === true && !fields.includes('receipts') ? ['overdue'] : []),
];

/** What a row is indexed under for one value of a filter. */
export const termOf = (name: Filter, value: string): string => `${name}:${value}`;

/**
 * What the index is asked, as PostgreSQL's tsquery: any of a filter's values, of all filters. Values are those that `parseQuery` lets through: none has a quote or a backslash.
 * @returns the empty text when there is nothing to ask but ids and dates
 */
export const tsqueryOf = ({ filters }: Query): string =>
  FILTER_NAMES.filter((name) => !isIdFilter(name))
    .flatMap((name) => {
      const values = filters[name] ?? [];
      if (!values.every((value) => FILTERS[name].value.test(value))) throw new QueryError(name);
      return values.length === 0 ? [] : [`(${values.map((value) => `'${termOf(name, value)}'`).join(' | ')})`];
    })
    .join(' & ');
