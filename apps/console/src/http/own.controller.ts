import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { Policy, ProblemError } from '#platform';
import type { Request, Response } from 'express';
import { AuditorOwn } from '../application/own-ports.js';
import { AuditorQueries } from '../application/ports.js';
import { parseQuery, queryString } from '../domain/query.js';
import { WORDS } from '../views/words.js';
import { withParameters } from './address.js';
import { Pages } from './pages.js';
import { Visits, actingOf } from './visit.js';

/** What the auditor did, as the log has it, and questions that the auditor keeps. */
@Controller()
export class OwnController {
  constructor(
    @Inject(Visits) private readonly visits: Visits,
    @Inject(Pages) private readonly pages: Pages,
    @Inject(AuditorQueries) private readonly queries: AuditorQueries,
    @Inject(AuditorOwn) private readonly own: AuditorOwn,
  ) {}

  @Get('mina-atgarder')
  @Policy('auditor')
  async acts(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = await this.visits.of(request);
    const id = visit.auditor?.id ?? '';
    const cursor = visit.parameters.get('cursor') ?? undefined;
    const { rows, next } = await this.own.acts(id, cursor);
    const assignments = new Map((await this.queries.assignmentsOf(id)).map((one) => [one.id, one.diaryNumber]));
    this.pages.send(request, response, visit, {
      page: 'own',
      title: WORDS[visit.lang].ownTitle,
      acts: rows,
      diaryNumberOf: (assignment: string) => assignments.get(assignment) ?? assignment,
      ...(cursor === undefined ? {} : { firstPage: '/mina-atgarder' }),
      ...(next === undefined ? {} : { nextPage: withParameters('/mina-atgarder', { cursor: next }) }),
    });
  }

  @Get('mina-atgarder/:entryId/bevis')
  @Policy('auditor')
  async proof(@Param('entryId') entryId: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { auditor } = await this.visits.of(request);
    const proof = await this.own.proof(auditor?.id ?? '', entryId);
    if (proof === undefined) throw new ProblemError('not-found', 404);
    response
      .setHeader('Content-Type', 'application/json')
      .setHeader('Content-Disposition', `attachment; filename="${entryId}.delge-act.json"`)
      .setHeader('Cache-Control', 'no-store')
      .end(`${JSON.stringify(proof)}\n`);
  }

  @Post('sokningar')
  @Policy('assignment')
  async save(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.visits.assertOwnForm(request);
    const reading = await this.visits.reading(request);
    const { name = '', query = '' } = request.body as { readonly name?: string; readonly query?: string };
    const asked = queryString(parseQuery(new URLSearchParams(query)));
    await this.own.save(actingOf(reading), name, asked);
    response.redirect(303, asked === '' ? '/utlamnanden' : `/utlamnanden?${asked}`);
  }

  @Post('sokningar/bort')
  @Policy('assignment')
  async forget(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.visits.assertOwnForm(request);
    const reading = await this.visits.reading(request);
    const { id = '' } = request.body as { readonly id?: string };
    await this.own.forget(actingOf(reading), id);
    response.redirect(303, '/utlamnanden');
  }
}
