import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdParamDto, ReceivedCaseQueryDto } from '#contracts';
import type { ReceivedCaseView } from '#contracts';
import { Policy } from '#platform';
import { ReadDeliveries } from '../application/read-deliveries.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** What was received of a case, whoever owns it. */
@ApiTags('deliveries')
@Controller('v1/received-cases')
export class ReceivedCaseController {
  constructor(@Inject(ReadDeliveries) private readonly reading: ReadDeliveries) {}

  @Get(':id')
  @Policy('system')
  @Scope('deliveries:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Read what was received of a case',
    description:
      'In the order of release, which is that of the delivery numbers, and which of them are not here. One that comes late has a lower number than `next`: ask again with `after` one below `missing[0].from`, or take it from the event `delivery.received`. Läs vad som har mottagits i ett ärende, i ordning.',
  })
  @Answer(200, 'One page', 'receivedCase')
  @Problems(400, 401, 404, 429, 503)
  read(
    @Param() { id }: IdParamDto,
    @Query() query: ReceivedCaseQueryDto,
    @Caller() caller: string,
  ): Promise<ReceivedCaseView> {
    return this.reading.ofCase(caller, id, query);
  }
}
