import { Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { STRATIFICATIONS } from '#envelope';
import { Policy, ProblemError } from '#platform';
import type { Request, Response } from 'express';
import { AuditorQueries } from '../application/ports.js';
import { AuditorReviews } from '../application/review-ports.js';
import type { Sample, SampleFile, ShownSample } from '../application/review-ports.js';
import { parseQuery, queryString } from '../domain/query.js';
import { codeWords, typeWords } from '../views/codes.js';
import { said } from '../views/words.js';
import { askedIn, namesIn } from './filters.js';
import { ReadingPages } from './reading.js';
import type { PageRequest } from './reading.js';
import { ReviewForms, shortOf, whoIn } from './review-forms.js';

const SECTION = 'stickprov';
type Opened = Omit<PageRequest, 'query'>;

/** Samples: fixed, drawn, reviewed sheet by sheet, and signed. */
@Controller('stickprov')
@Policy('assignment')
export class SampleController {
  constructor(
    @Inject(ReadingPages) private readonly pages: ReadingPages,
    @Inject(ReviewForms) private readonly forms: ReviewForms,
    @Inject(AuditorQueries) private readonly queries: AuditorQueries,
    @Inject(AuditorReviews) private readonly reviews: AuditorReviews,
  ) {}

  /** What the address asks for is what a new sample would be drawn from. */
  @Get()
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const asked = await this.pages.asked(request);
    const samples = await this.reviews.samples(asked.acting);
    await this.pages.send(request, response, asked, {
      page: 'samples',
      title: asked.words.samplesTitle,
      section: SECTION,
      samples: samples.map((one) => ({ ...one, short: shortOf(one.sample.id), ...countsOf(one.sample) })),
      stratifications: STRATIFICATIONS,
      ...(await this.asked(asked, queryString(asked.query))),
      who: whoIn(asked, await this.names(asked)),
    });
  }

  @Post()
  @HttpCode(HttpStatus.SEE_OTHER)
  async fix(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { acting, form } = await this.forms.of(request);
    const id = await this.reviews.fix(acting, {
      query: parseQuery(new URLSearchParams(form('query'))),
      stratifiedBy: form('stratifiedBy'),
      size: form('size'),
      nonceDigest: form('nonceDigest').trim(),
    });
    response.redirect(303, `/stickprov/${id}`);
  }

  @Get(':sample')
  async show(@Param('sample') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const shown = await this.reviews.sample(opened.acting, id);
    const title = said(opened.words.sampleTitle, { id: shortOf(id) });
    await this.send(request, response, opened, 'sample', title, shown);
  }

  @Post(':sample/drag')
  @HttpCode(HttpStatus.SEE_OTHER)
  async draw(@Param('sample') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { acting, form } = await this.forms.of(request);
    await this.reviews.draw(acting, id, form('nonce').trim());
    response.redirect(303, `/stickprov/${id}`);
  }

  @Post(':sample/underskrift')
  @HttpCode(HttpStatus.SEE_OTHER)
  async sign(@Param('sample') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { acting } = await this.forms.of(request);
    await this.reviews.sign(acting, id);
    response.redirect(303, `/stickprov/${id}`);
  }

  @Get(':sample/population.tsv')
  population(@Param('sample') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.file(request, response, id, 'population', 'population.tsv');
  }
  @Get(':sample/draget.tsv')
  drawn(@Param('sample') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.file(request, response, id, 'drawn', 'draget.tsv');
  }
  @Get(':sample/rapport.jsonl')
  reportFile(@Param('sample') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.file(request, response, id, 'report', 'rapport.jsonl');
  }

  @Get(':sample/rapport')
  async report(@Param('sample') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const shown = await this.reviews.sample(opened.acting, id);
    if (shown.sample.signed === undefined) throw new ProblemError('not-found', 404);
    const title = said(opened.words.sampleReportTitle, { id: shortOf(id) });
    await this.send(request, response, opened, 'sample-report', title, shown);
  }

  @Get(':sample/:item')
  async item(
    @Param('sample') id: string,
    @Param('item') item: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const opened = await this.pages.opened(request);
    const shown = await this.reviews.item(opened.acting, id, itemIn(item));
    const places = { number: shown.item.item + 1, items: shown.sample.items.length };
    const title = said(opened.words.sampleSheetTitle, places);
    await this.send(request, response, opened, 'sample-item', title, shown);
  }

  @Post(':sample/:item')
  @HttpCode(HttpStatus.SEE_OTHER)
  async review(
    @Param('sample') id: string,
    @Param('item') item: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { acting, form } = await this.forms.of(request);
    await this.reviews.review(acting, id, itemIn(item), form('outcome'), form('comment'));
    response.redirect(303, `/stickprov/${id}/${item}`);
  }

  @Post(':sample/:item/intyg')
  @HttpCode(HttpStatus.SEE_OTHER)
  async confirm(
    @Param('sample') id: string,
    @Param('item') item: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { acting, form } = await this.forms.of(request);
    await this.reviews.confirm(acting, id, itemIn(item), form('confirms'), form('comment'));
    response.redirect(303, `/stickprov/${id}/${item}`);
  }

  private async send(
    request: Request,
    response: Response,
    opened: Opened,
    page: string,
    title: string,
    shown: ShownSample,
  ): Promise<void> {
    const names = await this.names(opened);
    const { stratifiedBy } = shown.sample.fixed.act;
    const { lang } = opened.reading;
    const stratum = (key: string): string => {
      if (stratifiedBy === 'none') return opened.words.sampleWhole;
      if (stratifiedBy === 'recipient' || stratifiedBy === 'sender') return names(key);
      if (stratifiedBy === 'outcome') return codeWords(lang, 'outcomes', key);
      return stratifiedBy === 'type' ? typeWords(lang, key) : key;
    };
    await this.pages.send(request, response, opened, {
      page,
      title,
      section: SECTION,
      shown,
      stratum,
      ...countsOf(shown.sample),
      ...(await this.asked(opened, shown.sample.fixed.said ?? '')),
      who: whoIn(opened, names),
    });
  }

  private async file(request: Request, response: Response, id: string, file: SampleFile, name: string): Promise<void> {
    const { acting } = await this.pages.opened(request);
    const text = await this.reviews.file(acting, id, file);
    const type = file === 'report' ? 'application/x-ndjson' : 'text/tab-separated-values';
    response
      .setHeader('Content-Type', `${type}; charset=utf-8`)
      .setHeader('Content-Disposition', `attachment; filename="delge-${shortOf(id)}-${name}"`)
      .setHeader('Cache-Control', 'no-store')
      .end(text);
  }

  private async names({ reading, acting }: Opened): Promise<(id: string) => string> {
    return namesIn(reading.lang, await this.queries.offered(acting));
  }

  /** @param asked a question as an address says it */
  private async asked(
    { reading, acting }: Opened,
    asked: string,
  ): Promise<{ readonly said: string; readonly asked: unknown }> {
    const offered = await this.queries.offered(acting);
    const query = parseQuery(new URLSearchParams(asked));
    return { said: asked, asked: askedIn(reading.lang, query, offered, reading.assignment.fields) };
  }
}

/** Disclosures of the population, and how many of them are drawn. */
const countsOf = ({ fixed }: Sample) => ({
  population: fixed.act.strata.reduce((sum, { population }) => sum + population, 0),
  size: fixed.act.strata.reduce((sum, { size }) => sum + size, 0),
});

const itemIn = (text: string): number => {
  if (!/^(0|[1-9][0-9]{0,2})$/.test(text)) throw new ProblemError('not-found', 404);
  return Number(text);
};
