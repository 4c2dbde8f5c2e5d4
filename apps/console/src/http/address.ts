import { isLocalDate } from '#legal-basis';
import { ConsoleError } from '../application/ports.js';
import type { Filter, Query } from '../application/ports.js';
import { FILTERS } from '../domain/query.js';

/** Most values of one filter, and characters of one value. */
const MOST = 50;
const LONGEST = 200;
const isFilter = (name: string): name is Filter => Object.hasOwn(FILTERS, name);
/** What an address says beside the query. */
const BESIDE = ['lang', 'cursor', 'by', 'format', 'csrf'];

/**
 * The query that an address says: a filter under its own name, repeated for each value. An empty field of the form is none.
 * @throws {ConsoleError} QUERY_INVALID naming the filter
 */
export const queryOf = (address: URLSearchParams): Query => {
  const filters: Partial<Record<Filter, readonly string[]>> = {};
  let dates: Pick<Query, 'from' | 'until'> = {};
  let overdue: true | undefined;
  for (const name of new Set(address.keys())) {
    const values = [...new Set(address.getAll(name).map((value) => value.trim()))]
      .filter((value) => value !== '')
      .sort();
    if (values.length === 0 || BESIDE.includes(name)) continue;
    const [first = ''] = values;
    if (values.length > MOST || values.some((value) => value.length > LONGEST))
      throw new ConsoleError('QUERY_INVALID', name);
    if (isFilter(name)) filters[name] = values;
    else if ((name === 'from' || name === 'until') && values.length === 1 && isLocalDate(first))
      dates = { ...dates, [name]: first };
    else if (name === 'overdue' && first === '1') overdue = true;
    else throw new ConsoleError('QUERY_INVALID', /^[a-zA-Z]{1,20}$/.test(name) ? name : 'query');
  }
  return { ...dates, filters, ...(overdue === undefined ? {} : { overdue }) };
};

/** The same query as an address says it, in one way for one query; empty for all. */
export const addressOf = ({ from, until, filters, overdue }: Query): string => {
  const address = new URLSearchParams();
  if (from !== undefined) address.set('from', from);
  if (until !== undefined) address.set('until', until);
  for (const name of Object.keys(FILTERS) as Filter[])
    for (const value of filters[name] ?? []) address.append(name, value);
  if (overdue === true) address.set('overdue', '1');
  return address.toString();
};

/** @param path of a page, perhaps with a query */
export const withParameters = (path: string, parameters: Readonly<Record<string, string | undefined>>): string => {
  const [at = '', query = ''] = path.split('?');
  const address = new URLSearchParams(query);
  for (const [name, value] of Object.entries(parameters))
    if (value === undefined) address.delete(name);
    else address.set(name, value);
  const said = address.toString();
  return said === '' ? at : `${at}?${said}`;
};
