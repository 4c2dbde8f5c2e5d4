import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { EvidenceQueryDto, IdParamDto } from '#contracts';
import type { EvidenceView } from '#contracts';
import { Policy } from '#platform';
import { GatherEvidence } from '../application/gather-evidence.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** What a party hands to somebody who trusts nobody. */
@ApiTags('evidence')
@Controller('v1/messages')
export class EvidenceController {
  constructor(@Inject(GatherEvidence) private readonly gathering: GatherEvidence) {}

  @Get(':id/evidence')
  @Policy('system')
  @Scope('evidence:read')
  @Shows('read-evidence')
  @ApiOperation({
    summary: 'Evidence of one message',
    description:
      'For its sender and its recipient: a file that `delge verify` takes, offline. Bevisfil för ett meddelande, refused ones included.',
  })
  @Answer(200, 'The evidence file, delge-evidence/1', 'evidence')
  @Problems(400, 401, 404, 409, 410, 429, 503)
  read(
    @Param() { id }: IdParamDto,
    @Query() { content, since }: EvidenceQueryDto,
    @Caller() caller: string,
  ): Promise<EvidenceView> {
    return this.gathering.execute(caller, id, {
      content: content === 'true',
      ...(since === undefined ? {} : { since: BigInt(since) }),
    });
  }
}
