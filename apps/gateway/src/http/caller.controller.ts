import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListCallersQueryDto } from '#contracts';
import type { CallerItem, Page } from '#contracts';
import { Policy } from '#platform';
import { ReadCallers } from '../application/read-callers.js';
import { Caller } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** Who may call for an authority: the access log names callers by these ids. */
@ApiTags('access')
@Controller('v1/callers')
export class CallerController {
  constructor(@Inject(ReadCallers) private readonly reading: ReadCallers) {}

  @Get()
  @Policy('system')
  @Scope('access-log:read')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List systems and staff',
    description:
      'Of this authority, by id, with what each may do, as its administrator said last; those that have ended too. Lista system och befattningshavare.',
  })
  @Answer(200, 'One page', 'callers')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListCallersQueryDto, @Caller() caller: string): Promise<Page<CallerItem>> {
    return this.reading.list(caller, query);
  }
}
