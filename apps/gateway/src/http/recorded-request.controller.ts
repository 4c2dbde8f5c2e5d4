import { Body, Controller, Delete, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IdParamDto, RecordRequestDto } from '#contracts';
import type { RequestItem } from '#contracts';
import { Policy } from '#platform';
import { RecordRequest } from '../application/record-request.js';
import type { Asking } from '../application/read-events.js';
import { CallingSystem } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';
import { StaffMay } from './staff-may.js';

/** Requests that no message brought. */
@ApiTags('requests')
@Controller('v1/recorded-requests')
export class RecordedRequestController {
  constructor(@Inject(RecordRequest) private readonly recording: RecordRequest) {}

  @Post()
  @HttpCode(201)
  @Policy('system')
  @StaffMay('officer', 'office')
  @Scope('deliveries:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Record a request',
    description:
      'One that came by telephone, at a meeting or on paper: referrals to that authority name its id as `requestId`. Encrypted at rest and sent to nobody. The same again changes nothing. Anteckna en begäran som inte kom som meddelande.',
  })
  @Answer(201, 'Recorded', 'requestItem')
  @Problems(400, 401, 409, 413, 415, 422, 429, 503)
  record(@Body() said: RecordRequestDto, @CallingSystem() caller: Asking): Promise<RequestItem> {
    return this.recording.execute(caller, said);
  }

  @Delete(':id')
  @HttpCode(204)
  @Policy('system')
  @Scope('deliveries:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Erase what a recorded request says',
    description:
      'Who spoke, and for what they asked, for good. That the authority was asked, by which other and when, stays, and so does what was answered; which system erased it is kept. Gallra en antecknad begäran.',
  })
  @ApiResponse({ status: 204, description: 'It says nothing more' })
  @Problems(400, 401, 404, 429, 503)
  erase(@Param() { id }: IdParamDto, @CallingSystem() caller: Asking): Promise<void> {
    return this.recording.erase(caller, id);
  }
}
