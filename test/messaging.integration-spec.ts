import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Channel, ChannelModel, GetMessage } from 'amqplib';
import { randomUUID } from 'node:crypto';
import {
  ConfirmPublisher,
  DisclosureTransport,
  EXCHANGE_QUEUE,
  HoldError,
  IN_EXCHANGE,
  OUT_EXCHANGE,
  OutboxRelay,
  QUARANTINE_QUEUE,
  Suspects,
  claimInbox,
  claimSql,
  enqueue,
  enqueueAll,
  openConnection,
  topology,
} from '#messaging';
import type { IncomingMessage } from '#messaging';
import { EventLog } from '#platform';
import type { DataSource } from 'typeorm';
import { deployBroker, dropBroker } from '../tools/deploy/broker.js';
import type { Broker } from '../tools/deploy/broker.js';
import type { Servers } from '../tools/deploy/servers.js';
import { giveBack } from './faults/process-faults.js';
import { record } from './faults/results.js';
import { OwnDatabases } from './support/databases.js';
import { eventually } from './support/stack.js';

jest.setTimeout(60_000);
const VHOST = 'dx-messaging';
const GATEWAY = 'kommunerna';
const TYPE = 'message.submitted.v1';
const SOON_MS = 20_000;
/** Bars of F23 and F24: until a queue that was made anew is read, until there is another channel. */
const [READ_AGAIN_MS, CHANNEL_MS] = [10_000, 5_000];

type Handler = (message: IncomingMessage) => Promise<void>;
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

interface PlanNode {
  readonly Plans?: readonly PlanNode[];
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
}
const nodesOf = (plan: unknown): readonly PlanNode[] => {
  const below = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(below)];
  return (plan as readonly { readonly Plan: PlanNode }[]).flatMap(({ Plan }) => below(Plan));
};
const claimedBy = (plan: unknown): number =>
  nodesOf(plan).find((node) => node['Node Type'] === 'ModifyTable')?.['Actual Rows'] ?? 0;
