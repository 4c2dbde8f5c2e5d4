import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { Public } from '#platform';
import type { Request, Response } from 'express';
import { ReadLog } from '../application/read-log.js';
import { LogAnswers } from './answers.js';
import { CheckpointQueryDto, RangeQueryDto } from './log.dto.js';

/** The `keys` log, open: it is in the clear, and whoever joins must read it before having a key in it. */
@Controller('log/v1/keys')
@Public()
export class KeysLogController {
  constructor(
    @Inject(LogAnswers) private readonly answers: LogAnswers,
    @Inject(ReadLog) private readonly reading: ReadLog,
  ) {}

  @Get('checkpoint')
  checkpoint(@Query() query: CheckpointQueryDto, @Res({ passthrough: true }) response: Response): Promise<string> {
    return this.answers.checkpoint('keys', query, response);
  }

  @Get('entries')
  async entries(@Query() { from, to }: RangeQueryDto): Promise<{ readonly entries: readonly object[] }> {
    const leaves = await this.reading.entries('keys', BigInt(from), BigInt(to));
    return {
      entries: leaves.map(({ index, entryId, data }) => ({
        index: Number(index),
        entryId,
        data: data.toString('base64url'),
      })),
    };
  }

  @Get('proof/consistency')
  consistency(@Query() query: RangeQueryDto, @Res({ passthrough: true }) response: Response): Promise<object> {
    return this.answers.consistency('keys', query, response);
  }

  @Get('tile/*path')
  tile(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answers.tile('keys', request, response);
  }
}
