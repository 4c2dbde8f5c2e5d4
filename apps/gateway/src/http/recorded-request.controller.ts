import { Body, Controller, Delete, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IdParamDto, NoteDecisionDto, NoteDemandDto, RecordRequestDto } from '#contracts';
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

  @Put(':id/demand')
  @Policy('system')
  @Scope('deliveries:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Note that a decision is demanded',
    description:
      "Whoever asked demands the authority's decision, in the way that it asked. The same again changes nothing. Anteckna att myndighetens beslut begärs (OSL 6 kap. 3 §).",
  })
  @Answer(200, 'Noted', 'requestItem')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  demand(
    @Param() { id }: IdParamDto,
    @Body() said: NoteDemandDto,
    @CallingSystem() caller: Asking,
  ): Promise<RequestItem> {
    return this.recording.demanded(caller, id, said);
  }

  @Put(':id/decision')
  @Policy('system')
  @Scope('deliveries:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Note the decision on a recorded request',
    description:
      'That the authority decided in writing, and who did; the decision itself is given another way, and sent to nobody from here. One that is to be sent is a referral of type `request-decision/1`. The same again changes nothing. Anteckna att myndighetens beslut är fattat (OSL 6 kap. 7 §).',
  })
  @Answer(200, 'Noted', 'requestItem')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  decision(
    @Param() { id }: IdParamDto,
    @Body() said: NoteDecisionDto,
    @CallingSystem() caller: Asking,
  ): Promise<RequestItem> {
    return this.recording.decided(caller, id, said);
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
