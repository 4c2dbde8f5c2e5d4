import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DisclosureCheckDto } from '#contracts';
import { Policy } from '#platform';
import { CheckDisclosure } from '../application/check-disclosure.js';
import type { DisclosureCheck } from '../application/check-disclosure.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';

@ApiTags('disclosure-checks')
@ApiBearerAuth('system')
@Controller('v1/disclosure-checks')
export class DisclosureCheckController {
  constructor(@Inject(CheckDisclosure) private readonly checking: CheckDisclosure) {}

  @Post()
  @HttpCode(200)
  @Policy('system')
  @ApiOperation({
    summary: 'Dry run: may this be sent?',
    description: 'Claims only, no personal data; nothing is stored. Torrkörning: finns formellt hinder?',
  })
  @Answer(200, 'The verdict, explained', 'check')
  @Problems(400, 401, 413, 415, 422, 503)
  check(@Body() asked: DisclosureCheckDto, @Caller() caller: string): Promise<DisclosureCheck> {
    return this.checking.execute(caller, asked);
  }
}
