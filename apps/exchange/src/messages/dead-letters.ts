import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { TO_EXCHANGE } from '#contracts';
import { EXCHANGE_QUEUE, HoldError, Suspects } from '#messaging';
import type { IncomingMessage } from '#messaging';
import { EventLog, Policy } from '#platform';
import { Releaser } from '../application/releaser.js';
import { SetAsideMessages } from '../application/set-aside.js';
import { NotYet } from '../domain/errors.js';
import type { QuarantineReason } from '../domain/errors.js';
import { HandleGatewayMessage } from './handle-gateway-message.js';

/** What the broker dead-lettered, from the exchange's queue or a gateway's: kept, and its sender told. */
@Controller()
export class DeadLetters {
  constructor(
    @Inject(SetAsideMessages) private readonly aside: SetAsideMessages,
    @Inject(Suspects) private readonly suspects: Suspects,
    @Inject(HandleGatewayMessage) private readonly handle: HandleGatewayMessage,
    @Inject(Releaser) private readonly releaser: Releaser,
    @Inject(EventLog) private readonly log: EventLog,
  ) {}

  @EventPattern('dead-letter')
  @Policy('broker')
  async deadLetter(@Payload() message: IncomingMessage): Promise<void> {
    const queue = message.death?.queue ?? 'unknown';
    const kills = queue === EXCHANGE_QUEUE && (await this.suspects.isKiller(queue, message));
    // Counted down by processes that stopped while it waited for something, and never seen to kill one: it is innocent, and handled.
    if (queue === EXCHANGE_QUEUE && message.death?.reason === 'delivery_limit' && !kills) {
      await this.handle.take(message);
      return;
    }
    const reason = kills ? 'delivery-limit' : reasonOf(message, queue);
    try {
      await this.aside.keep(message, queue, reason);
    } catch (error) {
      if (error instanceof NotYet) throw new HoldError(error.code);
      throw error;
    }
    this.releaser.wake();
    this.log.warn('message.set-aside', { messageId: message.messageId, type: message.type, queue, code: reason });
  }
}

const reasonOf = ({ death, userId, type }: IncomingMessage, queue: string): QuarantineReason => {
  if (death?.reason === 'delivery_limit') return 'delivery-limit';
  if (queue !== EXCHANGE_QUEUE) return 'refused-by-gateway';
  if (userId === '') return 'no-user-id';
  return (TO_EXCHANGE as readonly string[]).includes(type) ? 'handler-failed' : 'unknown-type';
};
