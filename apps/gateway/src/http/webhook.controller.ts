import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IdParamDto, PageQueryDto, PutWebhookDto, ReplayWebhookDto, RotateWebhookDto } from '#contracts';
import type { Page, WebhookAttemptView, WebhookReplayView, WebhookView } from '#contracts';
import { Conditional, IfMatch, Policy, ProblemError, TakesIfMatch } from '#platform';
import type { Expected } from '#platform';
import type { Response } from 'express';
import { ManageWebhooks } from '../application/manage-webhooks.js';
import type { Asking } from '../application/read-events.js';
import { Caller, CallingSystem } from './caller.js';
import { untilGone } from './event-streams.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** Where an authority's systems are told of events. */
@ApiTags('webhooks')
@Controller('v1/webhooks')
export class WebhookController {
  constructor(@Inject(ManageWebhooks) private readonly webhooks: ManageWebhooks) {}

  @Get()
  @Policy('system')
  @Scope('webhooks:read')
  @Shows('no-content')
  @ApiOperation({ summary: 'List webhooks', description: 'Those of this authority, ten at most. Lista webhookar.' })
  @Answer(200, 'All of them', 'webhooks')
  @Problems(401, 429, 503)
  list(@Caller() caller: string): Promise<{ readonly items: readonly WebhookView[] }> {
    return this.webhooks.list(caller);
  }

  @Put(':id')
  @Policy('system')
  @Scope('webhooks:write', 'events:read')
  @Shows('no-content')
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Register a webhook',
    description:
      'Under an id of the caller’s own choosing. It is told what happens from then on, or behind the event `after`; registered again it goes on from its cursor. Registrera en webhook.',
  })
  @Answer(200, 'It was registered before; active from now on', 'webhook')
  @Answer(201, 'Registered', 'webhook')
  @Problems(400, 401, 404, 412, 413, 415, 422, 429, 503)
  async put(
    @Param() { id }: IdParamDto,
    @Body() body: PutWebhookDto,
    @CallingSystem() caller: Asking,
    @IfMatch() expected: Expected | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookView> {
    const { isNew, webhook } = await this.webhooks.put(caller, id, body, expected);
    response.status(isNew ? 201 : 200);
    return webhook;
  }

  @Get(':id')
  @Policy('system')
  @Scope('webhooks:read')
  @Shows('no-content')
  @Conditional()
  @ApiOperation({
    summary: 'Read a webhook',
    description: 'With its state, its cursor and the keys that sign. Läs en webhook.',
  })
  @Answer(200, 'The webhook', 'webhook')
  @Problems(400, 401, 404, 429, 503)
  read(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<WebhookView> {
    return this.webhooks.read(caller, id);
  }

  @Delete(':id')
  @HttpCode(204)
  @Policy('system')
  @Scope('webhooks:write')
  @Shows('no-content')
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Remove a webhook',
    description: 'With its keys, its cursor and its log of attempts. Ta bort en webhook.',
  })
  @ApiResponse({ status: 204, description: 'Removed' })
  @Problems(400, 401, 404, 412, 413, 415, 429, 503)
  remove(
    @Param() { id }: IdParamDto,
    @CallingSystem() caller: Asking,
    @IfMatch() expected: Expected | undefined,
  ): Promise<void> {
    return this.webhooks.remove(caller, id, expected);
  }

  @Get(':id/attempts')
  @Policy('system')
  @Scope('webhooks:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List attempts of a webhook',
    description: 'Of the last 30 days, newest first; `after` goes back. Lista försök.',
  })
  @Answer(200, 'One page', 'webhookAttempts')
  @Problems(400, 401, 404, 429, 503)
  attempts(
    @Param() { id }: IdParamDto,
    @Query() query: PageQueryDto,
    @Caller() caller: string,
  ): Promise<Page<WebhookAttemptView>> {
    return this.webhooks.attempts(caller, id, query);
  }

  @Post(':id/test')
  @HttpCode(200)
  @Policy('system')
  @Scope('webhooks:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Test a webhook',
    description:
      'Sends it `webhook.test` now and says what came of that; nothing else about the webhook changes. Prova en webhook.',
  })
  @Answer(200, 'What came of it', 'webhookAttempt')
  @Problems(400, 401, 404, 413, 415, 429, 503)
  test(
    @Param() { id }: IdParamDto,
    @Caller() caller: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookAttemptView> {
    return this.webhooks.test(caller, id, untilGone(response));
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Policy('system')
  @Scope('webhooks:write', 'events:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Send a webhook events again',
    description:
      'One, or those since a time, each once and under its own id, by the keys that hold now; state and cursor stay. Skicka händelser igen.',
  })
  @Answer(200, 'What came of each', 'webhookReplay')
  @Problems(400, 401, 404, 413, 415, 429, 503)
  replay(
    @Param() { id }: IdParamDto,
    @Body() { event, since, after }: ReplayWebhookDto,
    @Caller() caller: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookReplayView> {
    const gone = untilGone(response);
    if (event !== undefined && since === undefined && after === undefined)
      return this.webhooks.replayOne(caller, id, event, gone);
    if (event === undefined && since !== undefined)
      return this.webhooks.replaySince(caller, id, { since: new Date(since), after }, gone);
    throw new ProblemError('invalid-request', 400, { violations: [{ path: 'event', code: 'event-or-since' }] });
  }

  @Post(':id/rotation')
  @HttpCode(200)
  @Policy('system')
  @Scope('webhooks:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Replace the key of a webhook',
    description:
      'A new key signs from now on, and for 24 hours the one before it beside it; asked again meanwhile, nothing changes. With `overlap` false the new one alone. Byt nyckel.',
  })
  @ApiBody({ type: RotateWebhookDto, required: false })
  @Answer(200, 'The webhook, with the keys that sign', 'webhook')
  @Problems(400, 401, 404, 413, 415, 429, 503)
  rotate(
    @Param() { id }: IdParamDto,
    @CallingSystem() caller: Asking,
    @Body() { overlap }: RotateWebhookDto = {},
  ): Promise<WebhookView> {
    return this.webhooks.rotate(caller, id, overlap);
  }
}
