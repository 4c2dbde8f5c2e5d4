import { describe, expect, it, jest } from '@jest/globals';
import type { GetMessage } from 'amqplib';
import type { Channel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { EXCHANGE_QUEUE, QUARANTINE_QUEUE, openConnection, topology } from '#messaging';
import { record } from './faults/results.js';
import { GATEWAY, SOON_MS, TYPE, messaging } from './support/messaging.js';
import { eventually } from './support/stack.js';

jest.setTimeout(60_000);
/** Bars of F23 and F24: until a queue that was made anew is read, until there is another channel. */
const [READ_AGAIN_MS, CHANNEL_MS] = [10_000, 5_000];

describe('messages between outbox and inbox, over a real broker', () => {
  const over = messaging('messaging_transport');
  const { aGate, publisher, relay, consumer, consuming, send, waitingIn, logged, unpublished, cut, effects, settled } =
    over;

  it('are read again when their queue was deleted and made anew', async () => {
    const { handler, had } = effects();
    const transport = consumer(handler);
    await consuming(transport);
    const [queue] = topology([]).queues;
    if (queue?.name !== EXCHANGE_QUEUE) throw new Error('not the queue of the exchange');
    await over.hands.deleteQueue(queue.name);
    await logged('consumer.not-connected');
    expect(transport.fault()).toBe('not-consuming');
    await over.hands.assertQueue(queue.name, { durable: true, arguments: queue.arguments });
    for (const { exchange, key } of queue.bindings) await over.hands.bindQueue(queue.name, exchange, key);
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
    const carrying = relay(over.sending, 'gateway', through);
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

  it('are remembered for 35 days, and what has no other key for ever', async () => {
    const aged = async (consumer: string, days: number): Promise<string> => {
      const id = randomUUID();
      await over.databases.asAdmin(
        `INSERT INTO exchange.inbox (consumer, message_id, digest, received_at)
         VALUES ('${consumer}', '${id}', '', now() - interval '${days} days')`,
      );
      return id;
    };
    const kept = [await aged('message', 34), await aged('refusal', 400)];
    const gone = [await aged('message', 36)];
    // By the service's own role, which may not delete there.
    await expect(over.receiving.query(`DELETE FROM exchange.inbox`)).rejects.toThrow();
    await over.receiving.query('SELECT exchange.prune_inbox()');
    const rows = await over.receiving.query<{ id: string }[]>(
      'SELECT message_id AS id FROM exchange.inbox WHERE message_id = ANY($1)',
      [[...kept, ...gone]],
    );
    expect(rows.map(({ id }) => id).toSorted()).toEqual(kept.toSorted());
    await expect(over.sending.query('SELECT gateway.prune_inbox()')).resolves.toBeDefined();
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
      (await over.hands.checkQueue(EXCHANGE_QUEUE)).consumerCount === 0 ? true : undefined,
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
    const gone = new URL(over.broker.exchange);
    gone.port = '1';
    for (const urls of [`${gone},${over.broker.exchange}`, `${over.broker.exchange},${gone}`]) {
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
    const { consumerCount, messageCount } = await over.hands.checkQueue(EXCHANGE_QUEUE);
    expect([consumerCount, messageCount, came.length]).toEqual([0, 1, 0]);
  });
});
