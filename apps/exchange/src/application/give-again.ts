import { createHash } from 'node:crypto';
import { OUT_EXCHANGE, enqueue, gatewayDeliveryKey } from '#messaging';
import type { IncomingMessage } from '#messaging';
import type { DataSource } from 'typeorm';
import { schema } from '../persistence/index.js';

/** The exchange's own account at the broker. */
const EXCHANGE_ACCOUNT = 'exchange';
/** Each time is as many deliveries as a queue's limit. */
const TIMES_MAX = 5;

/** Publishes to a gateway again what its broker queue has counted down while it waited there: its gateway has not set it aside. */
export class GiveAgain {
  constructor(
    private readonly dataSource: DataSource,
    private readonly newId: () => string,
    private readonly now: () => Date,
  ) {}

  /** @returns false when it was not for a gateway, not ours, or given again as often as it may be: then it is for people */
  async give({ type, body, userId }: IncomingMessage, queue: string): Promise<boolean> {
    const gateway = /^gw\.(.+)\.in$/.exec(queue)?.[1];
    if (gateway === undefined || userId !== EXCHANGE_ACCOUNT) return false;
    return this.dataSource.transaction(async (tx) => {
      const counted = await tx.query<unknown[]>(
        `INSERT INTO exchange.given_again AS g (delivery, times, at) VALUES ($1, 1, $2)
         ON CONFLICT (delivery) DO UPDATE SET times = g.times + 1, at = $2 WHERE g.times < $3 RETURNING 1`,
        [deliveryOf(queue, body), this.now(), TIMES_MAX],
      );
      if (counted.length === 0) return false;
      const routingKey = gatewayDeliveryKey(gateway);
      await enqueue(tx, schema, { id: this.newId(), exchange: OUT_EXCHANGE, routingKey, type, body });
      return true;
    });
  }
}

const deliveryOf = (queue: string, body: Uint8Array): string =>
  createHash('sha256').update(`delge-given-again/v1\n${queue}\n`).update(body).digest('hex').slice(0, 32);
