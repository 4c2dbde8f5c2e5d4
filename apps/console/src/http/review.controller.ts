import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Policy } from '#platform';
import type { Request, Response } from 'express';
import { AuditorQueries } from '../application/ports.js';
import type { Flow, StatisticsTable } from '../application/ports.js';
import { citationOf, codeWords, reasonSentence } from '../views/codes.js';
import { differenceIn } from '../views/difference-words.js';
import { pictureOf } from '../views/sankey.js';
import type { Words } from '../views/words-sv.js';
import { queryString } from '../domain/query.js';
import { withParameters } from './address.js';
import { namesIn } from './filters.js';
import { ReadingPages } from './reading.js';

/** What stands out and what adds up: refusals, overdue receipts, flows, statistics, and the log itself. */
@Controller()
@Policy('assignment')
export class ReviewController {
  constructor(
    @Inject(ReadingPages) private readonly pages: ReadingPages,
    @Inject(AuditorQueries) private readonly queries: AuditorQueries,
  ) {}

  @Get('nekade')
  async refusals(@Req() request: Request, @Res() response: Response): Promise<void> {
    const asked = await this.pages.asked(request);
    const { words, query, reading, acting, cursor } = asked;
    const by = reading.parameters.get('by') === 'gateway' ? 'gateway' : 'exchange';
    const { rows: refused, next, isCut } = await this.queries.refusals(acting, by, query, cursor);
    const here = `/nekade?${queryString(query)}`;
    const byAddresses = {
      exchange: withParameters(here, { by: 'exchange' }),
      gateway: withParameters(here, { by: 'gateway' }),
    };
    const names = namesIn(reading.lang, await this.queries.offered(acting));
    const differenceWords = differenceIn(reading.lang, names);
    const shown = { page: 'refusals', title: words.refusalsTitle, section: 'nekade', path: `/nekade?by=${by}` };
    await this.pages.sendSearched(request, response, asked, {
      ...shown,
      by,
      byAddresses,
      refused,
      isCut,
      next,
      differenceWords,
    });
  }

  @Get('kvittenser')
  async overdue(@Req() request: Request, @Res() response: Response): Promise<void> {
    const asked = await this.pages.asked(request);
    const { rows, next } = await this.queries.overdue(asked.acting, asked.query, asked.cursor);
    const shown = { page: 'overdue', title: asked.words.receiptsTitle, section: 'kvittenser', path: '/kvittenser' };
    await this.pages.sendSearched(request, response, asked, { ...shown, rows, next });
  }

  @Get('floden')
  async flows(@Req() request: Request, @Res() response: Response): Promise<void> {
    const asked = await this.pages.asked(request);
    const flows = await this.queries.flows(asked.acting, asked.query);
    const picture = pictureOf(flows.flows.flatMap(drawn));
    const shown = { page: 'flows', title: asked.words.flowsTitle, section: 'floden', path: '/floden' };
    await this.pages.sendSearched(request, response, asked, { ...shown, flows, picture });
  }

  @Get('statistik')
  async statistics(@Req() request: Request, @Res() response: Response): Promise<void> {
    const asked = await this.pages.asked(request);
    const { reading, acting, words } = asked;
    const statistics = await this.queries.statistics(acting, asked.query);
    const names = namesIn(reading.lang, await this.queries.offered(acting));
    const keyWords = (of: StatisticsTable['of'], key: string): string => {
      if (of === 'sender' || of === 'recipient') return names(key);
      if (of === 'ground') return citationOf(key);
      if (of === 'mainGround') {
        const [sender = '', ground = ''] = key.split(' ');
        return `${names(sender)}: ${citationOf(ground)}`;
      }
      if (of === 'outcome') return codeWords(reading.lang, 'outcomes', key);
      return of === 'reason' ? (reasonSentence(reading.lang, key) ?? key) : key;
    };
    const tableWords = (of: StatisticsTable['of']): string => words[TABLES[of]];
    const shown = { page: 'statistics', title: words.statisticsTitle, section: 'statistik', path: '/statistik' };
    await this.pages.sendSearched(request, response, asked, { ...shown, statistics, keyWords, tableWords });
  }

  @Get('logg')
  async log(@Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const cursor = opened.reading.parameters.get('cursor') ?? undefined;
    const { next, ...log } = await this.queries.log(opened.acting, cursor);
    await this.pages.send(request, response, opened, {
      page: 'log',
      title: opened.words.logTitle,
      section: 'logg',
      log,
      ...(cursor === undefined ? {} : { firstPage: '/logg' }),
      ...(next === undefined ? {} : { nextPage: withParameters('/logg', { cursor: next }) }),
    });
  }
}

const TABLES: Readonly<Record<StatisticsTable['of'], keyof Words>> = {
  ground: 'statGround',
  mainGround: 'statMainGround',
  sender: 'statSender',
  recipient: 'statRecipient',
  reason: 'statReason',
  month: 'statMonth',
  outcome: 'statOutcome',
};
/** A flow that is suppressed is not drawn. */
const drawn = ({ sender, recipient, disclosures }: Flow) =>
  disclosures === undefined || disclosures === 0 ? [] : [{ sender, recipient, value: disclosures }];
