import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Channel, ChannelModel } from 'amqplib';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  ConfirmPublisher,
  DisclosureTransport,
  EXCHANGE_QUEUE,
  IN_EXCHANGE,
  QUARANTINE_QUEUE,
  Suspects,
  claimInbox,
  openConnection,
} from '#messaging';
import type { IncomingMessage } from '#messaging';
import { EventLog } from '#platform';
import type { DataSource } from 'typeorm';
import { deployBroker, dropBroker } from '../../tools/deploy/broker.js';
import type { Broker } from '../../tools/deploy/broker.js';
import type { Servers } from '../../tools/deploy/servers.js';
import { OwnDatabases } from '../support/databases.js';
import { eventually } from '../support/stack.js';
import type { ConsumerProcess } from './consumer-process.js';
import { KILLS, STAYS } from './consumer-process.js';
import { record } from './results.js';
import { QUICK, barOf, sized } from './size.js';

jest.setTimeout(240_000);
const VHOST = 'dx-messaging-faults';
const GATEWAY = 'kommunerna';
const TYPE = 'message.submitted.v1';
const CONSUMER = join(process.env['DELGE_ROOT'] ?? process.cwd(), 'dist/test/faults/consumer-process.js');
const POISON_MS = 60_000;
const SECONDS = 1_000;
/** Bar of F3: from the death of a consumer until another has what it had in hand. */
const AGAIN_MS = barOf(5_000);

