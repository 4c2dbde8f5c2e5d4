import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { Policy } from '#platform';
import type { Request, Response } from 'express';
import { AuditorQueries, ConsoleError } from '../application/ports.js';
import { WORDS } from '../views/words.js';
import { nextIn } from './address.js';
import { Pages } from './pages.js';
import { Visits } from './visit.js';

/** An assignment is chosen before anything is shown, and can be left. */
@Controller('uppdrag')
export class AssignmentController {
  constructor(
    @Inject(Pages) private readonly pages: Pages,
    @Inject(Visits) private readonly visits: Visits,
    @Inject(AuditorQueries) private readonly queries: AuditorQueries,
  ) {}

  @Get()
  @Policy('auditor')
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = await this.visits.of(request);
    const assignments = await this.queries.assignmentsOf(visit.auditor?.id ?? '');
    const title = WORDS[visit.lang].assignmentsTitle;
    const next = nextIn(visit.parameters.get('next')) ?? '';
    this.pages.send(request, response, visit, { page: 'assignments', title, assignments, next });
  }

  @Post()
  @Policy('auditor')
  async choose(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.visits.assertOwnForm(request);
    const { auditor } = await this.visits.of(request);
    const { assignment, next } = request.body as { readonly assignment?: unknown; readonly next?: unknown };
    const all = auditor === undefined ? [] : await this.queries.assignmentsOf(auditor.id);
    const chosen = all.find(({ id, state }) => id === assignment && state === 'live');
    if (chosen === undefined) throw new ConsoleError('NOT_WITHIN_ASSIGNMENT');
    this.visits.choose(response, chosen.id);
    response.redirect(303, nextIn(next) ?? '/utlamnanden');
  }

  @Post('lamna')
  @Policy('auditor')
  leave(@Req() request: Request, @Res() response: Response): void {
    this.visits.assertOwnForm(request);
    this.visits.choose(response, undefined);
    response.redirect(303, '/uppdrag');
  }
}
