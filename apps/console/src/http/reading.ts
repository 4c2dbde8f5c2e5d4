import { showsOpenings } from '#envelope';
import type { Request, Response } from 'express';
import type { AuditorQueries, Acting, Query } from '../application/ports.js';
import { WORDS } from '../views/words.js';
import type { Words } from '../views/words-sv.js';
import { parseQuery, queryString } from '../domain/query.js';
import { withParameters } from './address.js';
import { chosenFilters, filterFields, namesIn } from './filters.js';
import type { Now } from './now.js';
import type { Pages, Shown } from './pages.js';
import { actingOf } from './visit.js';
import type { Reading, Visits } from './visit.js';

/** A page of an assignment being made. */
export interface PageRequest {
  readonly reading: Reading;
  readonly acting: Acting;
  readonly words: Words;
  readonly query: Query;
  readonly cursor?: string;
}

/** What the pages within an assignment have in common: who asks for what, the form with its filters, names of authorities, and pages. */
export class ReadingPages {
  constructor(
    private readonly pages: Pages,
    private readonly visits: Visits,
    private readonly queries: AuditorQueries,
    private readonly now: Now,
  ) {}

  /** @throws {QueryError} */
  async asked(request: Request): Promise<PageRequest> {
    const reading = await this.visits.reading(request);
    const cursor = reading.parameters.get('cursor');
    const asked = {
      reading,
      acting: actingOf(reading),
      words: WORDS[reading.lang],
      query: parseQuery(reading.parameters),
    };
    return cursor === null ? asked : { ...asked, cursor };
  }

  /** Without what an address could ask: a page of one thing. */
  async opened(request: Request): Promise<Omit<PageRequest, 'query'>> {
    const reading = await this.visits.reading(request);
    return { reading, acting: actingOf(reading), words: WORDS[reading.lang] };
  }

  async send(
    request: Request,
    response: Response,
    { reading, acting }: Omit<PageRequest, 'query'>,
    shown: Shown,
  ): Promise<void> {
    const offered = await this.queries.offered(acting);
    const names = namesIn(reading.lang, offered);
    this.pages.send(request, response, reading, { ...shown, names, now: this.now.date().getTime() });
  }

  /** A page that is searched in. @param path of it @param next cursor of what follows */
  async sendSearched(
    request: Request,
    response: Response,
    { reading, acting, query, cursor }: PageRequest,
    {
      path,
      next,
      ...shown
    }: Shown & {
      readonly path: string;
      readonly next?: string | undefined;
      readonly page: string;
      readonly title: string;
    },
  ): Promise<void> {
    const offered = await this.queries.offered(acting);
    const said = queryString(query);
    const here = said === '' ? path : `${path.split('?')[0] ?? path}?${said}`;
    const kept = new URLSearchParams(path.split('?')[1] ?? '');
    const address = withParameters(here, Object.fromEntries(kept));
    const filters = filterFields(reading.lang, query, offered, reading.assignment.fields);
    const chosen = chosenFilters(reading.lang, query, filters, address);
    this.pages.send(request, response, reading, {
      ...shown,
      action: path.split('?')[0],
      kept: [...kept],
      query,
      said,
      filters,
      chosen,
      clear: withParameters(path.split('?')[0] ?? path, Object.fromEntries(kept)),
      openFilters: path === '/utlamnanden' && chosen.length === 0,
      mayOverdue: reading.assignment.fields.includes('receipts'),
      mayEvidence: showsOpenings(reading.assignment, true),
      names: namesIn(reading.lang, offered),
      now: this.now.date().getTime(),
      ...(cursor === undefined ? {} : { firstPage: address }),
      ...(next === undefined ? {} : { nextPage: withParameters(address, { cursor: next }) }),
    });
  }
}
