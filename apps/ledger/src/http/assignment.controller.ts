import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { Policy, ProblemError, Public, Rate } from '#platform';
import type { ServiceRequest } from '#operator';
import type { Request, Response } from 'express';
import { ShowReview } from '../application/show-review.js';
import { TakeAssignment } from '../application/take-assignment.js';
import { signedBody } from './answers.js';
import { ReviewDto } from './log.dto.js';
import { askedIn, itemOf } from './opening.controller.js';

/** Who may read, and what they are shown. */
@Controller('log/v1/disclosure')
export class AssignmentController {
  constructor(
    @Inject(TakeAssignment) private readonly taking: TakeAssignment,
    @Inject(ShowReview) private readonly showing: ShowReview,
    @Inject(Rate) private readonly rate: Rate,
  ) {}

  /** An assignment or its end. Open: the signature is the authority, and whoever has it may bring it. */
  @Post('assignments')
  @Public()
  async take(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ readonly entryId: string }> {
    const taken = await this.taking.execute(signedBody(request));
    if (taken === undefined) throw new ProblemError('not-ready', 503);
    response.status(taken.outcome === 'taken' ? 201 : 200);
    return { entryId: taken.entryId };
  }

  /** An auditor's look within an assignment, for the console alone; what lies outside it does not exist. `POST`, since to look is an act: it makes an entry. */
  @Post('reviews')
  @HttpCode(200)
  @Policy('service')
  async review(
    @Body() { auditor, assignment, ...asked }: ReviewDto,
    @Req() { holder }: ServiceRequest,
  ): Promise<object> {
    const what = askedIn(asked);
    if (holder !== 'console') throw new ProblemError('not-found', 404);
    this.rate.take(auditor);
    const shown = await this.showing.execute({ auditor, assignment, asked: what });
    if (shown === 'nothing') throw new ProblemError('not-found', 404);
    if (shown === 'not-ready') throw new ProblemError('not-ready', 503);
    const { openings, next } = shown;
    return { items: openings.map(itemOf), ...(next === undefined ? {} : { next: next.toString() }) };
  }
}
