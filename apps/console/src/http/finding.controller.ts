import { Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { Policy, ProblemError } from '#platform';
import type { Request, Response } from 'express';
import { AuditorQueries } from '../application/ports.js';
import { AuditorReviews } from '../application/review-ports.js';
import type { FindingOn } from '../application/review-ports.js';
import { said } from '../views/words.js';
import { namesIn } from './filters.js';
import { ReadingPages } from './reading.js';
import type { PageRequest } from './reading.js';
import { ReviewForms, shortOf, whoIn } from './review-forms.js';

const SECTION = 'iakttagelser';

/** Findings: opened on a disclosure, a case or an item of a sample; assigned, answered, closed. */
@Controller('iakttagelser')
@Policy('assignment')
export class FindingController {
  constructor(
    @Inject(ReadingPages) private readonly pages: ReadingPages,
    @Inject(ReviewForms) private readonly forms: ReviewForms,
    @Inject(AuditorQueries) private readonly queries: AuditorQueries,
    @Inject(AuditorReviews) private readonly reviews: AuditorReviews,
  ) {}

  @Get()
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const findings = await this.reviews.findings(opened.acting);
    await this.send(request, response, opened, 'findings', opened.words.findingsTitle, { findings });
  }

  @Post()
  @HttpCode(HttpStatus.SEE_OTHER)
  async open(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { acting, form } = await this.forms.of(request);
    const written = { title: form('title'), text: form('text'), severity: form('severity') };
    const id = await this.reviews.open(acting, onIn(form), written);
    response.redirect(303, `/iakttagelser/${id}`);
  }

  @Get(':finding')
  async show(@Param('finding') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const opened = await this.pages.opened(request);
    const shown = await this.reviews.finding(opened.acting, id);
    await this.send(request, response, opened, 'finding', opened.words.findingTitle, { shown });
  }

  @Post(':finding/tilldelning')
  @HttpCode(HttpStatus.SEE_OTHER)
  async assign(@Param('finding') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { acting, form } = await this.forms.of(request);
    await this.reviews.assign(acting, id, form('to'));
    response.redirect(303, `/iakttagelser/${id}`);
  }

  @Post(':finding/svar')
  @HttpCode(HttpStatus.SEE_OTHER)
  async answer(@Param('finding') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { acting, form } = await this.forms.of(request);
    await this.reviews.answerTo(acting, id, form('text'));
    response.redirect(303, `/iakttagelser/${id}`);
  }

  @Post(':finding/avslut')
  @HttpCode(HttpStatus.SEE_OTHER)
  async close(@Param('finding') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { acting, form } = await this.forms.of(request);
    await this.reviews.close(acting, id, form('result'), form('text'));
    response.redirect(303, `/iakttagelser/${id}`);
  }

  private async send(
    request: Request,
    response: Response,
    opened: Omit<PageRequest, 'query'>,
    page: string,
    title: string,
    shown: object,
  ): Promise<void> {
    const { reading, acting, words } = opened;
    const names = namesIn(reading.lang, await this.queries.offered(acting));
    const about = (on: FindingOn): { readonly address: string; readonly words: string } => {
      if ('message' in on)
        return {
          address: `/utlamnanden/${on.message}`,
          words: said(words.findingOnMessage, { id: shortOf(on.message) }),
        };
      if ('case' in on)
        return { address: `/arenden/${on.case}`, words: said(words.findingOnCase, { id: shortOf(on.case) }) };
      const places = { id: shortOf(on.sample), number: on.item + 1 };
      return { address: `/stickprov/${on.sample}/${on.item}`, words: said(words.findingOnItem, places) };
    };
    const who = whoIn(opened, names);
    await this.pages.send(request, response, opened, { page, title, section: SECTION, ...shown, about, who });
  }
}

/** @throws {ProblemError} it is about nothing */
const onIn = (form: (name: string) => string): FindingOn => {
  const [message, caseId, sample, item] = [form('message'), form('case'), form('sample'), form('item')];
  if (message !== '') return { message };
  if (caseId !== '') return { case: caseId };
  if (sample !== '' && /^(0|[1-9][0-9]{0,2})$/.test(item)) return { sample, item: Number(item) };
  throw new ProblemError('not-found', 404);
};
