import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Channel, ChannelModel, GetMessage } from 'amqplib';
import { randomUUID } from 'node:crypto';
import {
  ConfirmPublisher,
  DisclosureTransport,
  EXCHANGE_QUEUE,
  IN_EXCHANGE,
  OutboxRelay,
  QUARANTINE_QUEUE,
  Suspects,
  claimInbox,
  enqueue,
  openConnection,
} from '#messaging';
import type { IncomingMessage } from '#messaging';
import { EventLog } from '#platform';
import type { DataSource } from 'typeorm';
import { deployBroker, dropBroker } from '../../tools/deploy/broker.js';
import type { Broker } from '../../tools/deploy/broker.js';
import type { Servers } from '../../tools/deploy/servers.js';
import { OwnDatabases } from './databases.js';
import { eventually } from './stack.js';

export const GATEWAY = 'kommunerna';
export const TYPE = 'message.submitted.v1';
export const SOON_MS = 20_000;

export type Handler = (message: IncomingMessage) => Promise<void>;
type Line = Readonly<Record<string, unknown>> & { readonly event: string };

/** A point that work comes to, and that somebody else lets it pass. */
class Gate {
  pass: () => void = () => undefined;
  arrive: () => void = () => undefined;
  readonly arrived = new Promise<void>((resolve) => (this.arrive = resolve));
  private readonly passed = new Promise<void>((resolve) => (this.pass = resolve));
  through(): Promise<void> {
    this.arrive();
    return this.passed;
  }
}

/**
 * A broker of its own between an outbox and an inbox, for the specs of a `describe`: made before them, emptied after each, gone in the end.
 * @param name of its databases and its virtual host
 */
