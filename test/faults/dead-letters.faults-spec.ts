import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import {
  ConfirmPublisher,
  DisclosureTransport,
  EXCHANGE_QUEUE,
  HoldError,
  IN_EXCHANGE,
  QUARANTINE_QUEUE,
  QuarantineError,
  declareTopology,
  openConnection,
} from '#messaging';
import type { IncomingMessage } from '#messaging';
import { EventLog } from '#platform';
import { deployBroker, dropBroker } from '../../tools/deploy/broker.js';
import type { Broker } from '../../tools/deploy/broker.js';
import type { Servers } from '../../tools/deploy/servers.js';
import { Instance } from '../../tools/machine/instance.js';
import { eventually } from '../support/stack.js';
import { record } from './results.js';
import { QUICK } from './size.js';
import { seconds } from './support/figures.js';

const VHOST = 'dx-dead-letters';
const GATEWAY = 'kommunerna';
const TYPE = 'message.submitted.v1';
const BAD = 'bad';
const PROBE = 'probe';
const EACH = 10;
const SOON_MS = 60_000;
/** Bar of the row. */
const ALARM_MS = 60_000;
/**
 * RabbitMQ tries again what it could not put into the queue of dead letters: every 30 seconds as we start it, every three minutes where somebody else
 * does. What was refused since it tried last waits for the time after the next.
 */
const AGAIN_MS = 400_000;
const LIMIT = { 'max-length': 1 };
const HIGH_LIMIT = { 'max-length': 1_000_000 };

jest.setTimeout(2 * AGAIN_MS);

