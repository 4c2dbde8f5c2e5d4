import { ConfirmPublisher, OutboxRelay, OutboxRoom } from '#messaging';
import { isStoreAway } from '#persistence';
import type { Platform } from '#platform';
import type { DataSource } from 'typeorm';
import type { GatewayConfig } from '../gateway.config.js';
import { schema } from '../persistence/index.js';

interface Given {
  readonly name: string;
  readonly dataSource: DataSource;
  readonly mayPublish: () => boolean;
}
export interface OpenOutbox {
  readonly publisher: ConfirmPublisher;
  readonly relay: OutboxRelay;
  readonly room: OutboxRoom;
}

/** What leaves for the exchange, and how much of it may wait. */
export const openOutbox = async (
  config: GatewayConfig,
  platform: Platform,
  { name, dataSource, mayPublish }: Given,
): Promise<OpenOutbox> => {
  const { log, health, crash } = platform;
  const publisher = new ConfirmPublisher(config.AMQP_URL, name, log);
  // Referrals are accepted while the broker is away: that is for people to look at.
  health.watch('broker', async () => {
    await publisher.connect().catch(() => undefined);
    return publisher.fault();
  });
  const relay = new OutboxRelay(dataSource, publisher, log, { schema, mayPublish, crash });
  const room = new OutboxRoom(
    dataSource,
    schema,
    { messages: config.OUTBOX_MAX_MESSAGES, bytes: config.OUTBOX_MAX_BYTES, lateMs: config.OUTBOX_LATE_MS },
    log,
  );
  room.whenHindered((error) => {
    // That the database is away, its own probe tells.
    if (isStoreAway(error)) return false;
    log.failure('relay.failed', error);
    return true;
  });
  // Not seen yet: nothing is taken in before it is.
  await room.look().catch(() => undefined);
  room.start();
  platform.onDrain('loops', () => room.stop());
  // Full by what it must keep. That the broker or the exchange is away refuses nothing: a gateway accepts for days.
  health.register('outbox', () => room.fault());
  health.watch('outbox', () => room.warning());
  health.measure('outbox-messages', () => room.count());
  health.measure('outbox-age-seconds', () => room.age());
  return { publisher, relay, room };
};