/** The most rows that one step of it went through. */
const touchedBy = (plan: unknown): number =>
  Math.max(
    ...nodesOf(plan).map(
      (node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    ),
  );

describe('messages between outbox and inbox, over a real broker', () => {
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
    databases = await OwnDatabases.deploy('messaging');
    await dropBroker(servers.rabbitmq, VHOST);
    broker = await deployBroker(databases.instance, servers.rabbitmq, VHOST, [GATEWAY]);
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
    await dropBroker(servers.rabbitmq, VHOST);
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
    await deployBroker(databases.instance, servers.rabbitmq, VHOST, [GATEWAY]);
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

  it('claims beside a queue that refuses without walking through what waits for it', async () => {
    const db = sending.createQueryRunner();
    await db.startTransaction();
    try {
      await db.query(`INSERT INTO gateway.outbox (id, exchange, routing_key, type, body)
        SELECT gen_random_uuid(), 'dx.in', CASE WHEN n > 20000 THEN 'other' ELSE 'refusing' END, 't', '' FROM generate_series(1, 20010) n`);
      const [{ 'QUERY PLAN': plan }] = (await db.query(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${claimSql('gateway', '<> ALL', 200)}`,
        [['refusing']],
      )) as [{ 'QUERY PLAN': unknown }];
      expect(claimedBy(plan)).toBe(10);
      expect(touchedBy(plan)).toBeLessThan(200);
    } finally {
      await db.rollbackTransaction();
      await db.release();
    }
  });

  it('are acknowledged after the commit of their handler, and not before', async () => {
    const gate = aGate();
    const { handler, had, came } = effects();
    const transport = consumer(async (message) => {
      if (came.length === 0) {
        came.push(message);
        await receiving.transaction(async (tx) => {
          if (await claimInbox(tx, 'exchange', 'test', message.messageId, message.body)) had.push(message.messageId);
          await gate.through();
        });
      } else await handler(message);
    });
    await consuming(transport);
    relay();
    const [id = ''] = await send();
    await gate.arrived;
    // Nothing was acknowledged: the broker gives it again when the connection ends, and the second waits for the first one's claim.
    await cut('exchange');
    await eventually('given again', SOON_MS, async () => (came.length === 2 ? true : undefined));
    expect(came[1]).toMatchObject({ messageId: id, redelivered: true });
    gate.pass();
    await consuming(transport);
    await transport.drain();
    expect(had).toEqual([id]);
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(0);
  });

  it.each<[string, Handler]>([
    ['later', () => Promise.reject(new TypeError('a defect'))],
    [
      'at once',
      () => {
        throw new TypeError('a defect');
      },
    ],
  ])('are set aside once when their handler fails %s', async (_, handler) => {
    let calls = 0;
    consumer((message) => {
      calls += 1;
      return handler(message);
    });
    relay();
    const [id = ''] = await send();
    const dead = await taken(QUARANTINE_QUEUE);
    expect(dead.properties).toMatchObject({ messageId: id, type: TYPE, userId: `gw-${GATEWAY}` });
    expect(dead.properties.headers).toMatchObject({
      'x-first-death-queue': EXCHANGE_QUEUE,
      'x-first-death-reason': 'rejected',
    });
    expect([calls, await waitingIn(EXCHANGE_QUEUE), await waitingIn(QUARANTINE_QUEUE)]).toEqual([1, 0, 0]);
  });

  it('are set aside when their type is the name of the handler of dead letters', async () => {
    let calls = 0;
    const handler = (): Promise<void> => {
      calls += 1;
      return Promise.resolve();
    };
    consumer(handler, [TYPE, 'dead-letter']);
    await publishRaw({ type: 'dead-letter', messageId: randomUUID() });
    expect((await taken(QUARANTINE_QUEUE)).properties.type).toBe('dead-letter');
    expect(await logged('message.quarantined')).toMatchObject({ code: 'unknown-type' });
    expect(calls).toBe(0);
  });

  it('are held while something is away, which is no delivery more, and go on when it is back', async () => {
    let away = true;
    let calls = 0;
    const { handler, had, came } = effects();
    const holding: Handler = async (message) => {
      calls += 1;
      if (away) throw new HoldError('registry');
      await handler(message);
    };
    const first = consumer(holding);
    relay();
    const ids = await send();
    await eventually('tried three times', SOON_MS, async () => (calls >= 3 ? true : undefined));
    expect(first.fault()).toBe('holding');
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(0);
    expect(came).toEqual([]);
    await first.drain();
    // Three tries were one delivery.
    const back = await taken(EXCHANGE_QUEUE);
    expect(back.properties.headers).toMatchObject({ 'x-delivery-count': 1 });
    expect(back.properties.messageId).toBe(ids[0]);
    await publishRaw({ messageId: String(ids[0]), type: TYPE });
    const tried = calls;
    const second = consumer(holding);
    await eventually('tried again', SOON_MS, async () => (calls > tried ? true : undefined));
    away = false;
    await settled(had, ids);
    await eventually('well', SOON_MS, async () => (second.fault() === undefined ? true : undefined));
    expect([came.length, events('message.held').length]).toEqual([1, 2]);
    expect(await waitingIn(QUARANTINE_QUEUE)).toBe(0);
  });

  it('are dead letters for no number of restarts of a consumer that waits for something', async () => {
    relay();
    const ids = await send(20);
    await eventually('published', SOON_MS, async () => ((await unpublished()).length === 0 ? true : undefined));
    let asked = 0;
    for (let restart = 0; restart < 4; restart += 1) {
      // What everything needs is away: nothing is taken, and no delivery counted.
      const waiting = consumer(
        () => Promise.reject(new HoldError('keys')),
        [TYPE],
        async () => {
          asked += 1;
          return Promise.resolve(false);
        },
      );
      const before = asked;
      await eventually('asked', SOON_MS, async () => (asked > before ? true : undefined));
      expect(waiting.fault()).toBe('not-consuming');
      await waiting.drain();
    }
    for (let restart = 0; restart < 3; restart += 1) {
      // Something that one message needs is away: one at a time is in hand.
      const holding = consumer(() => Promise.reject(new HoldError('registry')));
      await eventually('holding', SOON_MS, async () => (holding.fault() === 'holding' ? true : undefined));
      await holding.drain();
    }
    const { handler, had, came } = effects();
    await consuming(consumer(handler));
    await settled(had, ids);
    expect(had.toSorted()).toEqual(ids.toSorted());
    // Each of them had no more in hand than it may have at once.
    const counted = came.reduce((sum, { deliveries }) => sum + deliveries - 1, 0);
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThanOrEqual(3 * 8);
    expect(await waitingIn(QUARANTINE_QUEUE)).toBe(0);
  });

  /** Gives what waits a count of deliveries, as processes do that stop with it in hand. */
  const countedDown = async (times: number, messages = 1): Promise<void> => {
    const before = await waitingIn(EXCHANGE_QUEUE);
    for (let nth = 0; nth < times; nth += 1) {
      const channel = await admin.createChannel();
      for (let at = 0; at < messages; at += 1)
        await eventually('had', SOON_MS, async () => (await channel.get(EXCHANGE_QUEUE)) || undefined);
      await channel.close();
      await eventually('given back', SOON_MS, async () =>
        (await waitingIn(EXCHANGE_QUEUE)) === before ? true : undefined,
      );
    }
  };

  it('are no killers when the store has taken in that they were begun and its answers were lost', async () => {
    relay();
    const ids = await send();
    await eventually('published', SOON_MS, async () => ((await unpublished()).length === 0 ? true : undefined));
    await countedDown(2);
    let lost = 0;
    const query = async <T>(sql: string, values?: unknown[]): Promise<T> => {
      const answer = await receiving.query<T>(sql, values);
      if (lost === 5 || sql === 'SELECT 1') return answer;
      lost += 1;
      throw Object.assign(new Error('lost'), { code: 'ECONNRESET' });
    };
    const { handler, had, came } = effects();
    consumer(handler, [TYPE], undefined, new Suspects({ query } as never, 'exchange'));
    await settled(had, ids);
    expect([lost, came[0]?.deliveries, events('message.quarantined')]).toEqual([5, 3, []]);
    await eventually('nothing is held against it', SOON_MS, async () =>
      (await receiving.query<object[]>('SELECT FROM exchange.suspect_run')).length === 0 ? true : undefined,
    );
    expect(await waitingIn(QUARANTINE_QUEUE)).toBe(0);
  });

  it('are set aside when two processes began them alone and never ended', async () => {
    relay();
    const [id = ''] = await send();
    await eventually('published', SOON_MS, async () => ((await unpublished()).length === 0 ? true : undefined));
    await countedDown(2);
    const message = { messageId: id, body: Buffer.from(id) } as unknown as IncomingMessage;
    for (const run of [randomUUID(), randomUUID()])
      await new Suspects(receiving, 'exchange', run).begin(EXCHANGE_QUEUE, message);
    const { handler, had } = effects();
    consumer(handler);
    expect((await taken(QUARANTINE_QUEUE)).properties.messageId).toBe(id);
    expect([had, (await logged('message.quarantined'))['code']]).toEqual([[], 'kills-its-reader']);
  });

  it('that are held keep nobody waiting, whether they come first after a restart or are suspects', async () => {
    const publishing = relay();
    const waiting = await send(2);
    await eventually('published', SOON_MS, async () => ((await unpublished()).length === 0 ? true : undefined));
    // Both come again, and the first of them as a suspect.
    await countedDown(1, 2);
    await countedDown(1);
    const { handler, had } = effects();
    const transport = consumer((message) =>
      waiting.includes(message.messageId) ? Promise.reject(new HoldError('registry')) : handler(message),
    );
    await eventually('holding', SOON_MS, async () => (transport.fault() === 'holding' ? true : undefined));
    const others = await send(30);
    publishing.wake();
    await settled(had, others);
    expect(had.toSorted()).toEqual(others.toSorted());
    expect(transport.fault()).toBe('holding');
  });

  it('that are dead letters are handled with how often they failed, and are never dropped by the broker', async () => {
    const { origin, username, password } = new URL(servers.rabbitmq.management);
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const answer = await fetch(`${origin}/api/policies/${VHOST}/${QUARANTINE_QUEUE}`, { headers: { authorization } });
    const policy = (await answer.json()) as { readonly pattern: string; readonly definition: Record<string, number> };
    expect(new RegExp(policy.pattern).test(QUARANTINE_QUEUE)).toBe(true);
    expect(policy.definition['delivery-limit']).toBeGreaterThan(1_000_000);
    const failures: number[] = [];
    const dead = new DisclosureTransport(
      { url: broker.exchange, queue: QUARANTINE_QUEUE, name: 'test', prefetch: 4, deadLetters: true },
      log,
    );
    const handler = (message: IncomingMessage): Promise<void> => {
      failures.push(message.failures ?? 0);
      return failures.length < 4 ? Promise.reject(new TypeError('a defect')) : Promise.resolve();
    };
    dead.addHandler('dead-letter', handler, true);
    endings.push(() => dead.drain());
    dead.listen(() => undefined);
    await publishRaw({ type: 'of-none.v1', messageId: randomUUID() });
    consumer(() => Promise.resolve());
    await eventually('handled', SOON_MS, async () => (failures.length === 4 ? true : undefined));
    expect(failures).toEqual([0, 1, 2, 3]);
  });

  it('are read again when their queue was deleted and made anew', async () => {
    const { handler, had } = effects();
    const transport = consumer(handler);
    await consuming(transport);
    const [queue] = topology([]).queues;
    if (queue?.name !== EXCHANGE_QUEUE) throw new Error('not the queue of the exchange');
    await hands.deleteQueue(queue.name);
    await logged('consumer.not-connected');
    expect(transport.fault()).toBe('not-consuming');
    await hands.assertQueue(queue.name, { durable: true, arguments: queue.arguments });
    for (const { exchange, key } of queue.bindings) await hands.bindQueue(queue.name, exchange, key);
    const made = performance.now();
    await consuming(transport);
    const readMs = Math.round(performance.now() - made);
    relay();
    const ids = await send();
    await settled(had, ids);
    expect([had, transport.fault()]).toEqual([ids, undefined]);
    expect(readMs).toBeLessThan(READ_AGAIN_MS);
    record('F23', { 'read again after': `${readMs} ms` });
  });

  it('are read on a new channel when theirs was closed for an error', async () => {
    const { handler, had } = effects();
    const transport = consumer(handler);
    await consuming(transport);
    const broken = transport.unwrap<Channel>();
    broken.ack({ fields: { deliveryTag: 4711 } } as GetMessage);
    expect(await logged('consumer.channel-error')).toMatchObject({ code: '406' });
    const closed = performance.now();
    await eventually('another channel', SOON_MS, async () =>
      transport.fault() === undefined && transport.unwrap<Channel>() !== broken ? true : undefined,
    );
    const anewMs = Math.round(performance.now() - closed);
    relay();
    const ids = await send();
    await settled(had, ids);
    expect(had).toEqual(ids);
    expect(anewMs).toBeLessThan(CHANNEL_MS);
    record('F24', { 'on a new channel after': `${anewMs} ms` });
  });

  it('are neither lost nor had twice when connections are cut at both ends', async () => {
    const { handler, had } = effects();
    const transport = consumer(handler);
    await consuming(transport);
    const through = publisher();
    const carrying = relay(sending, 'gateway', through);
    const ids: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      ids.push(...(await send(250)));
      carrying.wake();
      await eventually('under way', SOON_MS, async () => (had.length > round * 250 ? true : undefined));
      await cut('exchange', `gw-${GATEWAY}`);
    }
    await settled(had, ids);
    await eventually('all published', SOON_MS, async () => ((await unpublished()).length === 0 ? true : undefined));
    ids.push(...(await send()));
    await settled(had, ids);
    expect([transport.fault(), through.fault()]).toEqual([undefined, undefined]);
    await transport.drain();
    expect(had.toSorted()).toEqual(ids.toSorted());
    expect([await waitingIn(EXCHANGE_QUEUE), await waitingIn(QUARANTINE_QUEUE)]).toEqual([0, 0]);
  });

  it('stay in the outbox while they have nowhere to go', async () => {
    const id = randomUUID();
    const row = {
      id,
      exchange: OUT_EXCHANGE,
      routingKey: 'gw.nobody',
      type: 'notice.issued.v1',
      body: Buffer.from('{}'),
    };
    await receiving.transaction((tx) => enqueue(tx, 'exchange', row));
    relay(receiving, 'exchange', publisher(broker.exchange));
    expect(await logged('relay.not-published')).toMatchObject({ code: 'UNROUTABLE', count: 1 });
    const published = async (): Promise<boolean> =>
      (await receiving.query<object[]>('SELECT FROM exchange.outbox WHERE id = $1', [id])).length === 0;
    expect(await published()).toBe(false);
    await hands.assertQueue('gw.nobody.in', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await hands.bindQueue('gw.nobody.in', OUT_EXCHANGE, 'gw.nobody');
    expect((await taken('gw.nobody.in')).properties.messageId).toBe(id);
    await eventually('published', SOON_MS, async () => ((await published()) ? true : undefined));
  });

  it('are found when their transaction commits after later ones that were published already', async () => {
    const carrying = relay();
    const gate = aGate();
    const early = randomUUID();
    const row = { id: early, exchange: IN_EXCHANGE, routingKey: `ref.${GATEWAY}`, type: TYPE, body: Buffer.from('{}') };
    const slow = sending.transaction(async (tx) => {
      await enqueue(tx, 'gateway', row);
      await gate.through();
    });
    await gate.arrived;
    // Their numbers are higher, and they have gone.
    await send(3);
    carrying.wake();
    await eventually('three published', SOON_MS, async () =>
      (await waitingIn(EXCHANGE_QUEUE)) === 3 ? true : undefined,
    );
    gate.pass();
    await slow;
    carrying.wake();
    await eventually('the fourth', SOON_MS, async () => ((await waitingIn(EXCHANGE_QUEUE)) === 4 ? true : undefined));
    // It goes from the outbox when the broker has said that it has it.
    await eventually('gone from the outbox', SOON_MS, async () =>
      (await sending.query<object[]>('SELECT FROM gateway.outbox')).length === 0 ? true : undefined,
    );
  });

  it('are remembered for 35 days, and what has no other key for ever', async () => {
    const aged = async (consumer: string, days: number): Promise<string> => {
      const id = randomUUID();
      await databases.asAdmin(
        `INSERT INTO exchange.inbox (consumer, message_id, digest, received_at)
         VALUES ('${consumer}', '${id}', '', now() - interval '${days} days')`,
      );
      return id;
    };
    const kept = [await aged('message', 34), await aged('refusal', 400)];
    const gone = [await aged('message', 36)];
    // By the service's own role, which may not delete there.
    await expect(receiving.query(`DELETE FROM exchange.inbox`)).rejects.toThrow();
    await receiving.query('SELECT exchange.prune_inbox()');
    const rows = await receiving.query<{ id: string }[]>(
      'SELECT message_id AS id FROM exchange.inbox WHERE message_id = ANY($1)',
      [[...kept, ...gone]],
    );
    expect(rows.map(({ id }) => id).toSorted()).toEqual(kept.toSorted());
    await expect(sending.query('SELECT gateway.prune_inbox()')).resolves.toBeDefined();
  });

  it('are not taken for published when one id is in flight twice and has nowhere to go', async () => {
    const through = publisher(broker.exchange);
    const publication = {
      exchange: OUT_EXCHANGE,
      routingKey: 'gw.elsewhere',
      type: 'notice.issued.v1',
      messageId: randomUUID(),
      body: Buffer.from('{}'),
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => through.publish(publication)));
    expect(
      outcomes.map((outcome) =>
        outcome.status === 'rejected' ? (outcome.reason as { code: string }).code : 'published',
      ),
    ).toEqual(Array.from({ length: 4 }, () => 'UNROUTABLE'));
  });

  it('are published once when one id is given twice at the same time', async () => {
    const through = publisher();
    const publication = {
      exchange: IN_EXCHANGE,
      routingKey: `ref.${GATEWAY}`,
      type: TYPE,
      messageId: randomUUID(),
      body: Buffer.from('{}'),
    };
    await Promise.all(Array.from({ length: 4 }, () => through.publish(publication)));
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(1);
  });

  it('are published once by two relays, and a lease keeps a row for the one that has it in hand', async () => {
    const ids = await send(500);
    const [leased = ''] = await send();
    await sending.query(`UPDATE gateway.outbox SET claimed_until = now() + interval '1 hour' WHERE id = $1`, [leased]);
    relay();
    relay();
    await eventually('all but one published', SOON_MS, async () =>
      (await unpublished()).length === 1 ? true : undefined,
    );
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(ids.length);
    await sending.query(`UPDATE gateway.outbox SET claimed_until = now() - interval '1 second' WHERE id = $1`, [
      leased,
    ]);
    await eventually('published', SOON_MS, async () => ((await unpublished()).length === 0 ? true : undefined));
    const { handler, had, came } = effects();
    await consuming(consumer(handler));
    await settled(had, [...ids, leased]);
    expect(had.toSorted()).toEqual([...ids, leased].toSorted());
    expect(came).toHaveLength(had.length);
  });

  it('handed over are published from memory under their lease, by others when it has ended, and given back by a drain', async () => {
    const own = relay();
    const handing = await eventually('rows may be handed over', SOON_MS, async () => own.takes());
    const aRow = () => {
      const id = randomUUID();
      return { id, exchange: IN_EXCHANGE, routingKey: `ref.${GATEWAY}`, type: TYPE, body: Buffer.from(id) };
    };
    const [first, second, third] = [aRow(), aRow(), aRow()];
    const isWaiting = async ({ id }: { readonly id: string }): Promise<boolean> =>
      (await unpublished()).some((row) => row.id === id);
    await sending.transaction((tx) => enqueueAll(tx, 'gateway', [first, second, third], handing));
    const leases = await sending.query<{ attempts: number; leased: boolean }[]>(
      `SELECT attempts, claimed_until > now() AS leased FROM gateway.outbox`,
    );
    expect(leases).toEqual([1, 2, 3].map(() => ({ attempts: 1, leased: true })));
    own.hand([first], handing);
    await eventually('the first is published', SOON_MS, async () => ((await isWaiting(first)) ? undefined : true));
    // Whoever had the second in hand is no more.
    const end = `UPDATE gateway.outbox SET claimed_until = now() - interval '1 second' WHERE id = $1`;
    await sending.query(end, [second.id]);
    await eventually('the second is found', SOON_MS, async () => ((await isWaiting(second)) ? undefined : true));
    await own.drain();
    expect(await unpublished()).toEqual([{ id: third.id }]);
    own.hand([third], handing);
    await eventually('the third is as if it had never been claimed', SOON_MS, async () => {
      const [row] = await sending.query<{ attempts: number; claimed_until: Date | null }[]>(
        `SELECT attempts, claimed_until FROM gateway.outbox`,
      );
      return row?.attempts === 0 && row.claimed_until === null ? true : undefined;
    });
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(2);
  });

  it('that a process had in hand are free when it is no more, and one that waits to be let go is not', async () => {
    const [inHand = '', waiting = ''] = await send(2);
    const lease = (id: string, until: string): Promise<unknown> =>
      sending.query(`UPDATE gateway.outbox SET claimed_until = $2::timestamptz WHERE id = $1`, [id, until]);
    await lease(inHand, new Date(Date.now() + 3_600_000).toISOString());
    await lease(waiting, 'infinity');
    const sql = async <T>(_: string, text: string): Promise<readonly T[]> => sending.query<T[]>(text);
    await giveBack({ sql }, `gateway-${GATEWAY}`);
    relay();
    // The broker has it before the outbox knows.
    await eventually('what was in hand is published', SOON_MS, async () =>
      (await unpublished()).length === 1 ? true : undefined,
    );
    expect(await unpublished()).toEqual([{ id: waiting }]);
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(1);
  });

  it('in hand are settled by a drain however many end at the same time', async () => {
    const gate = aGate();
    let inHand = 0;
    const transport = consumer(
      async () => {
        inHand += 1;
        await gate.through();
      },
      [TYPE],
      undefined,
      undefined,
      200,
    );
    relay();
    await send(200);
    await consuming(transport);
    await eventually('all in hand', SOON_MS, async () => (inHand === 200 ? true : undefined));
    const drained = transport.drain();
    gate.pass();
    await drained;
    await eventually('its consumer is gone', SOON_MS, async () =>
      (await hands.checkQueue(EXCHANGE_QUEUE)).consumerCount === 0 ? true : undefined,
    );
    expect(await waitingIn(EXCHANGE_QUEUE)).toBe(0);
  });

  it('in hand are settled by a drain, and none of them comes again', async () => {
    const gate = aGate();
    const { handler, had, came } = effects();
    let inHand = 0;
    const transport = consumer(async (message) => {
      inHand += 1;
      await gate.through();
      await handler(message);
    });
    relay();
    const ids = await send(3);
    await eventually('all in hand', SOON_MS, async () => (inHand === 3 ? true : undefined));
    let drained = false;
    const draining = transport.drain().then(() => (drained = true));
    await send();
    await eventually('one more waits', SOON_MS, async () =>
      (await waitingIn(EXCHANGE_QUEUE)) === 1 ? true : undefined,
    );
    expect(drained).toBe(false);
    gate.pass();
    await draining;
    expect(had.toSorted()).toEqual(ids.toSorted());
    // The channel is closed: what had not been settled would be in the queue again.
    expect([came.length, inHand, await waitingIn(EXCHANGE_QUEUE)]).toEqual([3, 3, 1]);
  });

  it('go by another node of the cluster where one of those that are named is not there', async () => {
    const gone = new URL(broker.exchange);
    gone.port = '1';
    for (const urls of [`${gone},${broker.exchange}`, `${broker.exchange},${gone}`]) {
      for (let nth = 0; nth < 4; nth += 1) await (await openConnection(urls, 'test')).close();
    }
    await expect(openConnection(`${gone},${gone}`, 'test')).rejects.toThrow('ECONNREFUSED');
  });

  it('are not consumed by a transport that was drained while it connected', async () => {
    const { handler, came } = effects();
    const transport = consumer(handler);
    await transport.drain();
    expect(transport.fault()).toBe('not-consuming');
    relay();
    await send();
    await eventually('published', SOON_MS, async () => ((await unpublished()).length === 0 ? true : undefined));
    const { consumerCount, messageCount } = await hands.checkQueue(EXCHANGE_QUEUE);
    expect([consumerCount, messageCount, came.length]).toEqual([0, 1, 0]);
  });
});
