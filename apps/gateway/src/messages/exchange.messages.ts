import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import {
  parseDeliveryReleasedV1,
  parseMessageDecidedV1,
  parseNoticeIssuedV1,
  parseReceiptRecordedV1,
  parseRetractionRecordedV1,
} from '#contracts';
import { HoldError, QuarantineError } from '#messaging';
import type { IncomingMessage } from '#messaging';
import { EventLog, Policy } from '#platform';
import { ReceiveDelivery } from '../application/receive-delivery.js';
import { ReceiveRetraction } from '../application/receive-retraction.js';
import { RecordOutcome } from '../application/record-outcome.js';
import type { Recorded } from '../application/record-outcome.js';
import { NotYet, UntrustedStatement } from '../domain/errors.js';

/** What the exchange sends to this gateway. A handler returns or throws; the transport settles. */
@Controller()
export class ExchangeMessages {
  constructor(
    @Inject(ReceiveDelivery) private readonly receiving: ReceiveDelivery,
    @Inject(ReceiveRetraction) private readonly retractions: ReceiveRetraction,
    @Inject(RecordOutcome) private readonly outcomes: RecordOutcome,
    @Inject(EventLog) private readonly log: EventLog,
  ) {}

  @EventPattern('delivery.released.v1')
  @Policy('exchange')
  released(@Payload() message: IncomingMessage): Promise<void> {
    return settled(async () => {
      const received = await this.receiving.execute(parseDeliveryReleasedV1(message.body));
      const { messageId, authority, outcome } = received;
      if (received.outcome === 'rejected') {
        this.log.warn('delivery.rejected', { messageId, authorityId: authority, code: received.reason });
      } else {
        this.log.info('delivery.received', { messageId, authorityId: authority, code: outcome });
      }
    });
  }

  @EventPattern('message.decided.v1')
  @Policy('exchange')
  decided(@Payload() message: IncomingMessage): Promise<void> {
    return settled(async () => this.told(await this.outcomes.decided(parseMessageDecidedV1(message.body))));
  }

  @EventPattern('receipt.recorded.v1')
  @Policy('exchange')
  recorded(@Payload() message: IncomingMessage): Promise<void> {
    return settled(async () => this.told(await this.outcomes.receipt(parseReceiptRecordedV1(message.body))));
  }

  @EventPattern('retraction.recorded.v1')
  @Policy('exchange')
  retracted(@Payload() message: IncomingMessage): Promise<void> {
    return settled(async () => {
      const { messageId, told, received } = await this.retractions.execute(parseRetractionRecordedV1(message.body));
      if (told !== undefined) this.told(told);
      if (received !== undefined)
        this.log.info('retraction.received', { messageId, authorityId: received.authority, code: received.outcome });
    });
  }

  @EventPattern('notice.issued.v1')
  @Policy('exchange')
  noticed(@Payload() message: IncomingMessage): Promise<void> {
    return settled(async () => this.told(await this.outcomes.notice(parseNoticeIssuedV1(message.body))));
  }

  private told({ messageId, kind, outcome, authority, reason }: Recorded): void {
    const event = outcome === 'recorded' ? 'outcome.recorded' : 'outcome.of-unknown-message';
    this.log[outcome === 'recorded' ? 'info' : 'warn'](event, {
      messageId,
      code: kind,
      ...(authority === undefined ? {} : { authorityId: authority }),
      ...(reason === undefined ? {} : { state: reason }),
    });
  }
}

const settled = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    // What is missing here is not the message's failure: it waits, and everything behind it.
    if (error instanceof NotYet) throw new HoldError(error.code);
    if (error instanceof UntrustedStatement) throw new QuarantineError(error.code);
    throw error;
  }
};
