import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { Policy, ProblemError } from '#platform';
import type { Request, Response } from 'express';
import { AuditorOwn } from '../application/own-ports.js';
import { AuditorQueries } from '../application/ports.js';
import { UUID } from '#contracts';
import { WORDS, said } from '../views/words.js';
import { backTo, withParameters } from './address.js';
import { namesIn } from './filters.js';
import { ReadingPages } from './reading.js';

const SECTION = 'utlamnanden';

/** Search, one disclosure, everything about an id, and the timeline of a case. */
@Controller()
@Policy('assignment')
export class DisclosureController {
  constructor(
    @Inject(ReadingPages) private readonly pages: ReadingPages,
    @Inject(AuditorQueries) private readonly queries: AuditorQueries,
    @Inject(AuditorOwn) private readonly own: AuditorOwn,
  ) {}

  @Get('utlamnanden')
  async search(@Req() request: Request, @Res() response: Response): Promise<void> {
    const asked = await this.pages.asked(request);
    const { rows, next } = await this.queries.search(asked.acting, asked.query, asked.cursor);
    const count = await this.queries.count(asked.acting, asked.query);
    const saved = await this.own.searches(asked.acting);
    const title = asked.words.searchTitle;
    const shown = { page: 'search', title, section: SECTION, path: '/utlamnanden', rows, next, count, saved };
    await this.pages.sendSearched(request, response, asked, shown);
  }

  @Get('utlamnanden/:messageId')
  async show(@Param('messageId') messageId: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const disclosure = UUID.test(messageId) ? await this.queries.show(opened.acting, messageId) : undefined;
    if (disclosure === undefined) throw new ProblemError('not-found', 404);
    const { reading, acting, words } = opened;
    const names = namesIn(reading.lang, await this.queries.offered(acting));
    const [{ sender, recipient, outcome }] = disclosure.records;
    const title = said((outcome ?? 'permit') === 'permit' ? words.disclosureTitle : words.stoppedTitle, {
      sender: names(sender),
      recipient: names(recipient),
    });
    const back = backTo(words, reading.parameters.get('sok') ?? '');
    await this.pages.send(request, response, opened, { page: 'disclosure', title, section: SECTION, back, disclosure });
  }

  @Get('allt')
  async about(@Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const { reading, acting } = opened;
    const id = (reading.parameters.get('id') ?? '').trim();
    if (!ANY_ID.test(id)) throw new ProblemError('not-found', 404);
    const cursor = reading.parameters.get('cursor') ?? undefined;
    const { rows, next } = await this.queries.everythingAbout(acting, id, cursor);
    const title = said(WORDS[reading.lang].aboutTitle, { id });
    const here = withParameters('/allt', { id });
    await this.pages.send(request, response, opened, {
      page: 'about',
      title,
      section: SECTION,
      back: backTo(opened.words),
      rows,
      ...(cursor === undefined ? {} : { firstPage: here }),
      ...(next === undefined ? {} : { nextPage: withParameters(here, { cursor: next }) }),
    });
  }

  @Get('arenden/:caseId')
  async timeline(@Param('caseId') caseId: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const happenings = UUID.test(caseId) ? await this.queries.timeline(opened.acting, caseId) : [];
    if (happenings.length === 0) throw new ProblemError('not-found', 404);
    const title = said(opened.words.caseTitle, { id: caseId });
    const shown = { page: 'case', title, section: SECTION, back: backTo(opened.words), caseId, happenings };
    await this.pages.send(request, response, opened, shown);
  }
}

/** A UUID, an index in the log, or an id that is a digest. */
const ANY_ID = /^[A-Za-z0-9_-]{1,64}$/;
