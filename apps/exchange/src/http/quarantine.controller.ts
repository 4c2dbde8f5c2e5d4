import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { IdParamDto } from '#contracts';
import { EventLog, Policy, ProblemError } from '#platform';
import { IsBoolean, IsIn, IsOptional, Matches, MaxLength } from 'class-validator';
import { Releaser } from '../application/releaser.js';
import { SetAsideMessages } from '../application/set-aside.js';
import { textOf } from '../domain/quarantine-texts.js';
import { HandleGatewayMessage } from '../messages/handle-gateway-message.js';
import type { ListedSetAside } from '../persistence/quarantine.store.js';

const STATES = ['held', 'retried', 'discarded'] as const;
/** Why a person discards a message; the sender is told which. `stands-already` ends a leftover copy alone, and nobody is told. */
const DISCARDED = [
  'unreadable',
  'not-genuine',
  'superseded-by-new-submission',
  'agreed-with-sender',
  'stands-already',
] as const;
/** An id among the operator's people, and no place for a text. */
const WHO = /^[a-z0-9][a-z0-9._-]{0,31}$/;
const NOBODY_NAMED = 'operator';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PAGE = 200;

class QuarantineQueryDto {
  @IsOptional() @IsIn(STATES) readonly state?: (typeof STATES)[number];
  /** That published it, whose queue it was in, or whose message it is. */
  @IsOptional() @MaxLength(64) readonly gateway?: string;
  @IsOptional() @MaxLength(128) readonly sender?: string;
  /** `next` of the page before. */
  @IsOptional() @Matches(UUID) readonly after?: string;
}
class RetryDto {
  /** Who does it, as they name themselves. */
  @IsOptional() @Matches(WHO) readonly by?: string;
}
class ForcedRetryDto extends RetryDto {
  /** Also what may stop the process that handles it. */
  @IsOptional() @IsBoolean() readonly force?: boolean;
}
class DiscardDto extends RetryDto {
  @IsIn(DISCARDED) readonly reason!: (typeof DISCARDED)[number];
}

/** The operator's table of what was set aside. No body leaves it: it is sealed, or cannot be trusted to be. */
@Controller('v1/quarantine')
@Policy('operator')
export class QuarantineController {
  constructor(
    @Inject(SetAsideMessages) private readonly aside: SetAsideMessages,
    @Inject(HandleGatewayMessage) private readonly handle: HandleGatewayMessage,
    @Inject(Releaser) private readonly releaser: Releaser,
    @Inject(EventLog) private readonly log: EventLog,
  ) {}

  @Get()
  async list(
    @Query() { state = 'held', ...which }: QuarantineQueryDto,
  ): Promise<{ readonly items: readonly object[]; readonly next?: string }> {
    const items = await this.aside.list({ state, ...which, limit: PAGE });
    const next = items.length < PAGE ? undefined : items.at(-1)?.id;
    return { items: items.map(shown), ...(next === undefined ? {} : { next }) };
  }

  @Get(':id')
  async show(@Param() { id }: IdParamDto): Promise<object> {
    const found = await this.aside.show(id);
    if (found === undefined) throw new ProblemError('not-found', 404);
    const { history, ...rest } = found;
    return { ...shown(rest), history: history.map(({ at, ...act }) => ({ at: at.toISOString(), ...act })) };
  }

  @Post(':id/retry')
  @HttpCode(200)
  async retry(
    @Param() { id }: IdParamDto,
    @Body() { by = NOBODY_NAMED, force = false }: ForcedRetryDto,
  ): Promise<object> {
    const outcome = await this.aside.retry(id, by, (message) => this.handle.again(message), force);
    if (outcome === undefined) throw new ProblemError('not-found', 404);
    this.log.info('quarantine.retried', { messageId: id, code: outcome });
    return { id, state: 'retried', outcome };
  }

  @Post(':id/discard')
  @HttpCode(200)
  async discard(@Param() { id }: IdParamDto, @Body() { reason, by = NOBODY_NAMED }: DiscardDto): Promise<object> {
    if (!(await this.aside.discard(id, by, reason))) throw new ProblemError('not-found', 404);
    this.releaser.wake();
    this.log.info('quarantine.discarded', { messageId: id, code: reason });
    return { id, state: 'discarded', reason };
  }
}

const shown = ({ at, ...rest }: ListedSetAside): object => ({
  ...rest,
  reasonText: textOf(rest.reason),
  at: at.toISOString(),
});