export const messaging = (name: string) => {
  const vhost = `dx-${name.replaceAll('_', '-')}`;
  let databases: OwnDatabases;
  let broker: Broker;
  let servers: Servers;
  let sending: DataSource;
  let receiving: DataSource;
  let admin: ChannelModel;
  let hands: Channel;
  const lines: Line[] = [];
  const log = new EventLog('test', 'debug', { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  const endings: (() => Promise<void>)[] = [];
  const gates: Gate[] = [];
  const aGate = (): Gate => {
    const gate = new Gate();
    gates.push(gate);
    return gate;
  };

  beforeAll(async () => {
    servers = JSON.parse(process.env['DELGE_TEST_SERVERS'] ?? '') as Servers;
    databases = await OwnDatabases.deploy(name);
    await dropBroker(servers.rabbitmq, vhost);
    broker = await deployBroker(databases.instance, servers.rabbitmq, vhost, [GATEWAY]);
    sending = await databases.connect(databases.urls.gateways.get(GATEWAY) ?? '', 'gateway');
    receiving = await databases.connect(databases.urls.operator.exchange, 'exchange');
    admin = await openConnection(broker.admin, 'test');
    hands = await admin.createChannel();
  });
  afterEach(async () => {
    // A test that failed has left work standing at a gate.
    for (const gate of gates.splice(0)) gate.pass();
    for (const end of endings.splice(0).reverse()) await end();
    for (const queue of [EXCHANGE_QUEUE, QUARANTINE_QUEUE]) await hands.purgeQueue(queue);
    await sending.query('DELETE FROM gateway.outbox');
    lines.length = 0;
  });
  afterAll(async () => {
    await admin.close();
    await databases.drop();
    await dropBroker(servers.rabbitmq, vhost);
  });

  const gatewayUrl = (): string => broker.gateways.get(GATEWAY) ?? '';
  const publisher = (url = gatewayUrl()): ConfirmPublisher => {
    const made = new ConfirmPublisher(url, 'test', log);
    endings.push(() => made.close());
    return made;
  };
  const relay = (dataSource = sending, schema = 'gateway', through = publisher()): OutboxRelay => {
    const made = new OutboxRelay(dataSource, through, log, { schema });
    endings.push(() => made.drain());
    made.start();
    return made;
  };
  const consumer = (
    handler: Handler,
    types = [TYPE],
    mayConsume?: () => Promise<boolean>,
    suspects = new Suspects(receiving, 'exchange', randomUUID()),
    prefetch = 8,
  ): DisclosureTransport => {
    const made = new DisclosureTransport(
      {
        url: broker.exchange,
        queue: EXCHANGE_QUEUE,
        name: 'test',
        prefetch,
        suspects,
        ...(mayConsume === undefined ? {} : { mayConsume }),
      },
      log,
    );
    for (const type of types) made.addHandler(type, handler, true);
    endings.push(() => made.drain());
    made.listen(() => undefined);
    return made;
  };
  const consuming = (transport: DisclosureTransport): Promise<true> =>
    eventually('consuming', SOON_MS, async () => (transport.fault() === undefined ? true : undefined));
  const send = async (count = 1): Promise<readonly string[]> => {
    const ids = Array.from({ length: count }, () => randomUUID());
    await sending.transaction(async (tx) => {
      for (const id of ids)
        await enqueue(tx, 'gateway', {
          id,
          exchange: IN_EXCHANGE,
          routingKey: `ref.${GATEWAY}`,
          type: TYPE,
          body: Buffer.from(id),
        });
    });
    return ids;
  };
  /** Publishes as the gateway's account what no relay of ours would. */
  const publishRaw = async (options: object): Promise<void> => {
    const connection = await openConnection(gatewayUrl(), 'raw');
    const channel = await connection.createConfirmChannel();
    channel.publish(IN_EXCHANGE, `ref.${GATEWAY}`, Buffer.from('{}'), { userId: `gw-${GATEWAY}`, ...options });
    await channel.waitForConfirms();
    await connection.close();
  };
  const waitingIn = async (queue: string): Promise<number> => (await hands.checkQueue(queue)).messageCount;
  const taken = (queue: string): Promise<GetMessage> =>
    eventually(`a message in ${queue}`, SOON_MS, async () => (await hands.get(queue, { noAck: true })) || undefined);
  const events = (event: string): readonly Line[] => lines.filter((line) => line.event === event);
  const logged = (event: string): Promise<Line> => eventually(event, SOON_MS, async () => events(event).at(-1));
  const unpublished = (): Promise<readonly { id: string }[]> =>
    sending.query('SELECT id FROM gateway.outbox WHERE published_at IS NULL');
  /** Ends every connection of these accounts at the broker, by force: it does so when an account is deleted. Then makes them anew. */
  const cut = async (...accounts: readonly string[]): Promise<void> => {
    const { origin, username, password } = new URL(servers.rabbitmq.management);
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    for (const account of accounts) {
      const answer = await fetch(`${origin}/api/users/${account}`, { method: 'DELETE', headers: { authorization } });
      expect(answer.status).toBe(204);
    }
    await deployBroker(databases.instance, servers.rabbitmq, vhost, [GATEWAY]);
  };
  /** Handles as the exchange does: one effect in one transaction, however often it comes. */
  const effects = (): { readonly handler: Handler; readonly had: string[]; readonly came: IncomingMessage[] } => {
    const had: string[] = [];
    const came: IncomingMessage[] = [];
    const handler = async (message: IncomingMessage): Promise<void> => {
      came.push(message);
      const fresh = await receiving.transaction((tx) =>
        claimInbox(tx, 'exchange', 'test', message.messageId, message.body),
      );
      if (fresh) had.push(message.messageId);
    };
    return { handler, had, came };
  };
  const settled = (had: readonly string[], ids: readonly string[]): Promise<true> =>
    eventually('every message had its effect', SOON_MS, async () => (had.length >= ids.length ? true : undefined));
  return {
    vhost,
    get servers() {
      return servers;
    },
    get databases() {
      return databases;
    },
    get broker() {
      return broker;
    },
    get sending() {
      return sending;
    },
    get receiving() {
      return receiving;
    },
    get admin() {
      return admin;
    },
    get hands() {
      return hands;
    },
    ...{ lines, aGate, gatewayUrl, publisher, relay, consumer, consuming, send, publishRaw, waitingIn, taken, events },
    ...{ logged, unpublished, cut, effects, settled, log, endings },
  };
};
