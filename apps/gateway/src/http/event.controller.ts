import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AcknowledgeEventsDto, ListEventsQueryDto, UUID } from '#contracts';
import type { EventPage } from '#contracts';
import { Policy, ProblemError } from '#platform';
import type { Response } from 'express';
import type { Asking } from '../application/read-events.js';
import { ReadEvents } from '../application/read-events.js';
import { CallingSystem } from './caller.js';
import { EventStreams, untilGone } from './event-streams.js';
import { Listeners } from './listeners.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** What happened, for an authority's systems: asked for or followed, in one order and under the same ids. */
@ApiTags('events')
@Controller('v1/events')
export class EventController {
  constructor(
    @Inject(ReadEvents) private readonly reading: ReadEvents,
    @Inject(EventStreams) private readonly streams: EventStreams,
    @Inject(Listeners) private readonly listeners: Listeners,
  ) {}

  @Get()
  @Policy('system')
  @Scope('events:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List events',
    description:
      'In one order, none passed by, ids and codes alone; with `wait`, as soon as there is one. Lista händelser.',
  })
  @Answer(200, 'One page', 'events')
  @Problems(400, 401, 404, 429, 503)
  list(
    @Query() query: ListEventsQueryDto,
    @CallingSystem() asking: Asking,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EventPage> {
    const listing = (): Promise<EventPage> => this.reading.list(asking, query, untilGone(response));
    return query.wait > 0 ? this.listeners.admit(asking.system, listing) : listing();
  }

  @Get('stream')
  @Policy('system')
  @Scope('events:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Follow events',
    description:
      'Server-sent events: `id`, `event` and `data` are id, type and the event as it is listed. It ends after a minute; go on with `Last-Event-ID`. Följ händelser.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Id of the newest event that came. Absent: of the newest one that this system acknowledged',
    schema: { type: 'string', pattern: UUID.source },
  })
  @ApiResponse({
    status: 200,
    description: 'A stream',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @Problems(400, 401, 404, 429, 503)
  async stream(
    @Headers('last-event-id') last: string | undefined,
    @CallingSystem() asking: Asking,
    @Res() response: Response,
  ): Promise<void> {
    if (last !== undefined && !UUID.test(last))
      throw new ProblemError('invalid-request', 400, { violations: [{ path: 'Last-Event-ID', code: 'matches' }] });
    await this.streams.send(asking, last, response);
  }

  @Post('acknowledgement')
  @HttpCode(200)
  @Policy('system')
  @Scope('events:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Say how far the events were dealt with',
    description:
      'Moves this system’s cursor on, and never back: without `after` it is where the list begins. Kvittera händelser.',
  })
  @Answer(200, 'Where the cursor is', 'eventsAcknowledged')
  @Problems(400, 401, 404, 413, 415, 429, 503)
  acknowledge(
    @Body() { through }: AcknowledgeEventsDto,
    @CallingSystem() asking: Asking,
  ): Promise<{ readonly acknowledged: string }> {
    return this.reading.acknowledge(asking, through);
  }
}
