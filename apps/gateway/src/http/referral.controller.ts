import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  AssessmentDto,
  CorrectReferralDto,
  GivenAnotherWayDto,
  IdParamDto,
  ListReferralsQueryDto,
  RetractReferralDto,
  SubmitReferralDto,
  SubmitReferralQueryDto,
} from '#contracts';
import type { CorrectionsView, Page, ReferralAccepted, ReferralListItem, ReferralView } from '#contracts';
import { Conditional, Policy } from '#platform';
import type { Request, Response } from 'express';
import { CorrectForAll } from '../application/correct-for-all.js';
import { CorrectReferral } from '../application/correct-referral.js';
import type { Assurance } from '../application/ports/referral.js';
import { ReadCorrections } from '../application/read-corrections.js';
import { ReadReferrals } from '../application/read-referrals.js';
import { RetractReferral } from '../application/retract-referral.js';
import { SubmitReferral } from '../application/submit-referral.js';
import { WithdrawReferral } from '../application/withdraw-referral.js';
import { Assured, Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows, ShowsStaff } from './shows.js';
import { StaffMay, StaffMayNot } from './staff-may.js';

/** What a sender does with its referrals. */
@ApiTags('referrals')
@Controller('v1/referrals')
export class ReferralController {
  constructor(
    @Inject(SubmitReferral) private readonly submitting: SubmitReferral,
    @Inject(ReadReferrals) private readonly reading: ReadReferrals,
    @Inject(WithdrawReferral) private readonly withdrawing: WithdrawReferral,
    @Inject(CorrectReferral) private readonly correcting: CorrectReferral,
    @Inject(CorrectForAll) private readonly correctingAll: CorrectForAll,
    @Inject(RetractReferral) private readonly retracting: RetractReferral,
    @Inject(ReadCorrections) private readonly corrections: ReadCorrections,
  ) {}

