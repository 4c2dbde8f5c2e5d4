import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  AddToCaseDto,
  CloseCaseDto,
  IdParamDto,
  LinkCaseDto,
  ListCasesQueryDto,
  PutCaseDto,
  TimelineQueryDto,
} from '#contracts';
import type { CaseListItem, CaseView, EventPage, Page, RosterRow } from '#contracts';
import { Policy } from '#platform';
import type { Response } from 'express';
import { ManageCases } from '../application/manage-cases.js';
import type { Asking } from '../application/read-events.js';
import { Caller, CallingSystem } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** Cases that an authority owns. */
@ApiTags('cases')
@Controller('v1/cases')
export class CaseController {
  constructor(@Inject(ManageCases) private readonly cases: ManageCases) {}

  @Get()
  @Policy('system')
  @Scope('cases:read')
  @Shows('list-cases')
  @ApiOperation({
    summary: 'List cases',
    description: 'In the order in which they came to be listed, keyset paging. Lista egna ärenden.',
  })
  @Answer(200, 'One page', 'cases')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListCasesQueryDto, @Caller() caller: string): Promise<Page<CaseListItem>> {
    return this.cases.list(caller, query);
  }

  @Put(':id')
  @Policy('system')
  @Scope('cases:write')
  @Shows('read-case')
  @ApiOperation({
    summary: 'Open a case',
    description:
      'Under an id of the caller’s own choosing, which referrals name as `caseId`; or say what a case is that a referral opened. The same again changes nothing. Öppna ett ärende.',
  })
  @Answer(200, 'It was open before', 'case')
  @Answer(201, 'Opened', 'case')
  @Problems(400, 401, 409, 413, 415, 429, 503)
  async put(
    @Param() { id }: IdParamDto,
    @Body() said: PutCaseDto,
    @CallingSystem() caller: Asking,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CaseView> {
    const { isNew, view } = await this.cases.put(caller, id, said);
    response.status(isNew ? 201 : 200);
    return view;
  }

  @Get(':id')
  @Policy('system')
  @Scope('cases:read')
  @Shows('read-case')
  @ApiOperation({
    summary: 'Read a case',
    description: 'With the cases of others that it is linked to. Läs ett ärende.',
  })
  @Answer(200, 'The case', 'case')
  @Problems(400, 401, 404, 429, 503)
  read(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<CaseView> {
    return this.cases.read(caller, id);
  }

  @Post(':id/messages')
  @HttpCode(200)
  @Policy('system')
  @Scope('cases:write')
  @Shows('read-case')
  @ApiOperation({
    summary: 'Add to a case',
    description:
      'A message that was sent or received under another case id, or all of a referral. Messages that name the case are in it already. Lägg till i ett ärende.',
  })
  @Answer(200, 'The case', 'case')
  @Problems(400, 401, 404, 409, 413, 415, 422, 429, 503)
  add(@Param() { id }: IdParamDto, @Body() what: AddToCaseDto, @CallingSystem() caller: Asking): Promise<CaseView> {
    return this.cases.add(caller, id, what);
  }

  @Post(':id/links')
  @HttpCode(200)
  @Policy('system')
  @Scope('cases:write')
  @Shows('read-case')
  @ApiOperation({
    summary: "Link a case to another authority's",
    description: 'By the opaque id that it has there; nobody is told. Länka till en annan myndighets ärende.',
  })
  @Answer(200, 'The case', 'case')
  @Problems(400, 401, 404, 409, 413, 415, 422, 429, 503)
  link(@Param() { id }: IdParamDto, @Body() link: LinkCaseDto, @CallingSystem() caller: Asking): Promise<CaseView> {
    return this.cases.link(caller, id, link);
  }

  @Put(':id/closing')
  @Policy('system')
  @Scope('cases:write')
  @Shows('read-case')
  @ApiOperation({
    summary: 'Close a case',
    description:
      'Nothing is added to it or said of it any more; what it holds stays, and a referral may still name it. Avsluta ett ärende.',
  })
  @Answer(200, 'The case', 'case')
  @Problems(400, 401, 404, 409, 413, 415, 429, 503)
  close(
    @Param() { id }: IdParamDto,
    @Body() closing: CloseCaseDto,
    @CallingSystem() caller: Asking,
  ): Promise<CaseView> {
    return this.cases.close(caller, id, closing);
  }

  @Delete(':id/title')
  @HttpCode(204)
  @Policy('system')
  @Scope('cases:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Take away the title of a case',
    description: 'For good: it is in no backup that is made from then on. Ta bort ett ärendes rubrik.',
  })
  @ApiResponse({ status: 204, description: 'It has none' })
  @Problems(400, 401, 404, 429, 503)
  forgetTitle(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<void> {
    return this.cases.forgetTitle(caller, id);
  }

  @Get(':id/timeline')
  @Policy('system')
  @Scope('cases:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Read the timeline of a case',
    description:
      'Events of its messages and of itself, in order; the same as in the feed, under the same ids. A message that is added brings events from before: after `case.linked` with a `messageId` read anew from the beginning. Läs vad som har hänt i ett ärende.',
  })
  @Answer(200, 'One page', 'events')
  @Problems(400, 401, 404, 429, 503)
  timeline(
    @Param() { id }: IdParamDto,
    @Query() query: TimelineQueryDto,
    @Caller() caller: string,
  ): Promise<EventPage> {
    return this.cases.timeline(caller, id, query);
  }

  @Get(':id/roster')
  @Policy('system')
  @Scope('cases:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Read the roster of a case',
    description:
      'Who has received what of it, one row for each authority, this one among them. Läs vilka som har fått vad i ett ärende.',
  })
  @Answer(200, 'All of it', 'roster')
  @Problems(400, 401, 404, 429, 503)
  roster(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<{ readonly items: readonly RosterRow[] }> {
    return this.cases.roster(caller, id);
  }
}
