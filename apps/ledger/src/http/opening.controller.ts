import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { Policy, ProblemError, Rate } from '#platform';
import type { ServiceRequest } from '#operator';
import { FollowOpenings } from '../application/follow-openings.js';
import { ShowOpenings } from '../application/show-openings.js';
import type { Asked, FoundErased, FoundOpening } from '../persistence/opening.store.js';
import { FollowQueryDto, LookDto } from './log.dto.js';

/** Openings of the `disclosure` log, for their two parties. `POST`, since to look is an act: it makes an entry. */
@Controller('log/v1/disclosure')
@Policy('service')
export class OpeningController {
  constructor(
    @Inject(ShowOpenings) private readonly showing: ShowOpenings,
    @Inject(FollowOpenings) private readonly following: FollowOpenings,
    @Inject(Rate) private readonly rate: Rate,
  ) {}

  @Post('looks')
  @HttpCode(200)
  async look(
    @Body() { authority, purpose, ...asked }: LookDto,
    @Req() { holder = '' }: ServiceRequest,
  ): Promise<object> {
    const what = askedIn(asked);
    const gateway = /^gateway:(.+)$/.exec(holder)?.[1];
    if (gateway === undefined) throw new ProblemError('not-found', 404);
    this.rate.take(holder);
    const shown = await this.showing.execute({ gateway, authority, purpose, asked: what });
    if (shown === 'not-hosted') throw new ProblemError('not-found', 404);
    if (shown === 'not-ready') throw new ProblemError('not-ready', 503);
    const { openings, erased, next } = shown;
    const items = [
      ...openings.map(itemOf),
      ...erased.map(({ index, by }) => ({ idx: index.toString(), erasedBy: by.toString() })),
    ];
    return {
      items: items.toSorted((a, b) => (BigInt(a.idx) < BigInt(b.idx) ? -1 : 1)),
      ...(next === undefined ? {} : { next: next.toString() }),
    };
  }

  /**
   * Every opening from an index on, for the console's projection alone; which auditor sees what of it is an entry of the console's own. An opening that is gone has
   * no entry but its leaf, and `erasedBy` once the entry that erased it stands in the log.
   */
  @Get('openings')
  async follow(@Query() { from, limit }: FollowQueryDto, @Req() { holder }: ServiceRequest): Promise<object> {
    if (holder !== 'console') throw new ProblemError('not-found', 404);
    const { size, found } = await this.following.execute(BigInt(from), limit);
    return { size: size.toString(), items: found.map((one) => ('entry' in one ? itemOf(one) : goneOf(one))) };
  }
}

interface AskedFor {
  readonly messageId?: string;
  readonly from?: string;
  readonly to?: string;
}
/** About one message, from an index on, or a period: one of them. @throws {ProblemError} */
export function askedIn({ messageId, from, to }: AskedFor): Asked {
  const isPeriod = from !== undefined && to !== undefined;
  if ((messageId === undefined) !== isPeriod || (from === undefined && to !== undefined))
    throw new ProblemError('invalid-request', 400, { violations: [{ path: '/messageId', code: 'messageId' }] });
  return isPeriod ? { from: BigInt(from), to: BigInt(to) } : { messageId: messageId ?? '', from: BigInt(from ?? 0) };
}

const goneOf = ({ index, erasedBy, leaf }: FoundErased) => ({
  idx: index.toString(),
  ...(erasedBy === undefined ? {} : { erasedBy: erasedBy.toString() }),
  ...(leaf === undefined ? {} : { leaf: leaf.toString('base64url') }),
});

export const itemOf = ({ index, entryId, entry, blind, annex }: FoundOpening) => ({
  idx: index.toString(),
  entryId,
  entry: entry.toString('ascii'),
  blind: blind.toString('base64url'),
  ...(annex === null ? {} : { annex: annex.toString('ascii') }),
});
