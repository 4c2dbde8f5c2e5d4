import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { TO_EXCHANGE } from '#contracts';
import { EXCHANGE_QUEUE, HoldError, Suspects } from '#messaging';
import type { IncomingMessage } from '#messaging';
import { EventLog, Policy } from '#platform';
import { GiveAgain } from '../application/give-again.js';
import { Releaser } from '../application/releaser.js';
import { SetAsideMessages } from '../application/set-aside.js';
import { NotYet } from '../domain/errors.js';
import type { QuarantineReason } from '../domain/errors.js';
import { HandleGatewayMessage } from './handle-gateway-message.js';

/** How often it may fail in a way nobody foresaw, before it is kept as it is: those behind it have waited for so long. */
const FAILURES_MAX = 3;

/** What the broker dead-lettered, from the exchange's queue or a gateway's: kept, and its sender told. */
@Controller()
export class DeadLetters {
  constructor(
    @Inject(SetAsideMessages) private readonly aside: SetAsideMessages,
    @Inject(Suspects) private readonly suspects: Suspects,
    @Inject(HandleGatewayMessage) private readonly handle: HandleGatewayMessage,
    @Inject(GiveAgain) private readonly giving: GiveAgain,
    @Inject(Releaser) private readonly releaser: Releaser,
    @Inject(EventLog) private readonly log: EventLog,
  ) {}

  @EventPattern('dead-letter')
  @Policy('broker')
  async deadLetter(@Payload() message: IncomingMessage): Promise<void> {
    const queue = message.death?.queue ?? 'unknown';
    if ((message.failures ?? 0) >= FAILURES_MAX) {
      await this.aside.keepUnread(message, queue);
      this.tell(message, queue, 'handler-failed');
      return;
    }
    const kills = queue === EXCHANGE_QUEUE && (await this.suspects.isKiller(queue, message));
    // Counted down by processes that stopped while it waited for something, and never seen to kill one: it is innocent, and handled. A gateway
    // sets aside itself what kills it.
    if (message.death?.reason === 'delivery_limit' && !kills) {
      if (queue === EXCHANGE_QUEUE) {
        await this.handle.take(message);
        return;
      }
      if (await this.giving.give(message, queue)) {
        const { messageId, type } = message;
        this.log.info('message.given-again', { messageId, type, queue });
        return;
      }
    }
    const reason = kills ? 'delivery-limit' : reasonOf(message, queue);
    try {
      await this.aside.keep(message, queue, reason);
    } catch (error) {
      if (error instanceof NotYet) throw new HoldError(error.code);
      throw error;
    }
    this.releaser.wake();
    this.tell(message, queue, reason);
  }

  private tell({ messageId, type }: IncomingMessage, queue: string, code: QuarantineReason): void {
    this.log.warn('message.set-aside', { messageId, type, queue, code });
  }
}

const reasonOf = ({ death, userId, type }: IncomingMessage, queue: string): QuarantineReason => {
  if (death?.reason === 'delivery_limit') return 'delivery-limit';
  if (queue !== EXCHANGE_QUEUE) return 'refused-by-gateway';
  if (userId === '') return 'no-user-id';
  return (TO_EXCHANGE as readonly string[]).includes(type) ? 'handler-failed' : 'unknown-type';
};
