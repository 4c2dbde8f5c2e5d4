import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListWaitingQueryDto } from '#contracts';
import type { Page, WaitingItem } from '#contracts';
import { Policy } from '#platform';
import { ReadWaiting } from '../application/read-waiting.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';
import { StaffMay } from './staff-may.js';

/** What waits while the exchange is away. */
@ApiTags('referrals')
@Controller('v1/waiting')
export class WaitingController {
  constructor(@Inject(ReadWaiting) private readonly reading: ReadWaiting) {}

  @Get()
  @Policy('system')
  @StaffMay()
  @Scope('referrals:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List what waits to be released, by legal clock',
    description:
      'What must go at once (genast) comes first, then skyndsamt, then the rest; each by when it is due. Lista det som väntar på att lämnas ut.',
  })
  @Answer(200, 'One page', 'waiting')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListWaitingQueryDto, @Caller() caller: string): Promise<Page<WaitingItem>> {
    return this.reading.list(caller, query);
  }
}
