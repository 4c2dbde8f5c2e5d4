import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { ProblemError, Public } from '#platform';
import type { Request, Response } from 'express';
import { TakeKeeping } from '../application/take-keeping.js';
import { signedBody } from './answers.js';

/** What parties state about keeping and erasing. Open: the signature is the authority, and whoever has it may bring it. */
@Controller('log/v1/disclosure/keeping')
export class KeepingController {
  constructor(@Inject(TakeKeeping) private readonly keeping: TakeKeeping) {}

  @Post()
  @Public()
  async take(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ readonly entryId: string; readonly held: boolean }> {
    const taken = await this.keeping.execute(signedBody(request));
    if (taken === undefined) throw new ProblemError('not-ready', 503);
    response.status(taken.outcome === 'taken' ? 201 : 200);
    return { entryId: taken.entryId, held: taken.held };
  }
}
