import { queryString } from '../../apps/console/src/domain/query.js';
import type { Query } from '../../apps/console/src/domain/query.js';
import type { PostgresDisclosureStore } from '../../apps/console/src/persistence/disclosure.store.js';
import type { DisclosureRow } from '../../apps/console/src/domain/disclosure.js';

/** What is asked of one page, in the words of the table. */
export interface Asked {
  readonly page: string;
  readonly path: string;
  /** Absent where the page asks for no rows. */
  readonly query?: Query;
}

const QUESTIONS = 50;
const FEW = 10;

/** Questions of a search: rare and common values, alone and together, with and without dates, months cut and whole. @param rows of different times */
export const questionsOf = (rows: readonly DisclosureRow[]): readonly Query[] =>
  Array.from({ length: QUESTIONS }, (_, at): Query => {
    const row = rows[(at * 7) % rows.length];
    if (row === undefined) throw new Error('an assignment without rows');
    const { grounds = [], categories = [], versions = [], officers = [], caseId = '' } = row;
    const kinds: readonly Query['filters'][] = [
      {},
      { outcome: [row.outcome], recipient: [row.recipient] },
      { officer: officers },
      { ground: grounds, category: categories },
      { reason: ['FACT_MISSING'], sender: [row.sender] },
      { case: [caseId] },
      { message: [row.messageId] },
      { type: [row.messageType ?? ''], outcome: ['deny'], officer: officers },
      versions.length === 0 ? { kind: ['officer'] } : { version: versions },
      { record: ['refusal'], type: [row.messageType ?? ''], category: categories.slice(0, 1) },
      { sender: [row.sender] },
      // Nothing has it.
      { reason: ['NO_SUCH_REASON'] },
    ];
    const filters = kinds[at % kinds.length] ?? {};
    const dates = [{}, { from: '2026-03-01', until: '2026-09-30' }, { from: '2026-02-11', until: '2026-06-17' }];
    return { filters, ...dates[at % dates.length], ...(at === 49 ? { overdue: true as const } : {}) };
  });

/** Every page, with what it is asked. */
export const pagesOf = (rows: readonly DisclosureRow[]): readonly Asked[] => {
  const some = rows.filter((_, at) => at % Math.max(1, Math.floor(rows.length / FEW)) === 0).slice(0, FEW);
  const [one] = some;
  if (one === undefined) throw new Error('an assignment without rows');
  const { officers = [], grounds = [] } = one;
  const narrowed: readonly Query[] = [
    { filters: {} },
    { filters: {}, from: '2026-03-01', until: '2026-09-30' },
    { filters: {}, from: '2026-02-11', until: '2026-06-17' },
    { filters: { outcome: ['deny'] } },
    { filters: { ground: grounds, sender: [one.sender] } },
    { filters: { officer: officers } },
  ];
  const of = (page: string, path: string, queries: readonly Query[]): readonly Asked[] =>
    queries.map((query) => {
      const said = queryString(query);
      return { page, path: said === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${said}`, query };
    });
  const each = (page: string, path: (row: DisclosureRow) => string): readonly Asked[] =>
    some.map((row) => ({ page, path: path(row) }));
  return [
    ...of('search, first page', '/utlamnanden', questionsOf(rows)),
    ...each('disclosure', ({ messageId }) => `/utlamnanden/${messageId}`),
    ...each('case', ({ caseId }) => `/arenden/${caseId ?? ''}`),
    ...each('everything about', ({ caseId, index }) => `/allt?id=${Number(index) % 4 === 0 ? index : (caseId ?? '')}`),
    ...of('refusals', '/nekade', narrowed),
    ...of('refusals, by gateways', '/nekade?by=gateway', narrowed),
    ...of('overdue', '/kvittenser', narrowed),
    ...of('flows', '/floden', narrowed),
    ...of('statistics', '/statistik', narrowed),
    ...['/lagen', '/lagen?den=2024-06-01', '/lagen/LUF-2008-206-3'].map((path) => ({ page: 'law', path })),
    { page: 'log', path: '/logg' },
    { page: 'assignments', path: '/uppdrag' },
    { page: 'home', path: '/' },
    { page: 'accessibility', path: '/tillganglighet' },
  ];
};

/** Rows that an assignment has, spread over its time. */
export const spread = async (
  store: PostgresDisclosureStore,
  assignment: Parameters<PostgresDisclosureStore['list']>[0],
  now: Date,
): Promise<readonly DisclosureRow[]> => {
  const rows: DisclosureRow[] = [];
  for (let month = 1; month <= 11; month += 1) {
    const until = `2026-${String(month).padStart(2, '0')}-20`;
    rows.push(...(await store.list(assignment, { query: { filters: {}, until }, now, limit: 5 })));
  }
  return rows;
};