describe('a message that does harm', () => {
  let databases: OwnDatabases;
  let broker: Broker;
  let servers: Servers;
  let receiving: DataSource;
  let admin: ChannelModel;
  let hands: Channel;
  let publisher: ConfirmPublisher;
  const log = new EventLog('test', 'silent');
  const endings: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    servers = JSON.parse(process.env['DELGE_TEST_SERVERS'] ?? '') as Servers;
    databases = await OwnDatabases.deploy('messaging_faults');
    await dropBroker(servers.rabbitmq, VHOST);
    broker = await deployBroker(databases.instance, servers.rabbitmq, VHOST, [GATEWAY]);
    receiving = await databases.connect(databases.urls.operator.exchange, 'exchange');
    admin = await openConnection(broker.admin, 'test');
    hands = await admin.createChannel();
    publisher = new ConfirmPublisher(broker.gateways.get(GATEWAY) ?? '', 'test', log);
  });
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
    for (const queue of [EXCHANGE_QUEUE, QUARANTINE_QUEUE]) await hands.purgeQueue(queue);
  });
  afterAll(async () => {
    await publisher.close();
    await admin.close();
    await databases.drop();
    await dropBroker(servers.rabbitmq, VHOST);
  });

  const send = async (bodies: readonly string[]): Promise<readonly string[]> => {
    const ids = bodies.map(() => randomUUID());
    // One after the other: their order in the queue is the one given.
    for (const [at, text] of bodies.entries()) {
      const body = Buffer.from(text);
      const messageId = ids[at] ?? '';
      await publisher.publish({ exchange: IN_EXCHANGE, routingKey: `ref.${GATEWAY}`, type: TYPE, messageId, body });
    }
    return ids;
  };
  const innocents = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `innocent ${at}`);
  const waitingIn = async (queue: string): Promise<number> => (await hands.checkQueue(queue)).messageCount;
  const effectsOf = async (ids: readonly string[]): Promise<number> => {
    const rows = await receiving.query<object[]>(
      `SELECT FROM exchange.inbox WHERE consumer = 'poison' AND message_id = ANY($1)`,
      [ids],
    );
    return rows.length;
  };
  const deadLetters = async (): Promise<readonly string[]> => {
    const ids: string[] = [];
    for (let one = await hands.get(QUARANTINE_QUEUE, { noAck: true }); one !== false;) {
      ids.push(String(one.properties.messageId));
      one = await hands.get(QUARANTINE_QUEUE, { noAck: true });
    }
    return ids;
  };
  /** Starts a consumer again whenever it dies, as a process supervisor does. */
  const supervised = (): {
    readonly deaths: () => number;
    readonly kill: () => void;
    readonly stop: () => Promise<number | null>;
  } => {
    const given: ConsumerProcess = {
      broker: broker.exchange,
      database: databases.urls.operator.exchange,
      prefetch: 32,
      type: TYPE,
    };
    let deaths = 0;
    let over = false;
    let child: ChildProcess | undefined;
    const start = (): void => {
      const own = spawn(process.execPath, [CONSUMER], {
        stdio: 'ignore',
        env: { ...process.env, DELGE_CONSUMER: JSON.stringify(given) },
      });
      child = own;
      own.on('exit', (_code, signal) => {
        if (signal === 'SIGKILL') deaths += 1;
        if (!over) start();
      });
    };
    start();
    const stop = (): Promise<number | null> =>
      new Promise((ended) => {
        over = true;
        if (child === undefined || child.exitCode !== null) ended(child?.exitCode ?? null);
        else {
          child.once('exit', ended);
          child.kill('SIGTERM');
        }
      });
    endings.push(async () => void (await stop()));
    return { deaths: () => deaths, kill: () => void child?.kill('SIGKILL'), stop };
  };

  it('kills whoever reads it, and takes none of those with it that are in hand beside it', async () => {
    const [before, after] = [innocents(12), innocents(7)];
    const ids = await send([...before, KILLS, ...after]);
    const poison = ids[before.length] ?? '';
    const innocent = ids.filter((id) => id !== poison);
    const begun = Date.now();
    const consumer = supervised();
    await eventually('set aside', POISON_MS, async () => ((await waitingIn(QUARANTINE_QUEUE)) > 0 ? true : undefined));
    const quarantinedMs = Date.now() - begun;
    const late = await send(innocents(5));
    const all = [...innocent, ...late];
    await eventually('all others handled', POISON_MS, async () =>
      (await effectsOf(all)) === all.length ? true : undefined,
    );
    const dead = await deadLetters();
    expect(dead).toEqual([poison]);
    // It was seen to kill, and not to be killed by the broker's limit.
    expect(consumer.deaths()).toBeGreaterThan(1);
    expect(consumer.deaths()).toBeLessThan(10);
    expect(quarantinedMs).toBeLessThan(POISON_MS);
    const seconds = `${(quarantinedMs / SECONDS).toFixed(1)} s`;
    record('F20', {
      killed: consumer.deaths(),
      'innocents in the dead letters': dead.length - 1,
      'set aside after': seconds,
    });
  });

  it('is in hand, its effect committed, when its consumer is killed: another has it within five seconds, and it has one effect', async () => {
    const rounds = sized(5, 2);
    const [took, had] = [[] as number[], [] as string[]];
    const { deaths, kill } = supervised();
    for (let round = 0; round < rounds; round += 1) {
      const [id = ''] = await send([STAYS]);
      await eventually('in hand', POISON_MS, async () => ((await effectsOf([id])) === 1 ? true : undefined));
      let came: IncomingMessage | undefined;
      const other = new DisclosureTransport(
        { url: broker.exchange, queue: EXCHANGE_QUEUE, name: 'test', prefetch: 8 },
        log,
      );
      other.addHandler(
        TYPE,
        async (message: IncomingMessage) => {
          came = message;
          const { body, messageId } = message;
          if (await receiving.transaction((tx) => claimInbox(tx, 'exchange', 'poison', messageId, body))) had.push(id);
        },
        true,
      );
      other.listen(() => undefined);
      await eventually('reading', POISON_MS, async () => (other.fault() === undefined ? true : undefined));
      expect(came).toBeUndefined();
      const killed = performance.now();
      kill();
      await eventually('delivered again', POISON_MS, async () => (came === undefined ? undefined : true));
      took.push(Math.round(performance.now() - killed));
      expect(came).toMatchObject({ messageId: id, redelivered: true });
      await eventually('dead', POISON_MS, async () => (deaths() > round ? true : undefined));
      await other.drain();
    }
    expect([deaths(), had]).toEqual([rounds, []]);
    expect(Math.max(...took)).toBeLessThan(AGAIN_MS);
    record('F3', { killed: rounds, 'delivered again after at most': `${Math.max(...took)} ms`, 'second effects': 0 });
  });

  it('comes once more, ten times and a thousand times, to two consumers at once, and has one effect', async () => {
    const [had, came] = [[] as string[], [] as string[]];
    const consumer = (): void => {
      const transport = new DisclosureTransport(
        { url: broker.exchange, queue: EXCHANGE_QUEUE, name: 'test', prefetch: 32 },
        log,
      );
      transport.addHandler(
        TYPE,
        async ({ body, messageId }: IncomingMessage) => {
          const isFresh = await receiving.transaction((tx) => claimInbox(tx, 'exchange', 'again', messageId, body));
          came.push(messageId);
          if (isFresh) had.push(messageId);
        },
        true,
      );
      endings.push(() => transport.drain());
      transport.listen(() => undefined);
    };
    const times = [2, 11, 1_001];
    const ids = times.map(() => randomUUID());
    // As another process would, or somebody who records and plays again: past the publisher, which publishes one id once.
    const connection = await openConnection(broker.gateways.get(GATEWAY) ?? '', 'raw');
    const channel = await connection.createConfirmChannel();
    consumer();
    consumer();
    for (let nth = 0; nth < Math.max(...times); nth += 1) {
      for (const [at, count] of times.entries()) {
        if (nth >= count) continue;
        const options = { userId: `gw-${GATEWAY}`, type: TYPE, messageId: ids[at] ?? '', persistent: true };
        channel.publish(IN_EXCHANGE, `ref.${GATEWAY}`, Buffer.from('again'), options);
      }
    }
    await channel.waitForConfirms();
    await connection.close();
    const all = times.reduce((sum, count) => sum + count, 0);
    await eventually('all came', POISON_MS, async () => (came.length === all ? true : undefined));
    expect(had.toSorted()).toEqual(ids.toSorted());
    record('F17', { delivered: all, messages: ids.length, effects: had.length });
  });

  it('is in hand when its consumer is told to stop, is settled, and none comes again', async () => {
    const { deaths, stop } = supervised();
    const sent = await send(innocents(600));
    await eventually('under way', POISON_MS, async () => ((await effectsOf(sent)) > 20 ? true : undefined));
    const begun = Date.now();
    const exit = await stop();
    const drainedMs = Date.now() - begun;
    const handled = await effectsOf(sent);
    let left = 0;
    const back: string[] = [];
    for (let one = await hands.get(EXCHANGE_QUEUE, { noAck: true }); one !== false; left += 1) {
      // The broker had sent it, and its consumer had ended before it came: nobody had it in hand.
      if (one.fields.redelivered) back.push(String(one.properties.messageId));
      one = await hands.get(EXCHANGE_QUEUE, { noAck: true });
    }
    const again = await effectsOf(back);
    // It was stopped at work: there was more to come.
    expect(left).toBeGreaterThan(0);
    expect([exit, deaths(), again, handled + left]).toEqual([0, 0, 0, sent.length]);
    expect(drainedMs).toBeLessThan(30_000);
    record('F32', {
      handled,
      left,
      'handled and delivered again': again,
      'exit after': `${(drainedMs / SECONDS).toFixed(1)} s`,
    });
  });

  it('hangs its handler, is set aside, and keeps no neighbour waiting', async () => {
    const HANGS = 'hangs';
    let done = 0;
    const transport = new DisclosureTransport(
      {
        url: broker.exchange,
        queue: EXCHANGE_QUEUE,
        name: 'test',
        prefetch: 8,
        suspects: new Suspects(receiving, 'exchange'),
        // A hanging handler is waited for ten beats in all: of five seconds each they prove nothing more in a short run.
        ...(QUICK ? { beatMs: 1_000 } : {}),
      },
      log,
    );
    transport.addHandler(
      TYPE,
      async ({ body, messageId }: IncomingMessage) => {
        if (Buffer.from(body).toString() === HANGS) await new Promise(() => undefined);
        await receiving.transaction((tx) => claimInbox(tx, 'exchange', 'poison', messageId, body));
        done += 1;
      },
      true,
    );
    endings.push(() => transport.drain());
    transport.listen(() => undefined);
    const begun = Date.now();
    const [hanging = ''] = await send([HANGS]);
    const neighbours = await send(innocents(sized(200, 50)));
    await eventually('neighbours', POISON_MS, async () => (done === neighbours.length ? true : undefined));
    const neighboursMs = Date.now() - begun;
    await eventually('set aside', POISON_MS, async () => ((await waitingIn(QUARANTINE_QUEUE)) > 0 ? true : undefined));
    const quarantinedMs = Date.now() - begun;
    expect(await deadLetters()).toEqual([hanging]);
    expect(neighboursMs).toBeLessThan(quarantinedMs);
    expect(quarantinedMs).toBeLessThan(POISON_MS);
    record('F19', {
      'set aside after': `${(quarantinedMs / SECONDS).toFixed(1)} s`,
      'neighbours done after': `${(neighboursMs / SECONDS).toFixed(1)} s`,
    });
  });
});