  @Post()
  @HttpCode(202)
  @Policy('system')
  @StaffMay('assessments')
  @StaffMayNot('onDeny', 'retract')
  @Scope('referrals:write')
  @Shows('no-content')
  @ShowsStaff('submit-referral')
  @ApiOperation({
    summary: 'Submit a referral',
    description: 'All or nothing over recipients. Skicka en underrättelse; alla mottagare eller ingen.',
  })
  @Answer(202, 'Accepted, or kept as a draft that awaits assessment', 'accepted', {
    Location: { description: 'The referral', schema: { type: 'string', format: 'uri-reference' } },
  })
  @Problems(400, 401, 409, 410, 413, 415, 422, 429, 503)
  async submit(
    @Body() _checked: SubmitReferralDto,
    @Query() query: SubmitReferralQueryDto,
    @Caller() caller: string,
    @Assured() assurance: Assurance,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReferralAccepted> {
    // The body as it was parsed, not the instance made for validation: its canonical form is what an id stands for.
    const accepted = await this.correcting.submit(caller, request.body as SubmitReferralDto, query, assurance);
    response.location(`/v1/referrals/${accepted.id}`);
    return accepted;
  }

  @Get()
  @Policy('system')
  @StaffMay()
  @Scope('referrals:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List own referrals',
    description: 'By state and time, keyset paging: to reconcile after a crash. Lista egna underrättelser.',
  })
  @Answer(200, 'One page', 'referrals')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListReferralsQueryDto, @Caller() caller: string): Promise<Page<ReferralListItem>> {
    return this.reading.list(caller, query);
  }

  @Get(':id')
  @Policy('system')
  @StaffMay()
  @Scope('referrals:read')
  @Shows('read-referral')
  @Conditional()
  @ApiOperation({
    summary: 'Read a referral',
    description: 'States, verdict, receipts and proofs. Läs en underrättelse.',
  })
  @Answer(200, 'The referral', 'referral')
  @Problems(400, 401, 404, 410, 429, 503)
  read(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<ReferralView> {
    return this.reading.read(caller, id);
  }

  @Post(':id/assessments')
  @HttpCode(200)
  @Policy('system')
  @StaffMay('officer', 'office', 'mandate')
  @Scope('referrals:write')
  @Shows('assess-referral')
  @ApiOperation({
    summary: 'Give an assessment for a draft',
    description: 'The draft goes out when every verdict is permit. Lämna en bedömning.',
  })
  @Answer(200, 'The referral after the assessment', 'referral')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  async assess(
    @Param() { id }: IdParamDto,
    @Body() assessment: AssessmentDto,
    @Caller() caller: string,
    @Assured() assurance: Assurance,
  ): Promise<ReferralView> {
    return this.reading.view(await this.submitting.assess(caller, id, [{ ...assessment }], assurance));
  }

  @Post(':id/retraction')
  @HttpCode(202)
  @Policy('system')
  @Scope('referrals:write')
  @Shows('retract-referral')
  @ApiOperation({
    summary: 'Take back what was sent',
    description:
      'A signed code to everyone who received it, or to those named; what was received is not deleted, and what is not released yet is stopped. Återkalla en skickad underrättelse.',
  })
  @Answer(202, 'The referral; the retraction is on its way', 'referral')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  async retract(
    @Param() { id }: IdParamDto,
    @Body() asked: RetractReferralDto,
    @Caller() caller: string,
  ): Promise<ReferralView> {
    await this.retracting.execute(caller, id, asked);
    return this.reading.read(caller, id);
  }

  @Get(':id/corrections')
  @Policy('system')
  @Scope('referrals:read')
  @Shows('no-content')
  @Conditional()
  @ApiOperation({
    summary: 'See what became of putting a referral right',
    description:
      'A row for each recipient: what it received, whether it is told by a correction or a retraction, until when it should answer, and what it answered. Rättelse och återkallelse, en rad per mottagare.',
  })
  @Answer(200, 'A row for each recipient', 'corrections')
  @Problems(400, 401, 404, 410, 429, 503)
  readCorrections(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<CorrectionsView> {
    return this.corrections.execute(caller, id);
  }

  @Post(':id/corrections')
  @HttpCode(202)
  @Policy('system')
  @Scope('referrals:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Put a referral right at several recipients',
    description:
      'New facts said once; a `correction/1` to each recipient, with a verdict and a row of its own. Where one may not go, the others go all the same, and with `onDeny=retract` what that recipient has is taken back. Rätta en underrättelse hos flera mottagare.',
  })
  @Answer(202, 'A row for each recipient', 'corrections')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  async correct(
    @Param() { id }: IdParamDto,
    @Body() _checked: CorrectReferralDto,
    @Query() query: SubmitReferralQueryDto,
    @Caller() caller: string,
    @Req() request: Request,
  ): Promise<CorrectionsView> {
    // As it was parsed, as a submission takes it too.
    await this.correctingAll.execute(caller, id, request.body as CorrectReferralDto, query);
    return this.corrections.execute(caller, id);
  }

  @Post(':id/given-another-way')
  @HttpCode(202)
  @Policy('system')
  @StaffMay('office')
  @Scope('referrals:write')
  @Shows('mark-given-another-way')
  @ApiOperation({
    summary: 'Say that an item was given another way, and keep it from being sent',
    description:
      'What has not left the gateway never does; what is at the exchange and not released is stopped there. Lämnat på annat sätt: telefon, möte, papper eller bud.',
  })
  @Answer(202, 'The referral, with what became of it', 'referral')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  async given(
    @Param() { id }: IdParamDto,
    @Body() given: GivenAnotherWayDto,
    @Caller() caller: string,
  ): Promise<ReferralView> {
    await this.retracting.given(caller, id, given);
    return this.reading.read(caller, id);
  }

  @Post(':id/withdrawal')
  @HttpCode(200)
  @Policy('system')
  @StaffMay()
  @Scope('referrals:write')
  @Shows('withdraw-referral')
  @ApiOperation({
    summary: 'Withdraw a draft, or what has not left yet',
    description: 'Återta ett utkast, eller det som ännu inte lämnat er gateway.',
  })
  @Answer(200, 'The referral, withdrawn', 'referral')
  @Problems(400, 401, 404, 409, 410, 413, 415, 429, 503)
  async withdraw(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<ReferralView> {
    await this.withdrawing.execute(caller, id);
    return this.reading.read(caller, id);
  }
}
