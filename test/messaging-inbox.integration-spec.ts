import { describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DisclosureTransport, EXCHANGE_QUEUE, HoldError, QUARANTINE_QUEUE, Suspects, claimInbox } from '#messaging';
import type { IncomingMessage } from '#messaging';
import { GATEWAY, SOON_MS, TYPE, messaging } from './support/messaging.js';
import type { Handler } from './support/messaging.js';
import { eventually } from './support/stack.js';

jest.setTimeout(60_000);

describe('messages from the broker to the inbox', () => {
  const over = messaging('messaging_inbox');
  const {
    aGate,
    relay,
    consumer,
    consuming,
    send,
    publishRaw,
    waitingIn,
    taken,
    events,
    logged,
    unpublished,
    cut,
    effects,
    settled,
    log,
    endings,
  } = over;

  it('are acknowledged after the commit of their handler, and not before', async () => {
    const gate = aGate();
    const { handler, had, came } = effects();
    const transport = consumer(async (message) => {
      if (came.length === 0) {
        came.push(message);
        await over.receiving.transaction(async (tx) => {
          if (await claimInbox(tx, 'exchange', 'test', message.messageId, message.body)) had.push(message.messageId);
          await gate.through();
        });
      } else await handler(message);
    });
    await consuming(transport);
    relay();
    const [id = ''] = await send();
    await gate.arrived;
    // Nothing was acknowledged: the over.broker gives it again when the connection ends, and the second waits for the first one's claim.
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
      const channel = await over.admin.createChannel();
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
      const answer = await over.receiving.query<T>(sql, values);
      if (lost === 5 || sql === 'SELECT 1') return answer;
      lost += 1;
      throw Object.assign(new Error('lost'), { code: 'ECONNRESET' });
    };
    const { handler, had, came } = effects();
    consumer(handler, [TYPE], undefined, new Suspects({ query } as never, 'exchange'));
    await settled(had, ids);
    expect([lost, came[0]?.deliveries, events('message.quarantined')]).toEqual([5, 3, []]);
    await eventually('nothing is held against it', SOON_MS, async () =>
      (await over.receiving.query<object[]>('SELECT FROM exchange.suspect_run')).length === 0 ? true : undefined,
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
      await new Suspects(over.receiving, 'exchange', run).begin(EXCHANGE_QUEUE, message);
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
    const { origin, username, password } = new URL(over.servers.rabbitmq.management);
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const answer = await fetch(`${origin}/api/policies/${over.vhost}/${QUARANTINE_QUEUE}`, {
      headers: { authorization },
    });
    const policy = (await answer.json()) as { readonly pattern: string; readonly definition: Record<string, number> };
    expect(new RegExp(policy.pattern).test(QUARANTINE_QUEUE)).toBe(true);
    expect(policy.definition['delivery-limit']).toBeGreaterThan(1_000_000);
    const failures: number[] = [];
    const dead = new DisclosureTransport(
      { url: over.broker.exchange, queue: QUARANTINE_QUEUE, name: 'test', prefetch: 4, deadLetters: true },
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
});
