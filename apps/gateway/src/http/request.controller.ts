import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdParamDto, ListRequestsQueryDto, RefuseRequestDto } from '#contracts';
import type { Page, RefusalView, RequestItem, RequestView } from '#contracts';
import { Policy } from '#platform';
import type { Asking } from '../application/read-events.js';
import { ReadRequests } from '../application/read-requests.js';
import { RefuseRequest } from '../application/refuse-request.js';
import { Caller, CallingSystem } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';
import { StaffMay } from './staff-may.js';

/** What authorities ask each other for, at both ends. */
@ApiTags('requests')
@Controller('v1/requests')
export class RequestController {
  constructor(
    @Inject(ReadRequests) private readonly reading: ReadRequests,
    @Inject(RefuseRequest) private readonly refusing: RefuseRequest,
  ) {}

  @Get()
  @Policy('system')
  @StaffMay()
  @Scope('referrals:read', 'deliveries:read')
  // A day to answer by is about nobody, and under no secrecy.
  @Shows('no-content')
  @ApiOperation({
    summary: 'List requests',
    description:
      'Received, sent or recorded, with what came of each; in the order in which they came, keyset paging. Lista begäranden om uppgift.',
  })
  @Answer(200, 'One page', 'requests')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListRequestsQueryDto, @Caller() caller: string): Promise<Page<RequestItem>> {
    return this.reading.list(caller, query);
  }

  @Get(':id')
  @Policy('system')
  @StaffMay()
  @Scope('referrals:read', 'deliveries:read')
  @Shows('read-request')
  @ApiOperation({
    summary: 'Read a request',
    description:
      'What came of it, and whether each answer was a duty; of one that was recorded also who asked, and for what. Läs en begäran om uppgift.',
  })
  @Answer(200, 'The request', 'request')
  @Problems(400, 401, 404, 429, 503)
  read(@Param() { id }: IdParamDto, @Caller() caller: string): Promise<RequestView> {
    return this.reading.read(caller, id);
  }

  @Post(':id/refusal')
  @HttpCode(202)
  @Policy('system')
  @StaffMay('officer', 'office', 'mandate')
  @Scope('deliveries:write')
  @Shows('no-content')
  @ApiOperation({
    summary: 'Refuse a request',
    description:
      "As the officer that it came to: a receipt in a closed code, signed, logged, and brought to whoever asked, who may demand the authority's decision. That one is sent as a referral of type `request-decision/1`. Of a request that no message brought it is kept at this gateway: nothing is signed or sent. Avslå en begäran om uppgift (OSL 6 kap. 3 §).",
  })
  @Answer(202, 'Signed and on its way, or kept', 'refusal')
  @Problems(400, 401, 404, 409, 410, 413, 415, 422, 429, 503)
  refuse(
    @Param() { id }: IdParamDto,
    @Body() said: RefuseRequestDto,
    @CallingSystem() caller: Asking,
  ): Promise<RefusalView> {
    return this.refusing.execute(caller, id, said);
  }
}
