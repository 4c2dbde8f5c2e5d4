import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { PolicyGuard, ProblemError } from '#platform';
import type { Rate } from '#platform';
import { WORDS } from '../views/words.js';
import { withParameters } from './address.js';
import { calledFrom } from './called-from.js';
import type { Pages } from './pages.js';
import type { Visits } from './visit.js';

/**
 * `auditor`: whoever is logged in. `assignment`: an auditor who has chosen an assignment that is live. A browser that is not there yet is led
 * there; nothing else is said. Since to read within an assignment is an act, nobody but the auditor begins it: another site's call is refused, and its link stops at a page that asks.
 */
export class ConsoleGuard extends PolicyGuard {
  constructor(
    reflector: Reflector,
    private readonly visits: Visits,
    private readonly pages: Pages,
    private readonly rate: Pick<Rate, 'take'>,
  ) {
    super(reflector);
  }

  protected async authorize(policy: string, context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const visit = await this.visits.of(request);
    const { auditor, assignment, address, lang } = visit;
    const response = http.getResponse<Response>();
    const from = calledFrom(request);
    if (from === 'elsewhere')
      throw new ProblemError('invalid-request', 400, { violations: [{ path: '/', code: 'CALLED_FROM_ELSEWHERE' }] });
    const next = request.method === 'GET' ? address : undefined;
    if (auditor === undefined) response.redirect(303, withParameters('/', { next }));
    else if (policy === 'assignment' && from === 'link')
      this.pages.send(request, response, visit, { page: 'arrival', title: WORDS[lang].arrivalTitle });
    else if (policy === 'assignment' && assignment === undefined)
      response.redirect(303, withParameters('/uppdrag', { next }));
    else {
      // Each page is an entry for ever.
      if (policy === 'assignment') this.rate.take(auditor.id);
      return policy === 'auditor' || policy === 'assignment';
    }
    return false;
  }
}
