import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListAuthoritiesQueryDto } from '#contracts';
import type { AddresseeView, Page } from '#contracts';
import { Policy } from '#platform';
import { ListAuthorities } from '../application/list-authorities.js';
import { Answer, Problems } from './openapi.js';
import { Scope } from './scope.js';
import { Shows } from './shows.js';

/** To whom a referral can be addressed. */
@ApiTags('authorities')
@Controller('v1/authorities')
export class AuthorityController {
  constructor(@Inject(ListAuthorities) private readonly listing: ListAuthorities) {}

  @Get()
  @Policy('system')
  @Scope('checks:run')
  @Shows('no-content')
  @ApiOperation({
    summary: 'List authorities and their functions',
    description:
      'As the keys log has them, by id: names and ids for `to.authority` and `to.function`. `q` looks for words in names, ids, organisation numbers, municipality codes and functions. Lista myndigheter och deras funktioner.',
  })
  @Answer(200, 'One page', 'authorities')
  @Problems(400, 401, 429, 503)
  list(@Query() query: ListAuthoritiesQueryDto): Page<AddresseeView> {
    return this.listing.list(query);
  }
}
