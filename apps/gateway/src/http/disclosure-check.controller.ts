import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DisclosureCheckDto, ReferralCheckDto } from '#contracts';
import type { DisclosureCheckView, ReferralCheckView } from '#contracts';
import { Policy } from '#platform';
import { CheckDisclosure } from '../application/check-disclosure.js';
import { Caller } from './caller.js';
import { DisclosureCheckPipe, isOfReferral } from './disclosure-check.pipe.js';
import type { DisclosureCheckBody } from './disclosure-check.pipe.js';
import { Answer, EitherBody, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

@ApiTags('disclosure-checks')
@Controller('v1/disclosure-checks')
export class DisclosureCheckController {
  constructor(@Inject(CheckDisclosure) private readonly checking: CheckDisclosure) {}

  @Post()
  @HttpCode(200)
  @Policy('system')
  @Scope('checks:run')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Dry run: may this be sent, and on which grounds?',
    description:
      'Claims alone, without personal data, or the whole referral as it would be submitted; without bases, which grounds would carry it. ' +
      'Nothing is stored, sent or logged. Torrkörning: finns formellt hinder, och vilka grunder bär?',
  })
  @EitherBody(DisclosureCheckDto, ReferralCheckDto)
  @Answer(200, 'The verdict, explained; of a referral one for each recipient', 'check')
  @Problems(400, 401, 413, 415, 422, 429, 503)
  check(
    @Body(DisclosureCheckPipe) asked: DisclosureCheckBody,
    @Caller() caller: string,
  ): Promise<DisclosureCheckView | ReferralCheckView> {
    return isOfReferral(asked) ? this.checking.ofReferral(caller, asked) : this.checking.ofClaims(caller, asked);
  }
}
