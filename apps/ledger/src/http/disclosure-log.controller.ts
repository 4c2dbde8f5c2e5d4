import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { IdParamDto } from '#contracts';
import { Policy, ProblemError, Public } from '#platform';
import type { Request, Response } from 'express';
import { DateEntries } from '../application/date-entries.js';
import { ReadLog } from '../application/read-log.js';
import { LogAnswers } from './answers.js';
import { CheckpointQueryDto, InstantQueryDto, ProofsDto, RangeQueryDto } from './log.dto.js';

/** The `disclosure` log: checkpoints for anyone, commitments and proofs for those admitted. */
@Controller('log/v1/disclosure')
@Policy('service')
export class DisclosureLogController {
  constructor(
    @Inject(LogAnswers) private readonly answers: LogAnswers,
    @Inject(ReadLog) private readonly reading: ReadLog,
    @Inject(DateEntries) private readonly dating: DateEntries,
  ) {}

  @Get('checkpoint')
  @Public()
  checkpoint(@Query() query: CheckpointQueryDto, @Res({ passthrough: true }) response: Response): Promise<string> {
    return this.answers.checkpoint('disclosure', query, response);
  }

  @Post('proofs')
  @HttpCode(200)
  async proofs(@Body() { entryIds }: ProofsDto): Promise<object> {
    const { checkpoint, proofs } = await this.reading.proofs(entryIds);
    return { checkpoint, proofs: Object.fromEntries(proofs) };
  }

  /** Proofs under the first checkpoint that covers each entry, with the one before: between them it was signed. */
  @Post('dated-proofs')
  @HttpCode(200)
  async datedProofs(@Body() { entryIds }: ProofsDto): Promise<object> {
    return { proofs: Object.fromEntries(await this.dating.execute(entryIds)) };
  }

  /** Index of the first entry that was logged after an instant. */
  @Get('size')
  async size(@Query() { at }: InstantQueryDto): Promise<object> {
    return { size: (await this.dating.sizeAt(new Date(at))).toString() };
  }

  /** Open, so that anyone can watch that the log only grows; hashes of blinded leaves tell nothing else. */
  @Get('proof/consistency')
  @Public()
  consistency(@Query() query: RangeQueryDto, @Res({ passthrough: true }) response: Response): Promise<object> {
    return this.answers.consistency('disclosure', query, response);
  }

  @Get('proof/:id')
  async proof(@Param() { id }: IdParamDto, @Res({ passthrough: true }) response: Response): Promise<string> {
    const proof = (await this.reading.proofs([id])).proofs.get(id);
    if (proof === undefined) throw new ProblemError('not-found', 404);
    response.type('text/plain; charset=utf-8');
    return proof;
  }

  @Get('tile/*path')
  tile(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answers.tile('disclosure', request, response);
  }
}
