import { isOwnPath } from '#login';
import { parseQuery, queryString } from '../domain/query.js';
import type { Words } from '../views/words-sv.js';

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

/**
 * Where a page stands, as its own links name it: path and query as called, without the language. What was called may begin with `//`, and a link that says so
 * leads to another host: of that, and of what is no path, it is the first page.
 * @param called `originalUrl` of a request
 */
export const ownAddress = (called: string): string =>
  isOwnPath(called) ? withParameters(called, { lang: undefined }) : '/';

/** Where a browser is to go on to, of an address or a form; undefined: nowhere, or not of this app. */
export const nextIn = (given: unknown): string | undefined =>
  typeof given === 'string' && isOwnPath(given) ? given : undefined;

/** Back to a search. @param asked that led here, as its address says it @throws {QueryError} */
export const backTo = (words: Words, asked = ''): { readonly address: string; readonly words: string } => {
  const query = queryString(parseQuery(new URLSearchParams(asked)));
  return { address: query === '' ? '/utlamnanden' : `/utlamnanden?${query}`, words: words.backToSearch };
};