describe('a queue of dead letters', () => {
  const servers = JSON.parse(process.env['DELGE_TEST_SERVERS'] ?? '{}') as Servers;
  const log = new EventLog('test', 'silent');
  let broker: Broker;
  let admin: ChannelModel;
  let hands: Channel;
  let confirmed: ConfirmChannel;
  let publisher: ConfirmPublisher;
  let inbound: DisclosureTransport;
  let dead: DisclosureTransport;
  /** Ids that were handled, set aside and told as set aside. */
  const [handled, rejected, told] = [new Set<string>(), new Set<string>(), new Set<string>()];
  /** What the reader of dead letters keeps them in is away. */
  let away = false;

  beforeAll(async () => {
    await dropBroker(servers.rabbitmq, VHOST);
    const instance = Instance.open('test', process.env['DELGE_ROOT'] ?? process.cwd());
    broker = await deployBroker(instance, servers.rabbitmq, VHOST, [GATEWAY]);
    admin = await openConnection(broker.admin, 'test');
    hands = await admin.createChannel();
    confirmed = await admin.createConfirmChannel();
    publisher = new ConfirmPublisher(broker.gateways.get(GATEWAY) ?? '', 'test', log);
  });
  beforeEach(() => {
    for (const ids of [handled, rejected, told]) ids.clear();
    away = false;
    inbound = consumer(EXCHANGE_QUEUE, TYPE, ({ messageId, body }) => {
      if (Buffer.from(body).toString() !== BAD) return void handled.add(messageId);
      rejected.add(messageId);
      throw new QuarantineError('malformed');
    });
  });
  afterEach(async () => {
    await inbound.drain();
    await dead.drain();
    await limited(undefined);
    await declareTopology(broker.admin, [GATEWAY]);
  });
  afterAll(async () => {
    await publisher.close();
    await admin.close();
    await dropBroker(servers.rabbitmq, VHOST);
  });

  const consumer = (
    queue: string,
    pattern: string,
    handle: (message: IncomingMessage) => void,
  ): DisclosureTransport => {
    const deadLetters = queue === QUARANTINE_QUEUE;
    const transport = new DisclosureTransport(
      { url: broker.exchange, queue, name: 'test', prefetch: deadLetters ? 1 : 4, deadLetters },
      log,
    );
    transport.addHandler(pattern, async (message: IncomingMessage) => handle(message), true);
    transport.listen(() => undefined);
    return transport;
  };
  const reader = (): DisclosureTransport =>
    consumer(QUARANTINE_QUEUE, 'dead-letter', ({ messageId }) => {
      if (away) throw new HoldError('store');
      if (messageId !== PROBE) told.add(messageId);
    });
  /** Good and bad by turns. @returns ids of the bad */
  const send = async (): Promise<readonly string[]> => {
    const bad: string[] = [];
    for (let nth = 0; nth < 2 * EACH; nth += 1) {
      const messageId = randomUUID();
      const text = nth % 2 === 0 ? BAD : 'good';
      if (text === BAD) bad.push(messageId);
      const body = Buffer.from(text);
      await publisher.publish({ exchange: IN_EXCHANGE, routingKey: `ref.${GATEWAY}`, type: TYPE, messageId, body });
    }
    await eventually('all were read', SOON_MS, async () =>
      handled.size === EACH && rejected.size === EACH ? true : undefined,
    );
    return bad;
  };
  const management = async (method: string, path: string, body?: object): Promise<unknown> => {
    const { origin, username, password } = new URL(servers.rabbitmq.management);
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${origin}/api/${path}`, { method, headers, ...sent });
    const text = await response.text();
    return response.ok && text !== '' ? JSON.parse(text) : response.status;
  };
  /** By who runs the broker: a policy of its own, that is joined to ours. */
  const limited = (definition: object | undefined): Promise<unknown> => {
    const path = `operator-policies/${VHOST}/full`;
    if (definition === undefined) return management('DELETE', path);
    return management('PUT', path, { pattern: `^${QUARANTINE_QUEUE}$`, definition, 'apply-to': 'queues', priority: 1 });
  };
  const there = (): Promise<number> => hands.checkQueue(QUARANTINE_QUEUE).then(({ messageCount }) => messageCount);
  /** @returns whether the queue has taken one more, of an id that nobody asks for */
  const isTaken = (): Promise<boolean> =>
    new Promise((resolve) => {
      confirmed.publish('', QUARANTINE_QUEUE, Buffer.from(PROBE), { messageId: PROBE }, (error: unknown) =>
        resolve(error === null || error === undefined),
      );
    });
  /** Full for what its reader cannot take, with everything set aside still where it was. @returns ids of that */
  const filled = async (): Promise<{ readonly bad: readonly string[]; readonly alarmMs: number }> => {
    away = true;
    const began = performance.now();
    await limited(LIMIT);
    dead = reader();
    await isTaken();
    await eventually('its reader says so', SOON_MS, async () => (dead.fault() === 'holding' ? true : undefined));
    const alarmMs = performance.now() - began;
    expect(alarmMs).toBeLessThan(ALARM_MS);
    // Full is what takes no more of anybody.
    await eventually('it is full', SOON_MS, async () => ((await isTaken()) ? undefined : true));
    const before = await there();
    const bad = await send();
    expect(await there()).toBe(before);
    return { bad, alarmMs };
  };
  const allTold = async (bad: readonly string[]): Promise<void> => {
    await eventually('all that was set aside is told', AGAIN_MS, async () => (told.size === EACH ? true : undefined));
    expect([...told].toSorted()).toEqual(bad.toSorted());
  };

  // In full also that none of what was set aside is lost: the broker tries again after a while.
  it('that is missing is told, and keeps no innocent waiting', async () => {
    dead = reader();
    await eventually('it is read', SOON_MS, async () => (dead.fault() === undefined ? true : undefined));
    const gone = performance.now();
    await hands.deleteQueue(QUARANTINE_QUEUE);
    await eventually('its reader says so', SOON_MS, async () => (dead.fault() === 'not-consuming' ? true : undefined));
    const alarmMs = performance.now() - gone;
    expect(alarmMs).toBeLessThan(ALARM_MS);
    const bad = await send();
    expect(await management('GET', `queues/${VHOST}/${QUARANTINE_QUEUE}`)).toBe(404);
    if (QUICK) return;
    await declareTopology(broker.admin, [GATEWAY]);
    await allTold(bad);
    record('F21', { missing: 'yes', 'set aside': EACH, lost: 0, 'told after': seconds(alarmMs) });
  });

  it('that is full is told, keeps no innocent waiting, and has it all when it is read again', async () => {
    const { bad, alarmMs } = await filled();
    if (QUICK) return;
    const began = performance.now();
    away = false;
    await allTold(bad);
    const allMs = performance.now() - began;
    record('F21', {
      full: 'yes',
      'set aside': EACH,
      lost: 0,
      'told after': seconds(alarmMs),
      'all there after': seconds(allMs),
    });
  });

  // A limit that is taken away while it is reached stays in force for those it has stopped (docs/broker.md).
  it('that was full has it all when its limit was taken away, and a high one set', async () => {
    const { bad } = await filled();
    if (QUICK) return;
    await limited(undefined);
    away = false;
    await eventually('it is empty', SOON_MS, async () => ((await there()) === 0 ? true : undefined));
    const began = performance.now();
    await limited(HIGH_LIMIT);
    await allTold(bad);
    const allMs = performance.now() - began;
    record('F21', { full: 'yes, its limit lifted', 'set aside': EACH, lost: 0, 'all there after': seconds(allMs) });
  });
});
