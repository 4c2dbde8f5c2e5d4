import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdParamDto, ListRecordedDisclosuresQueryDto, RecordDisclosureDto } from '#contracts';
import type { Page, RecordedDisclosureAccepted, RecordedDisclosureItem, RecordedDisclosureView } from '#contracts';
import { Conditional, Policy } from '#platform';
import type { Request, Response } from 'express';
import { ReadRecordedDisclosures } from '../application/read-recorded-disclosures.js';
import { RecordDisclosure } from '../application/record-disclosure.js';
import type { Assurance } from '../application/ports/referral.js';
import { Assured, Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows, ShowsStaff } from './shows.js';
import { StaffMay } from './staff-may.js';

/** Disclosures that were made outside Delge. */
@ApiTags('recorded-disclosures')
@Controller('v1/recorded-disclosures')
export class RecordedDisclosureController {
  constructor(
    @Inject(RecordDisclosure) private readonly recording: RecordDisclosure,
    @Inject(ReadRecordedDisclosures) private readonly reading: ReadRecordedDisclosures,
  ) {}

  @Post()
  @HttpCode(202)
  @Policy('system')
  @StaffMay('officer', 'office', 'assessments')
  @Scope('referrals:write')
  @Shows('no-content')
  @ShowsStaff('read-recorded-disclosure')
  @ApiOperation({
    summary: 'Record a disclosure that was made another way',
    description:
      'By telephone, in a meeting, on paper or in an emergency. It is checked for the day on which it was made, marked with its verdict and logged, whatever that is; nothing is sent. Dokumentera ett utlämnande som redan är gjort.',
  })
  @Answer(202, 'Recorded, and on its way to the log', 'recorded', {
    Location: { description: 'The record', schema: { type: 'string', format: 'uri-reference' } },
  })
  @Problems(400, 401, 409, 410, 413, 415, 422, 429, 503)
  async record(
    @Body() _checked: RecordDisclosureDto,
    @Caller() caller: string,
    @Assured() assurance: Assurance,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RecordedDisclosureAccepted> {
    // The body as it was parsed: its canonical form is what an id stands for.
    const accepted = await this.recording.execute(caller, request.body as RecordDisclosureDto, assurance);
    response.location(`/v1/recorded-disclosures/${accepted.id}`);
    return accepted;
  }

  @Get()
  @Policy('system')
  @StaffMay()
  @Scope('referrals:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List recorded disclosures',
    description: 'In the order in which they were recorded, keyset paging. Lista dokumenterade utlämnanden.',
  })
  @Answer(200, 'One page', 'recordedDisclosures')
  @Problems(400, 401, 429, 503)
  list(
    @Query() query: ListRecordedDisclosuresQueryDto,
    @Caller() caller: string,
  ): Promise<Page<RecordedDisclosureItem>> {
    return this.reading.list(caller, query);
  }

  @Get(':id')
  @Policy('system')
  @StaffMay()
  @Scope('referrals:read')
  @Shows('read-recorded-disclosure')
  @Conditional()
  @ApiOperation({
    summary: 'Read a recorded disclosure',
    description:
      'What was recorded, its verdict, and the proof that it stands in the log. Läs ett dokumenterat utlämnande.',
  })
  @Answer(200, 'The record', 'recordedDisclosure')
  @Problems(400, 401, 404, 410, 429, 503)
  read(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<RecordedDisclosureView> {
    return this.reading.read(caller, id);
  }
}
