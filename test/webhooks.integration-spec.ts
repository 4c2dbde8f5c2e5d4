import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { receivedWebhook } from '#client';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresEventStore } from '../apps/gateway/src/persistence/event.store.js';
import { holding, status } from './support/webhook-receiver.js';
import { DEAD, NAMED, TestWebhooks } from './support/webhooks.js';

jest.setTimeout(60_000);
const OWNER = 'linkoping/socialnamnden';
const OTHER = 'linkoping/omsorgsnamnden';

describe('webhooks', () => {
  let webhooks: TestWebhooks;
  beforeAll(async () => {
    webhooks = await TestWebhooks.start('webhooks');
  });
  afterEach(async () => {
    await webhooks.stopLoops();
    for (const authority of [OWNER, OTHER])
      for (const { id } of (await webhooks.managing().list(authority)).items)
        await webhooks.managing().remove(webhooks.asking(authority), id);
  });
  afterAll(() => webhooks.stop());

  const idsAt = (path: string): readonly string[] => webhooks.receiver.at(path).map(({ id }) => id);
  const attemptsOf = async (id: string) =>
    (await webhooks.managing().attempts(OWNER, id, { limit: 200 })).items.toReversed();

  it('are told what happens after they were registered: in order, once, as it is listed, and signed', async () => {
    const [before] = await webhooks.tell(OWNER, 1);
    const { id, keys, cursor } = await webhooks.register(OWNER, '/order');
    expect(cursor).toBe(before);
    const ids = await webhooks.tell(OWNER, 30);
    await webhooks.tell(OTHER, 3);
    webhooks.loop([OWNER, OTHER]);
    const received = await webhooks.receiver.came('/order', ids.length);
    await webhooks.until(OWNER, id, (webhook) => webhook.cursor === ids.at(-1));
    expect(received.map((one) => one.id)).toEqual(ids);
    const listed = await new PostgresEventStore(webhooks.db).list(OWNER, before, 200);
    const taken = received.map(({ headers, body }) =>
      receivedWebhook(headers, Buffer.from(body), [keys[0]!.publicKey], webhooks.now()),
    );
    expect(taken).toEqual(listed);
    expect(received[0]?.headers['webhook-timestamp']).toBe(String(webhooks.now().getTime() / 1000));
    const attempts = await attemptsOf(id);
    expect(attempts.map(({ eventId, kind, status: code }) => [eventId, kind, code])).toEqual(
      ids.map((one) => [one, 'delivery', 204]),
    );
  });

  it('that are slow, dead or fail delay none of the others', async () => {
    const held: ServerResponse[] = [];
    webhooks.receiver.answer('/silent', (response) => void held.push(response));
    webhooks.receiver.answer('/broken', status(500));
    webhooks.receiver.answer('/cut-off', (response) => void response.destroy());
    // As much as it likes: what is said beyond the status is not read.
    webhooks.receiver.answer('/endless', (response) => {
      response.writeHead(200);
      const more = (): void => void (response.destroyed || (response.write('x'.repeat(1024)) && setImmediate(more)));
      more();
      response.on('drain', more);
    });
    const bad = new Map<string, string>();
    for (const path of ['/silent', '/broken', '/cut-off']) bad.set(path, (await webhooks.register(OWNER, path)).id);
    bad.set('/dead', (await webhooks.register(OWNER, '/', DEAD)).id);
    const good = ['/good-1', '/good-2', '/endless'];
    for (const path of good) await webhooks.register(OWNER, path);
    const other = await webhooks.register(OTHER, '/good-3');
    const ids = await webhooks.tell(OWNER, 20);
    const others = await webhooks.tell(OTHER, 20);
    webhooks.loop([OWNER, OTHER]);
    for (const path of good) await webhooks.receiver.came(path, ids.length);
    await webhooks.until(OTHER, other.id, ({ cursor }) => cursor === others.at(-1));
    for (const path of good) expect(idsAt(path)).toEqual(ids);
    for (const path of ['/broken', '/cut-off', '/dead']) {
      const { failures, state } = await webhooks.until(OWNER, bad.get(path)!, (webhook) => webhook.failures > 0);
      expect([path, failures, state]).toEqual([path, 1, 'retrying']);
    }
    expect(idsAt('/silent')).toEqual([ids[0]]);
    expect((await attemptsOf(bad.get('/dead')!)).map(({ code }) => code)).toEqual(['unreachable']);
    for (const response of held) response.destroy();
  });

  it('get an event that was in hand when the gateway stopped again under its id, and lose none', async () => {
    const { id } = await webhooks.register(OWNER, '/restart');
    webhooks.receiver.answer('/restart', (response, nth) => {
      if (nth !== 3) response.writeHead(200).end();
    });
    const ids = await webhooks.tell(OWNER, 6);
    const first = webhooks.loop([OWNER]);
    await webhooks.receiver.came('/restart', 3);
    await first.stop();
    expect((await attemptsOf(id)).map(({ status: code, code: fault }) => code ?? fault)).toEqual([
      200,
      200,
      'broken-off',
    ]);
    webhooks.loop([OWNER]);
    await webhooks.until(OWNER, id, ({ cursor }) => cursor === ids.at(-1));
    expect(idsAt('/restart')).toEqual([...ids.slice(0, 3), ...ids.slice(2)]);
  });

  it('are shared by several processes, each event sent by one of them', async () => {
    const paths = ['/shared-1', '/shared-2', '/shared-3'];
    const registered = new Map<string, string>();
    for (const path of paths) registered.set(path, (await webhooks.register(OWNER, path)).id);
    const url = webhooks.databases.urls.gateways.get('kommunerna') ?? '';
    for (let nth = 0; nth < 3; nth += 1) webhooks.loop([OWNER], await webhooks.databases.connect(url, 'gateway'));
    const ids = [...(await webhooks.tell(OWNER, 15)), ...(await webhooks.tell(OWNER, 15))];
    for (const path of paths) {
      await webhooks.until(OWNER, registered.get(path)!, ({ cursor }) => cursor === ids.at(-1));
      expect(idsAt(path)).toEqual(ids);
    }
  });

  it('that a process died with are taken up by another when its lease has ended', async () => {
    const { id } = await webhooks.register(OWNER, '/lease');
    const [event] = await webhooks.tell(OWNER, 1);
    const died = { authority: OWNER, id, lease: randomUUID() };
    const until = new Date(webhooks.now().getTime() + 60_000);
    const held = await webhooks.sending.take(died, webhooks.now(), until);
    expect(held?.event.id).toBe(event);
    expect(await webhooks.sending.take({ ...died, lease: randomUUID() }, webhooks.now(), until)).toBeUndefined();
    expect(await webhooks.sending.due([OWNER], webhooks.now(), 50)).toEqual([]);
    webhooks.world.clock.advance(60_000);
    webhooks.loop([OWNER]);
    await webhooks.until(OWNER, id, ({ cursor }) => cursor === event);
    // The one that was thought dead moves nothing any more.
    const late = { kind: 'delivery', eventId: event!, at: webhooks.now(), milliseconds: 1, bodySha256: 'x' } as const;
    expect(await webhooks.sending.settle(died, late, { is: 'gone' }, webhooks.now(), until)).toEqual({ isOurs: false });
    expect((await webhooks.managing().read(OWNER, id)).state).toBe('active');
    expect(idsAt('/lease')).toEqual([event]);
  });

  it('are tried again by the schedule, no sooner than they ask for, and ended after the last', async () => {
    const { id } = await webhooks.register(OWNER, '/failing');
    webhooks.receiver.answer('/failing', (response, nth) =>
      status(nth > 11 ? 200 : 503, nth === 2 ? { 'retry-after': '3600' } : {})(response, nth),
    );
    const [event] = await webhooks.tell(OWNER, 1);
    webhooks.loop([OWNER]);
    const waits: number[] = [];
    for (let failures = 1; failures < 10; failures += 1) {
      const { nextAttemptAt } = await webhooks.until(OWNER, id, (webhook) => webhook.failures === failures);
      waits.push(Date.parse(nextAttemptAt ?? '') - webhooks.now().getTime());
      webhooks.world.clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits.map((ms) => ms / 60_000)).toEqual([5 / 60, 60, 30, 120, 300, 600, 840, 1200, 1440]);
    const failed = await webhooks.until(OWNER, id, ({ state }) => state === 'failed');
    expect(failed.nextAttemptAt).toBeUndefined();
    expect(idsAt('/failing')).toEqual(Array.from({ length: 10 }, () => event));
    // It begins where it was.
    const { isNew, webhook } = await webhooks.managing().put(webhooks.asking(OWNER), id, { url: failed.url });
    expect([isNew, webhook.cursor, webhook.state, webhook.failures]).toEqual([false, failed.cursor, 'active', 0]);
    await webhooks.until(OWNER, id, ({ failures }) => failures === 1);
    webhooks.world.clock.advance(5_000);
    const after = await webhooks.until(OWNER, id, ({ cursor }) => cursor === event);
    expect([after.state, after.failures]).toEqual(['active', 0]);
  });

  it('are looked for by those that are longest due, so many at a time', async () => {
    const { id: first } = await webhooks.register(OWNER, '/first');
    webhooks.world.clock.advance(1_000);
    const { id: other } = await webhooks.register(OTHER, '/second');
    webhooks.world.clock.advance(1_000);
    await webhooks.register(OWNER, '/third');
    for (const authority of [OWNER, OTHER]) await webhooks.tell(authority, 1);
    const due = await webhooks.sending.due([OTHER, OWNER], webhooks.now(), 2);
    expect(due).toEqual([
      { authority: OWNER, id: first },
      { authority: OTHER, id: other },
    ]);
  });

  it('of which a key does not open are tried once in a minute, are listed, and get another key when registered again', async () => {
    const { id, url, keys } = await webhooks.register(OWNER, '/broken-key');
    const { id: other } = await webhooks.register(OTHER, '/beside');
    await asAuthority(webhooks.db, OWNER, (tx) =>
      tx.query(`UPDATE gateway.webhook_key SET detail = 'x' WHERE webhook_id = $1`, [id]),
    );
    const [event] = await webhooks.tell(OWNER, 1);
    webhooks.loop([OWNER, OTHER]);
    const failed = (): number =>
      webhooks.lines.filter((line) => line.event === 'webhook.not-served' && line['webhookId'] === id).length;
    const rounds = async (): Promise<void> => {
      for (let nth = 0; nth < 5; nth += 1) {
        const [last] = await webhooks.tell(OTHER, 1);
        await webhooks.until(OTHER, other, ({ cursor }) => cursor === last);
      }
    };
    await rounds();
    expect(failed()).toBe(1);
    webhooks.world.clock.advance(60_000);
    await rounds();
    expect(failed()).toBe(2);
    expect((await webhooks.managing().list(OWNER)).items.map(({ keys: [key] }) => key)).toEqual(keys);
    const { webhook } = await webhooks.managing().put(webhooks.asking(OWNER), id, { url });
    expect([webhook.keys.length, webhook.keys[0]?.publicKey === keys[0]?.publicKey]).toEqual([1, false]);
    const [received] = await webhooks.receiver.came('/broken-key', 1);
    expect([received?.id, holding(received!, webhook.keys[0]!.publicKey)]).toEqual([event, 1]);
  });

  it('are tried at once when they are registered again, and no oftener than the schedule has it', async () => {
    const { id, url } = await webhooks.register(OWNER, '/often');
    webhooks.receiver.answer('/often', status(500));
    await webhooks.tell(OWNER, 1);
    webhooks.loop([OWNER]);
    for (let failures = 1; failures < 10; failures += 1) {
      await webhooks.until(OWNER, id, (webhook) => webhook.failures === failures);
      await webhooks.managing().put(webhooks.asking(OWNER), id, { url });
    }
    await webhooks.until(OWNER, id, ({ state }) => state === 'failed');
    expect(idsAt('/often')).toHaveLength(10);
  });

  it('end at once when the receiver says that it is gone', async () => {
    const { id } = await webhooks.register(OWNER, '/gone');
    webhooks.receiver.answer('/gone', status(410));
    await webhooks.tell(OWNER, 2);
    webhooks.loop([OWNER]);
    await webhooks.until(OWNER, id, ({ state }) => state === 'gone');
    expect(await webhooks.sending.due([OWNER], new Date(webhooks.now().getTime() + 1e9), 50)).toEqual([]);
    expect(idsAt('/gone')).toHaveLength(1);
    expect(await webhooks.sending.stopped([OTHER, OWNER])).toBe(1);
    expect(await webhooks.sending.stopped([OTHER])).toBe(0);
    expect(webhooks.lines.filter((line) => line['webhookId'] === id).map(({ event, code }) => [event, code])).toEqual([
      ['webhook.registered', 'created'],
      ['webhook.ended', 'gone'],
    ]);
  });

  it('do not end by what is answered after they were registered again', async () => {
    const { id, url } = await webhooks.register(OWNER, '/late');
    let answer = (): void => undefined;
    webhooks.receiver.answer('/late', (response, nth) => {
      if (nth === 1) answer = () => void response.writeHead(410).end();
      else response.writeHead(200).end();
    });
    const [event] = await webhooks.tell(OWNER, 1);
    const loop = webhooks.loop([OWNER]);
    await webhooks.receiver.came('/late', 1);
    await webhooks.managing().put(webhooks.asking(OWNER), id, { url: `${url}-moved` });
    answer();
    await webhooks.until(OWNER, id, ({ cursor }) => cursor === event);
    await loop.stop();
    expect(webhooks.lines.filter((line) => line.event === 'webhook.ended' && line['webhookId'] === id)).toEqual([]);
    expect((await attemptsOf(id)).map((one) => one.status).toSorted((a = 0, b = 0) => a - b)).toEqual([204, 410]);
  });

  it('are not followed to where they point', async () => {
    const { id } = await webhooks.register(OWNER, '/redirect');
    webhooks.receiver.answer('/redirect', status(307, { location: `${webhooks.receiver.origin}/elsewhere` }));
    await webhooks.tell(OWNER, 1);
    webhooks.loop([OWNER]);
    await webhooks.until(OWNER, id, ({ failures }) => failures === 1);
    expect((await attemptsOf(id)).map((one) => one.status)).toEqual([307]);
    expect(idsAt('/elsewhere')).toEqual([]);
  });

  it.each([
    ['this machine', ['127.0.0.1']],
    ['the own network', ['10.0.0.1']],
    ['what a cloud tells its machines', ['169.254.169.254']],
    ['an address within another', ['::ffff:10.0.0.1']],
    ['two places, one of them good', ['8.8.8.8', 'fd00::1']],
  ])('are not sent where a name leads to %s', async (_, addresses) => {
    let asked = 0;
    webhooks.resolve = () => {
      asked += 1;
      const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      return Promise.resolve(found);
    };
    const { id } = await webhooks.register(OWNER, '/', NAMED);
    await webhooks.tell(OWNER, 1);
    webhooks.loop([OWNER]);
    await webhooks.until(OWNER, id, ({ failures }) => failures === 1);
    expect((await attemptsOf(id)).map(({ code }) => code)).toEqual(['address-refused']);
    // What was looked at is what would have been connected to: nobody asks a second time.
    expect(asked).toBe(1);
  });
});
