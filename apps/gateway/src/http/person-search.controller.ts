import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { PersonSearchDto } from '#contracts';
import type { PersonSearchView } from '#contracts';
import { Policy } from '#platform';
import type { Asking } from '../application/read-events.js';
import { SearchPersons } from '../application/search-persons.js';
import { CallingSystem } from './caller.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';
import { StaffMay } from './staff-may.js';

@ApiTags('persons')
@Controller('v1/person-searches')
export class PersonSearchController {
  constructor(@Inject(SearchPersons) private readonly searching: SearchPersons) {}

  @Post()
  @HttpCode(200)
  @Policy('system')
  @StaffMay('officer', 'office')
  @Scope('persons:search')
  @Shows('search-persons')
  @ApiOperation({
    summary: 'Search what was sent and received for a person or an organisation, by number',
    description:
      'Of this authority alone, and never by name. Each search stands in the access log before it is answered, with its purpose and the officer, and the number as a keyed token. ' +
      'An informant is found for the person’s own sake, and not in the course of a matter. Sök på person- eller organisationsnummer.',
  })
  @Answer(200, 'One page, newest first', 'personSearch')
  @Problems(400, 401, 413, 415, 422, 429, 503)
  search(@Body() asked: PersonSearchDto, @CallingSystem() caller: Asking): Promise<PersonSearchView> {
    return this.searching.execute(caller, asked);
  }
}
