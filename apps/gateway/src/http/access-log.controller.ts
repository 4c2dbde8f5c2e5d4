import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListAccessLogQueryDto } from '#contracts';
import type { AccessLogItem, Page } from '#contracts';
import { Policy } from '#platform';
import { ReadAccessLog } from '../application/read-access-log.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** Who was shown content. */
@ApiTags('access')
@Controller('v1/access-log')
export class AccessLogController {
  constructor(@Inject(ReadAccessLog) private readonly reading: ReadAccessLog) {}

  @Get()
  @Policy('system')
  @Scope('access-log:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List who was shown content',
    description:
      'Of this authority, newest first; `after` goes back. By message, referral, system and time. Åtkomstlogg: lista vem som läst.',
  })
  @Answer(200, 'One page', 'accessLog')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListAccessLogQueryDto, @Caller() caller: string): Promise<Page<AccessLogItem>> {
    return this.reading.list(caller, query);
  }
}
