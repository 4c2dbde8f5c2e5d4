import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import type { Channel, ChannelModel } from 'amqplib';
import { EXCHANGE_QUEUE, IN_EXCHANGE, OUT_EXCHANGE, QUARANTINE_QUEUE } from '#messaging';
import { randomUUID } from 'node:crypto';
import { TestStack } from './support/stack.js';

type Act = (channel: Channel) => Promise<unknown>;
const REFUSED = 403;
const body = Buffer.from('{}');

describe('an account at the broker', () => {
  let delge: TestStack;
  const connections = new Map<string, ChannelModel>();
  beforeAll(async () => {
    delge = await TestStack.shared();
    for (const account of ['kommunerna', 'exchange']) connections.set(account, await delge.amqp(account));
  });
  afterAll(async () => {
    for (const connection of connections.values()) await connection.close();
  });

  /** Code with which the broker ends the channel; 0: it was done. */
  const outcome = async (account: string, act: Act): Promise<number> => {
    const channel = await (connections.get(account) as ChannelModel).createConfirmChannel();
    const ended = new Promise<number>((resolve) => {
      channel.on('error', (error: { readonly code?: number }) => resolve(error.code ?? -1));
    });
    const done = act(channel)
      .then(() => 0)
      .catch(() => ended);
    const code = await Promise.race([ended, done]);
    if (code === 0) await channel.close();
    return code;
  };
  const publish =
    (exchange: string, key: string, userId = 'gw-kommunerna'): Act =>
    (channel) =>
      new Promise<void>((resolve, reject) => {
        const confirm = (error: unknown): void => (error ? reject(new Error('not confirmed')) : resolve());
        const publisher = channel as unknown as {
          publish(e: string, k: string, b: Buffer, o: object, c: typeof confirm): void;
        };
        publisher.publish(exchange, key, body, { userId, type: 'nothing.v1', messageId: randomUUID() }, confirm);
      });

  it.each<[string, Act]>([
    ['declare a queue', (channel) => channel.assertQueue(`mine-${randomUUID()}`)],
    ['declare a queue that ends with it', (channel) => channel.assertQueue('', { exclusive: true })],
    ['declare an exchange', (channel) => channel.assertExchange(`mine-${randomUUID()}`, 'fanout')],
    ['bind its queue to what others publish', (channel) => channel.bindQueue('gw.kommunerna.in', IN_EXCHANGE, 'ref.#')],
    [
      "bind its queue to another gateway's deliveries",
      (channel) => channel.bindQueue('gw.kommunerna.in', OUT_EXCHANGE, 'gw.myndigheterna'),
    ],
    ['unbind its queue', (channel) => channel.unbindQueue('gw.kommunerna.in', OUT_EXCHANGE, 'gw.kommunerna')],
    ['bind an exchange', (channel) => channel.bindExchange(IN_EXCHANGE, OUT_EXCHANGE, '#')],
    ['delete its own queue', (channel) => channel.deleteQueue('gw.kommunerna.in')],
    ["delete another gateway's queue", (channel) => channel.deleteQueue('gw.myndigheterna.in')],
    ['delete an exchange', (channel) => channel.deleteExchange(OUT_EXCHANGE)],
    ["purge another gateway's queue", (channel) => channel.purgeQueue('gw.myndigheterna.in')],
    ["read another gateway's queue", (channel) => channel.get('gw.myndigheterna.in')],
    ["subscribe to another gateway's queue", (channel) => channel.consume('gw.myndigheterna.in', () => undefined)],
    ["read the exchange's queue", (channel) => channel.get(EXCHANGE_QUEUE)],
    ['read the quarantine', (channel) => channel.get(QUARANTINE_QUEUE)],
    ["publish under another gateway's routing key", publish(IN_EXCHANGE, 'ref.myndigheterna')],
    ['publish under a routing key of its own making', publish(IN_EXCHANGE, 'ref.kommunerna.more')],
    ['publish as the exchange does', publish(OUT_EXCHANGE, 'gw.myndigheterna')],
    ['publish straight into a queue', publish('', 'gw.myndigheterna.in')],
    ['publish into the quarantine', publish('dx.dead', '')],
  ])('of a gateway cannot %s', async (_, act) => {
    expect(await outcome('kommunerna', act)).toBe(REFUSED);
  });

  it('of a gateway cannot publish under the name of another account', async () => {
    // The broker refuses the publication itself: 406, and nothing of it is queued.
    expect(await outcome('kommunerna', publish(IN_EXCHANGE, 'ref.kommunerna', 'gw-myndigheterna'))).toBe(406);
    expect(await outcome('kommunerna', publish(IN_EXCHANGE, 'ref.kommunerna', 'exchange'))).toBe(406);
  });

  it.each<[string, Act]>([
    ['declare a queue', (channel) => channel.assertQueue(`mine-${randomUUID()}`)],
    ["read a gateway's queue", (channel) => channel.get('gw.myndigheterna.in')],
    ['publish as a gateway does', publish(IN_EXCHANGE, 'ref.kommunerna', 'exchange')],
    ['publish straight into a queue', publish('', 'gw.myndigheterna.in', 'exchange')],
    ['delete its queue', (channel) => channel.deleteQueue(EXCHANGE_QUEUE)],
  ])('of the exchange cannot %s', async (_, act) => {
    expect(await outcome('exchange', act)).toBe(REFUSED);
  });

  it.each(['guest:guest', 'gw-kommunerna:guest', 'exchange:', 'nobody:nobody'])('%s is not let in', async (login) => {
    const { host, pathname } = new URL(delge.stack.broker.exchange);
    await expect(connect(`amqp://${login}@${host}${pathname}`)).rejects.toThrow(/403|ACCESS_REFUSED/);
  });

  it('is let into its own virtual host alone', async () => {
    const url = new URL(delge.stack.broker.exchange);
    url.pathname = '/%2f';
    await expect(connect(url.toString())).rejects.toThrow();
  });
});
