import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel, ConfirmChannel, ConsumeMessage, Options } from 'amqplib';
import { OUT_EXCHANGE, gatewayDeliveryKey, gatewayQueue } from '#messaging';
import { eventually } from './stack.js';
import type { TestStack } from './stack.js';

const SEEN_MS = 60_000;

export interface Published {
  readonly type: string;
  readonly body: Buffer;
  readonly messageId: string;
  readonly userId: string;
}
const publishedOf = ({ content, properties }: ConsumeMessage): Published => ({
  type: String(properties.type),
  body: content,
  messageId: String(properties.messageId),
  userId: String(properties.userId),
});

/** Puts messages on the broker as one account, and waits until the broker has them. */
export class Publisher {
  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
    readonly account: string,
  ) {}

  static async as(delge: TestStack, account: string): Promise<Publisher> {
    const connection = await delge.amqp(account);
    const channel = await connection.createConfirmChannel();
    return new Publisher(connection, channel, userOf(delge, account));
  }

  /** @param properties of AMQP beside those that a service sends; undefined leaves one out @returns its AMQP message id */
  async publish(
    exchange: string,
    key: string,
    type: string | undefined,
    body: Uint8Array | object,
    properties: { readonly messageId?: string | undefined; readonly userId?: string | undefined } = {},
  ): Promise<string> {
    const messageId = randomUUID();
    const given = { messageId, userId: this.account, type, ...properties };
    const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const options: Options.Publish = { persistent: true, mandatory: true, ...present };
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
    await new Promise<void>((resolve, reject) => {
      this.channel.publish(exchange, key, bytes, options, (error: unknown) => {
        if (error === null || error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error('refused'));
      });
    });
    return messageId;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

const userOf = (delge: TestStack, account: string): string => {
  const { exchange, admin, gateways } = delge.stack.broker;
  const url = account === 'exchange' ? exchange : account === 'admin' ? admin : (gateways.get(account) ?? '');
  return new URL(url).username;
};

/** Sees a copy of everything that an exchange of the broker routes under a key. */
export class Tap {
  readonly seen: Published[] = [];

  private constructor(
    private readonly connection: ChannelModel,
    readonly channel: Channel,
    readonly queue: string,
  ) {}

  static async on(delge: TestStack, exchange: string, key: string): Promise<Tap> {
    const connection = await delge.amqp('admin');
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, exchange, key);
    const tap = new Tap(connection, channel, queue);
    await channel.consume(queue, (message) => void (message !== null && tap.seen.push(publishedOf(message))), {
      noAck: true,
    });
    return tap;
  }

  /** Waits for the first that answers. */
  next<T>(what: string, pick: (message: Published) => T | undefined): Promise<T> {
    return eventually(what, SEEN_MS, () => {
      for (const message of this.seen) {
        const found = pick(message);
        if (found !== undefined) return Promise.resolve(found);
      }
      return Promise.resolve(undefined);
    });
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

/** Stands between the exchange and one gateway, as whoever runs the broker could: deliveries come here, all else goes on. */
export class Interception {
  private passing = Promise.resolve();
  private next = 0;

  private constructor(
    private readonly gateway: string,
    readonly tap: Tap,
    private readonly publisher: Publisher,
  ) {}

  static async of(delge: TestStack, gateway: string): Promise<Interception> {
    const publisher = await Publisher.as(delge, 'admin');
    const tap = await Tap.on(delge, OUT_EXCHANGE, gatewayDeliveryKey(gateway));
    await tap.channel.unbindQueue(gatewayQueue(gateway), OUT_EXCHANGE, gatewayDeliveryKey(gateway));
    return new Interception(gateway, tap, publisher);
  }

  /** Puts a message into the gateway's queue. */
  async put(type: string, body: Uint8Array | object, gateway = this.gateway): Promise<void> {
    await this.publisher.publish('', gatewayQueue(gateway), type, body);
  }

  /** Lets through what is no delivery, in order. */
  others(): Promise<void> {
    this.passing = this.passing.then(async () => {
      while (this.next < this.tap.seen.length) {
        const message = this.tap.seen[this.next];
        this.next += 1;
        if (message !== undefined && message.type !== 'delivery.released.v1')
          await this.put(message.type, message.body);
      }
    });
    return this.passing;
  }

  /** Steps out of the way; what came and was held back is lost, as it is with such a broker. */
  async end(): Promise<void> {
    await this.tap.channel.bindQueue(gatewayQueue(this.gateway), OUT_EXCHANGE, gatewayDeliveryKey(this.gateway));
    await this.others();
    await this.tap.close();
    await this.publisher.close();
  }
}
