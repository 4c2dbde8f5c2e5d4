import { settlementOf } from '#messaging';
import type { IncomingMessage } from '#messaging';
import type { EventLog } from '#platform';
import type { Handled } from '../application/catch-up.js';
import type { ToldAgain } from '../application/ports/catch-up.js';
import type { ExchangeMessages } from './exchange.messages.js';

/** What was asked for at the exchange, by the handlers of what the broker brings. @throws what would be held */
export const handleTold = async (
  messages: ExchangeMessages,
  { entryId, type, octets }: ToldAgain,
  log: EventLog,
): Promise<Handled> => {
  const message: IncomingMessage = {
    body: octets,
    type,
    messageId: entryId,
    userId: 'exchange',
    redelivered: true,
    deliveries: 0,
  };
  try {
    if (type === 'delivery.released.v1') await messages.released(message);
    else if (type === 'message.decided.v1') await messages.decided(message);
    else if (type === 'receipt.recorded.v1') await messages.recorded(message);
    else if (type === 'retraction.recorded.v1') await messages.retracted(message);
    else await messages.noticed(message);
    return 'handled';
  } catch (error) {
    const { kind, code } = settlementOf(error);
    if (kind === 'hold') throw error;
    if (code === 'handler-failed') log.failure('message.failed', error, { entryId, type, code });
    return 'refused';
  }
};
