import { openConnection } from './connection.js';

/** Where gateways publish: topic, routing key `ref.<gateway>`. */
export const IN_EXCHANGE = 'dx.in';
/** Where the exchange publishes: direct, routing key `gw.<gateway>`. */
export const OUT_EXCHANGE = 'dx.out';
const DEAD_EXCHANGE = 'dx.dead';
/** Dead letters of every queue; the exchange reads it. */
export const QUARANTINE_QUEUE = 'quarantine';
/** Everything that gateways send. */
export const EXCHANGE_QUEUE = 'exchange.in';

export const gatewayRoutingKey = (gateway: string): string => `ref.${gateway}`;
export const gatewayQueue = (gateway: string): string => `gw.${gateway}.in`;
export const gatewayDeliveryKey = (gateway: string): string => `gw.${gateway}`;
export const gatewayAccount = (gateway: string): string => `gw-${gateway}`;

/** The last resort against a message that kills whoever reads it. Infrastructure failures hold and do not count. */
const DELIVERY_LIMIT = 20;
/** Back-pressure: publishers are refused, and their outboxes wait. */
const MAX_QUEUE_BYTES = 1024 * 1024 * 1024;

export interface Topology {
  readonly exchanges: readonly { readonly name: string; readonly type: 'topic' | 'direct' | 'fanout' }[];
  readonly queues: readonly {
    readonly name: string;
    readonly arguments: Readonly<Record<string, string | number>>;
    readonly bindings: readonly { readonly exchange: string; readonly key: string }[];
  }[];
}

const work = (name: string, exchange: string, key: string): Topology['queues'][number] => ({
  name,
  arguments: {
    'x-queue-type': 'quorum',
    'x-delivery-limit': DELIVERY_LIMIT,
    'x-dead-letter-exchange': DEAD_EXCHANGE,
    'x-dead-letter-strategy': 'at-least-once',
    // Without it the broker falls back to dead-lettering at most once.
    'x-overflow': 'reject-publish',
    'x-max-length-bytes': MAX_QUEUE_BYTES,
  },
  bindings: [{ exchange, key }],
});
const quarantine: Topology['queues'][number] = {
  name: QUARANTINE_QUEUE,
  arguments: { 'x-queue-type': 'quorum' },
  bindings: [{ exchange: DEAD_EXCHANGE, key: '' }],
};

/** Everything that stands at the broker, declared by the deploy step alone. */
export const topology = (gateways: readonly string[]): Topology => {
  const queues = [
    work(EXCHANGE_QUEUE, IN_EXCHANGE, 'ref.#'),
    ...gateways.map((id) => work(gatewayQueue(id), OUT_EXCHANGE, gatewayDeliveryKey(id))),
  ];
  return {
    exchanges: [
      { name: IN_EXCHANGE, type: 'topic' },
      { name: OUT_EXCHANGE, type: 'direct' },
      { name: DEAD_EXCHANGE, type: 'fanout' },
    ],
    queues: [...queues, quarantine],
  };
};

/** What an account may do; RabbitMQ regular expressions. @see reliability of the accounts in docs/operator.md */
export interface Permissions {
  readonly account: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
  /** Routing keys it may write on the topic exchange. Without it every key would be allowed. */
  readonly topic?: { readonly exchange: string; readonly write: string; readonly read: string };
}
const escaped = (name: string): string => name.replaceAll('.', '\\.');

export const gatewayPermissions = (gateway: string): Permissions => ({
  account: gatewayAccount(gateway),
  configure: '^$',
  write: `^${escaped(IN_EXCHANGE)}$`,
  read: `^${escaped(gatewayQueue(gateway))}$`,
  topic: { exchange: IN_EXCHANGE, write: `^${escaped(gatewayRoutingKey(gateway))}$`, read: '^$' },
});
export const exchangePermissions = (): Permissions => ({
  account: 'exchange',
  configure: '^$',
  write: `^${escaped(OUT_EXCHANGE)}$`,
  read: `^(${escaped(EXCHANGE_QUEUE)}|${escaped(QUARANTINE_QUEUE)})$`,
});

/** @param url administrator's connection to the vhost @throws when something stands there with other arguments */
export async function declareTopology(url: string, gateways: readonly string[]): Promise<void> {
  const { exchanges, queues } = topology(gateways);
  const connection = await openConnection(url, 'deploy');
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    for (const { name, type } of exchanges) await channel.assertExchange(name, type, { durable: true });
    for (const queue of queues) {
      await channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments });
      for (const { exchange, key } of queue.bindings) await channel.bindQueue(queue.name, exchange, key);
    }
    await channel.close();
  } finally {
    await connection.close();
  }
}
