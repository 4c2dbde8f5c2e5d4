import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { Policy, ProblemError } from '#platform';
import type { ServiceRequest } from '#operator';
import type { Response } from 'express';
import { OfferCheckpoints } from '../application/offer-checkpoints.js';
import { TakeCosignatures } from '../application/take-cosignatures.js';
import { CosignatureDto, LogParamDto, OfferQueryDto } from './log.dto.js';

/** For witnesses that ask (a gateway takes no calls from outside): what to cosign, and the cosignature. */
@Controller('log/v1/:log')
@Policy('service')
export class WitnessController {
  constructor(
    @Inject(OfferCheckpoints) private readonly offers: OfferCheckpoints,
    @Inject(TakeCosignatures) private readonly cosignatures: TakeCosignatures,
  ) {}

  /** c2sp.org/tlog-witness, body of `add-checkpoint`: the checkpoint that waits for its quorum, and the proof from the asker's size. */
  @Get('offer')
  async offer(
    @Param() { log }: LogParamDto,
    @Query() { from, waitMs }: OfferQueryDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const offer = await this.offers.next(log, BigInt(from), waitMs);
    if (offer === undefined) throw new ProblemError('not-found', 404);
    response.type('text/plain; charset=utf-8').setHeader('Cache-Control', 'no-store');
    return offer;
  }

  @Post('cosignature')
  @HttpCode(204)
  async cosignature(
    @Param() { log }: LogParamDto,
    @Body() { note }: CosignatureDto,
    @Req() { holder }: ServiceRequest,
  ): Promise<void> {
    const fault = await this.cosignatures.execute(log, note, holder?.replace('gateway:', ''));
    if (fault !== undefined) throw new ProblemError('cosignature-refused', 422, { extensions: { code: fault } });
  }
}
