import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { PolicyGuard } from '#platform';
import { withParameters } from './address.js';
import type { Visits } from './visit.js';

/**
 * `auditor`: whoever is logged in. `assignment`: an auditor who has chosen an assignment that is live. A browser that is not there yet is led
 * there; nothing else is said.
 */
export class ConsoleGuard extends PolicyGuard {
  constructor(
    reflector: Reflector,
    private readonly visits: Visits,
  ) {
    super(reflector);
  }

  protected async authorize(policy: string, context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const { auditor, assignment, address } = await this.visits.of(request);
    const response = http.getResponse<Response>();
    const next = request.method === 'GET' ? address : undefined;
    if (auditor === undefined) response.redirect(303, withParameters('/', { next }));
    else if (policy === 'assignment' && assignment === undefined)
      response.redirect(303, withParameters('/uppdrag', { next }));
    else return policy === 'auditor' || policy === 'assignment';
    return false;
  }
}
