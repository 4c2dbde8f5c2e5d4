import { connect } from 'amqplib';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { EXCHANGE_QUEUE, IN_EXCHANGE, OUT_EXCHANGE, gatewayDeliveryKey, gatewayQueue } from '#messaging';
import type { Random } from '#testing';
import { Tap } from '../../support/broker.js';
import type { Published } from '../../support/broker.js';
import type { TestStack } from '../../support/stack.js';

const ACCOUNT = 'shuffler';

/** Takes what is routed to the queues of a stack, and passes it on in another order, as nobody but whoever runs the broker can. */
export class Shuffler {
  private readonly passed = new Map<string, number>();

  private constructor(
    private readonly taps: ReadonlyMap<Way, Tap>,
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
    private readonly random: Random,
  ) {}

  static async between(delge: TestStack, random: Random): Promise<Shuffler> {
    const { name, servers, directory } = delge.stack.options;
    const connection = await connect(await impersonator(servers.rabbitmq.management, delge.stack.broker.admin, name));
    const ways: readonly Way[] = [
      { exchange: IN_EXCHANGE, key: 'ref.#', queue: EXCHANGE_QUEUE },
      ...directory.gateways.map(({ id }) => ({
        exchange: OUT_EXCHANGE,
        key: gatewayDeliveryKey(id),
        queue: gatewayQueue(id),
      })),
    ];
    const taps = new Map<Way, Tap>();
    for (const way of ways) {
      const tap = await Tap.on(delge, way.exchange, way.key);
      await tap.channel.unbindQueue(way.queue, way.exchange, way.key);
      taps.set(way, tap);
    }
    return new Shuffler(taps, connection, await connection.createConfirmChannel(), random);
  }

  /** Passes on what has come since. @returns how much of it went in another place than it had */
  async pass(): Promise<number> {
    let moved = 0;
    for (const [{ queue }, { seen }] of this.taps) {
      const held = seen.slice(this.passed.get(queue) ?? 0);
      this.passed.set(queue, seen.length);
      const shuffled = shuffledBy(this.random, held);
      for (const { body, ...properties } of shuffled)
        this.channel.publish('', queue, body, { ...properties, persistent: true });
      moved += shuffled.filter((one, at) => one !== held[at]).length;
    }
    await this.channel.waitForConfirms();
    return moved;
  }

  /** Steps out of the way; what it had goes on. */
  async end(): Promise<void> {
    for (const [{ queue, exchange, key }, tap] of this.taps) {
      await tap.channel.bindQueue(queue, exchange, key);
      // From here on nothing new comes to it; what has come was seen before the broker answers.
      await tap.channel.unbindQueue(tap.queue, exchange, key);
    }
    await this.pass();
    for (const tap of this.taps.values()) await tap.close();
    await this.connection.close();
  }
}

interface Way {
  readonly exchange: string;
  readonly key: string;
  readonly queue: string;
}

const shuffledBy = (random: Random, all: readonly Published[]): readonly Published[] => {
  const left = [...all];
  return all.flatMap(() => left.splice(random.below(left.length), 1));
};

/** @returns URL of an account that may publish in the name of any other */
const impersonator = async (management: string, admin: string, stack: string): Promise<string> => {
  const { origin, username, password } = new URL(management);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const put = async (path: string, body: object): Promise<void> => {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(`${origin}/api/${path}`, { method: 'PUT', headers, body: JSON.stringify(body) });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
  };
  await put(`users/${ACCOUNT}`, { password, tags: 'impersonator' });
  await put(`permissions/dx-${stack}/${ACCOUNT}`, { configure: '', write: '.*', read: '' });
  const url = new URL(admin);
  [url.username, url.password] = [ACCOUNT, password];
  return url.toString();
};
