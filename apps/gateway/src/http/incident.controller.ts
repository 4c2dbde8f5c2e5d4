import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CloseIncidentDto, IdParamDto, ListIncidentsQueryDto } from '#contracts';
import type { IncidentView, Page } from '#contracts';
import { Conditional, Policy } from '#platform';
import { HandleIncidents } from '../application/handle-incidents.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** Personal data that went to the wrong authority. */
@ApiTags('incidents')
@Controller('v1/incidents')
export class IncidentController {
  constructor(@Inject(HandleIncidents) private readonly incidents: HandleIncidents) {}

  @Get()
  @Policy('system')
  @Scope('incidents:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List incidents',
    description: 'Messages that went to the wrong authority, with the clocks that run. Lista incidenter.',
  })
  @Answer(200, 'One page', 'incidents')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListIncidentsQueryDto, @Caller() caller: string): Promise<Page<IncidentView>> {
    return this.incidents.list(caller, query);
  }

  @Get(':id')
  @Policy('system')
  @Scope('incidents:read')
  @Shows('no-content')
  @Conditional()
  @ApiOperation({ summary: 'Read an incident', description: 'Läs en incident.' })
  @Answer(200, 'The incident', 'incident')
  @Problems(400, 401, 404, 429, 503)
  read(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<IncidentView> {
    return this.incidents.read(caller, id);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Policy('system')
  @Scope('incidents:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Say what was done within a clock of an incident',
    description: 'By a code; kept at this gateway and sent nowhere. Avsluta en incident.',
  })
  @Answer(200, 'The incident', 'incident')
  @Problems(400, 401, 404, 409, 413, 415, 422, 429, 503)
  close(@Param() { id }: IdParamDto, @Body() done: CloseIncidentDto, @Caller() caller: string): Promise<IncidentView> {
    return this.incidents.close(caller, id, done);
  }
}
