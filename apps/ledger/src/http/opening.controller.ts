import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { Policy, ProblemError, Rate } from '#platform';
import type { ServiceRequest } from '#operator';
import { ShowOpenings } from '../application/show-openings.js';
import type { FoundOpening } from '../persistence/opening.store.js';
import { LookDto } from './log.dto.js';

/** Openings of the `disclosure` log, for their two parties. `POST`, since to look is an act: it makes an entry. */
@Controller('log/v1/disclosure')
@Policy('service')
export class OpeningController {
  constructor(
    @Inject(ShowOpenings) private readonly showing: ShowOpenings,
    @Inject(Rate) private readonly rate: Rate,
  ) {}

  @Post('looks')
  @HttpCode(200)
  async look(
    @Body() { authority, purpose, ...asked }: LookDto,
    @Req() { holder = '' }: ServiceRequest,
  ): Promise<object> {
    const { messageId, from, to } = asked;
    const isPeriod = from !== undefined && to !== undefined;
    if ((messageId === undefined) !== isPeriod || (from === undefined && to !== undefined))
      throw new ProblemError('invalid-request', 400, { violations: [{ path: '/messageId', code: 'messageId' }] });
    const gateway = /^gateway:(.+)$/.exec(holder)?.[1];
    if (gateway === undefined) throw new ProblemError('not-found', 404);
    this.rate.take(holder);
    const shown = await this.showing.execute({
      gateway,
      authority,
      purpose,
      asked: isPeriod
        ? { from: BigInt(from), to: BigInt(to) }
        : { messageId: messageId ?? '', from: BigInt(from ?? 0) },
    });
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
}

const itemOf = ({ index, entryId, entry, blind, annex }: FoundOpening) => ({
  idx: index.toString(),
  entryId,
  entry: entry.toString('ascii'),
  blind: blind.toString('base64url'),
  ...(annex === null ? {} : { annex: annex.toString('ascii') }),
});
