import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AnnounceAttachmentDto, IdParamDto, PART_BYTES, uploadOffset } from '#contracts';
import type { AttachmentView } from '#contracts';
import { Conditional, Policy, ProblemError, octetsOf } from '#platform';
import type { Request, Response } from 'express';
import { TakeAttachment } from '../application/take-attachment.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** Files that a referral will bring: announced, then uploaded in parts. */
@ApiTags('attachments')
@Controller('v1/attachments')
export class AttachmentController {
  constructor(@Inject(TakeAttachment) private readonly taking: TakeAttachment) {}

  @Post()
  @HttpCode(200)
  @Policy('system')
  @Scope('referrals:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Announce an attachment',
    description: 'The same body again is the same upload; the answer says how much of it is there. Anmäl en bilaga.',
  })
  @Answer(200, 'What is there of it', 'attachment')
  @Problems(400, 401, 409, 413, 415, 422, 429, 503, 507)
  announce(
    @Body() _validated: AnnounceAttachmentDto,
    @Caller() caller: string,
    @Req() request: Request,
  ): Promise<AttachmentView> {
    return this.taking.announce(caller, request.body as AnnounceAttachmentDto);
  }

  @Get(':id')
  @Policy('system')
  @Scope('referrals:write')
  @Shows('no-content')
  @Conditional()
  @ApiOperation({
    summary: 'Read how much of an attachment is there',
    description: 'After a break: the next part begins at `received`. Läs hur mycket av bilagan som kommit fram.',
  })
  @Answer(200, 'What is there of it', 'attachment')
  @Problems(400, 401, 404, 429, 503)
  read(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<AttachmentView> {
    return this.taking.read(caller, id);
  }

  @Patch(':id')
  @HttpCode(200)
  @Policy('system')
  @Scope('referrals:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Upload the next part',
    description: 'Exactly 1 MiB, the last part what is left, one after the other. Ladda upp nästa del.',
  })
  @ApiHeader({
    name: 'Upload-Offset',
    required: true,
    description: 'Octets before this part',
    schema: { type: 'integer', minimum: 0 },
  })
  @ApiConsumes('application/octet-stream')
  @ApiBody({ description: 'Octets of the part', required: true, schema: { type: 'string', format: 'binary' } })
  @Answer(200, 'What is there of it', 'attachment')
  @Problems(400, 401, 404, 409, 413, 415, 422, 429, 503, 507)
  async append(
    @Param() { id }: IdParamDto,
    @Headers('upload-offset') at: string | undefined,
    @Caller() caller: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AttachmentView> {
    const offset = uploadOffset(at);
    if (offset === undefined)
      throw new ProblemError('invalid-request', 400, { violations: [{ path: 'Upload-Offset', code: 'matches' }] });
    await this.taking.read(caller, id);
    const view = await this.taking.append(caller, id, offset, await octetsOf(request, PART_BYTES));
    response.setHeader('Upload-Offset', view.received);
    return view;
  }
}
