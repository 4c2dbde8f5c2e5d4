import { Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdParamDto } from '#contracts';
import type { ErasureView } from '#contracts';
import { Policy, Public } from '#platform';
import type { Request } from 'express';
import { EraseMessage } from '../application/erase-message.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** Erasure of messages: proposed to a system, decided by an administrator's signature. */
@ApiTags('erasure')
@Controller('v1')
export class ErasureController {
  constructor(@Inject(EraseMessage) private readonly erasing: EraseMessage) {}

  @Get('messages/:id/erasure')
  @Policy('system')
  @Scope('erasures:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'What a decision to erase a message says',
    description:
      'For its sender and its recipient: members for the administrator to sign, off the gateway. Underlag för gallringsbeslut.',
  })
  @Answer(200, 'Members of the decision, and how far the message has come', 'erasure')
  @Problems(400, 401, 404, 429, 503)
  read(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<ErasureView> {
    return this.erasing.read(caller, id);
  }

  @Post('erasures')
  @HttpCode(200)
  @Public()
  @ApiOperation({
    summary: 'Erase a message',
    description:
      'Decided and signed by the administrator of the authority’s participant. Gallra ett meddelande. The id stays used; what is read of it is `410`.',
  })
  @ApiConsumes('application/jose')
  @ApiBody({ schema: { type: 'string', description: 'Compact JWS, typ delge-erasure-decision+jws' } })
  @Answer(200, 'Erased here', 'erased')
  @Problems(400, 401, 404, 409, 413, 415, 422, 429, 503)
  erase(@Req() request: Request): Promise<{ readonly messageId: string; readonly erasedAt: string }> {
    return this.erasing.execute(typeof request.body === 'string' ? request.body.replace(/\n$/, '') : '');
  }
}
