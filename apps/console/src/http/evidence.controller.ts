import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { Policy, ProblemError, Public } from '#platform';
import type { Request, Response } from 'express';
import { Evidence } from '../application/evidence.js';
import { ConsoleError } from '../application/ports.js';
import { WORDS } from '../views/words.js';
import { VERIFIER } from './assets.js';
import { Pages } from './pages.js';
import { UUID } from '#contracts';
import { Visits, actingOf } from './visit.js';

/** Of a checkpoint. */
const SIZE = /^(0|[1-9][0-9]{0,17})$/;

/** What an auditor verifies by, and the verifier itself: one file, which runs as well where there is no network. */
@Controller()
export class EvidenceController {
  constructor(
    @Inject(Pages) private readonly pages: Pages,
    @Inject(Visits) private readonly visits: Visits,
    @Inject(Evidence) private readonly evidence: Evidence,
  ) {}

  @Get('utlamnanden/:messageId/bevis')
  @Policy('assignment')
  async file(@Param('messageId') messageId: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const reading = await this.visits.reading(request);
    const since = reading.parameters.get('since') ?? undefined;
    if (since !== undefined && !SIZE.test(since)) throw new ConsoleError('QUERY_INVALID', 'since');
    const seen = since === undefined ? undefined : BigInt(since);
    const file = UUID.test(messageId) ? await this.evidence.of(actingOf(reading), messageId, seen) : undefined;
    if (file === undefined) throw new ProblemError('not-found', 404);
    response
      .setHeader('Content-Type', 'application/json')
      .setHeader('Content-Disposition', `attachment; filename="${messageId}.delge-evidence.json"`)
      .setHeader('Cache-Control', 'no-store')
      .end(JSON.stringify(file));
  }

  /** As the server has it. An auditor's own, got by another way, is worth more. */
  @Get('trust.json')
  @Public()
  trust(@Res() response: Response): void {
    response.setHeader('Content-Type', 'application/json').end(this.evidence.trust);
  }

  @Get('kontroll')
  @Public()
  async page(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = await this.visits.of(request);
    const title = WORDS[visit.lang].verifier;
    this.pages.send(request, response, visit, { page: 'verifier', title, digest: VERIFIER?.digest });
  }

  /** The one file. Its own content policy stands in it, by the digests of its script and style; nothing is ever fetched. */
  @Get('kontroll/delge-verifier.html')
  @Public()
  verifier(@Res() response: Response): void {
    if (VERIFIER === undefined) throw new ProblemError('not-found', 404);
    response
      .setHeader('Content-Security-Policy', VERIFIER.policy)
      .setHeader('Content-Type', 'text/html; charset=utf-8')
      .end(VERIFIER.bytes);
  }
}
