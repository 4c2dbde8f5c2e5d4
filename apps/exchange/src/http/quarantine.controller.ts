import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { IdParamDto } from '#contracts';
import { Policy, ProblemError } from '#platform';
import { IsIn, IsOptional } from 'class-validator';
import { Releaser } from '../application/releaser.js';
import { SetAsideMessages } from '../application/set-aside.js';
import { HandleGatewayMessage } from '../messages/handle-gateway-message.js';

const STATES = ['held', 'retried', 'discarded'] as const;
/** Why a person discards a message; the sender is told which. */
const DISCARDED = ['unreadable', 'not-genuine', 'superseded-by-new-submission', 'agreed-with-sender'] as const;

class QuarantineQueryDto {
  @IsOptional() @IsIn(STATES) readonly state?: (typeof STATES)[number];
}
class DiscardDto {
  @IsIn(DISCARDED) readonly reason!: (typeof DISCARDED)[number];
}

/** The operator's table of what was set aside. */
@Controller('v1/quarantine')
@Policy('operator')
export class QuarantineController {
  constructor(
    @Inject(SetAsideMessages) private readonly aside: SetAsideMessages,
    @Inject(HandleGatewayMessage) private readonly handle: HandleGatewayMessage,
    @Inject(Releaser) private readonly releaser: Releaser,
  ) {}

  @Get()
  async list(@Query() { state = 'held' }: QuarantineQueryDto): Promise<{ readonly items: readonly object[] }> {
    const items = await this.aside.list(state);
    return {
      items: items.map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() })),
    };
  }

  @Post(':id/retry')
  @HttpCode(200)
  async retry(@Param() { id }: IdParamDto): Promise<{ readonly id: string; readonly state: string }> {
    if (!(await this.aside.retry(id, (message) => this.handle.again(message))))
      throw new ProblemError('not-found', 404);
    return { id, state: 'retried' };
  }

  @Post(':id/discard')
  @HttpCode(200)
  async discard(@Param() { id }: IdParamDto, @Body() { reason }: DiscardDto): Promise<object> {
    if (!(await this.aside.discard(id, reason))) throw new ProblemError('not-found', 404);
    this.releaser.wake();
    return { id, state: 'discarded' };
  }
}
