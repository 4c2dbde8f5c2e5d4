import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { InstantDto, LogNameParamDto, PeriodDto } from '#contracts';
import type { OpeningsView } from '#contracts';
import { Policy } from '#platform';
import type { Request } from 'express';
import { ExportOpenings } from '../application/export-openings.js';
import { LedgerEvidence } from '../operator/ledger-evidence.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

const TILE = 'c2sp.org/tlog-tiles: hashes, or `entries/`. En bit av loggens träd.';

const TILE_PATH = {
  name: 'path',
  description: 'Level and index, as `0/000` or `entries/000`',
  schema: { type: 'string', examples: ['0/000'] },
} as const;

/** What a bundle is made of. A system reaches its gateway alone: the tree is handed on as the ledger gives it, openings are the authority's own. */
@ApiTags('logs')
@Controller('v1/logs')
export class LogController {
  constructor(
    @Inject(ExportOpenings) private readonly exporting: ExportOpenings,
    @Inject(LedgerEvidence) private readonly ledger: LedgerEvidence,
  ) {}

  @Get('disclosure/size')
  @Policy('system')
  @Scope('evidence:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Size of the disclosure log at an instant',
    description:
      'By the time at which its checkpoints were signed: index of the first entry logged after it. Loggens storlek vid en tidpunkt.',
  })
  @Answer(200, 'The size', 'size')
  @Problems(400, 401, 429, 503)
  async size(@Query() { at }: InstantDto): Promise<{ readonly size: string }> {
    return { size: (await this.ledger.sizeAt(at)).toString() };
  }

  @Post('disclosure/openings')
  @HttpCode(200)
  @Policy('system')
  @Scope('evidence:read')
  @Shows('open-entries')
  @ApiOperation({
    summary: 'Open own entries of a period',
    description:
      'A page of entries that the authority is party to. Each page is a look, and the log says so. Öppna egna poster.',
  })
  @Answer(200, 'One page', 'openings')
  @Problems(400, 401, 413, 415, 429, 503)
  openings(@Body() { from, to }: PeriodDto, @Caller() caller: string): Promise<OpeningsView> {
    return this.exporting.execute(caller, BigInt(from), BigInt(to));
  }

  @Get(':log/checkpoint')
  @Policy('system')
  @Scope('evidence:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Newest checkpoint of a log',
    description: 'With its quorum. Loggens senaste kontrollpunkt.',
  })
  @Answer(200, 'The checkpoint', 'checkpoint')
  @Problems(400, 401, 404, 429, 503)
  async checkpoint(@Param() { log }: LogNameParamDto): Promise<{ readonly checkpoint: string }> {
    return { checkpoint: await this.ledger.checkpoint(log) };
  }

  @Get('disclosure/tile/*path')
  @Policy('system')
  @Scope('evidence:read')
  @Shows('no-content')
  @ApiOperation({ summary: 'Tile of the disclosure log', description: TILE })
  @ApiParam(TILE_PATH)
  @Answer(200, 'The tile, octets in base64', 'tile')
  @Problems(400, 401, 404, 429, 503)
  disclosureTile(@Req() request: Request): Promise<{ readonly tile: string }> {
    return this.tile('disclosure', request);
  }

  @Get('keys/tile/*path')
  @Policy('system')
  @Scope('evidence:read')
  @Shows('no-content')
  @ApiOperation({ summary: 'Tile of the keys log', description: TILE })
  @ApiParam(TILE_PATH)
  @Answer(200, 'The tile, octets in base64', 'tile')
  @Problems(400, 401, 404, 429, 503)
  keysTile(@Req() request: Request): Promise<{ readonly tile: string }> {
    return this.tile('keys', request);
  }

  /** Its path is the rest of the URL, since it has slashes. */
  private async tile(log: 'disclosure' | 'keys', request: Request): Promise<{ readonly tile: string }> {
    const bytes = await this.ledger.tile(log, request.path.split('/tile/')[1] ?? '');
    return { tile: Buffer.from(bytes).toString('base64') };
  }
}
