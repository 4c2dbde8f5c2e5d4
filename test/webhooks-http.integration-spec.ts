import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { DelgeClient } from '#client';
import { ManageWebhooks } from '../apps/gateway/src/application/manage-webhooks.js';
import { WebhookController } from '../apps/gateway/src/http/webhook.controller.js';
import { alone } from '../apps/gateway/src/persistence/authority-transaction.js';
import { served } from './support/served.js';
import type { Served } from './support/served.js';
import { TestWebhooks } from './support/webhooks.js';

jest.setTimeout(60_000);
const OWNER = 'linkoping/socialnamnden';
const SYSTEM = randomUUID();

describe('the routes of webhooks', () => {
  let webhooks: TestWebhooks;
  let app: Served;
  let client: DelgeClient;
  const id = randomUUID();
  beforeAll(async () => {
    webhooks = await TestWebhooks.start('webhooks_http');
    const provider = { provide: ManageWebhooks, useValue: webhooks.managing() };
    app = await served([WebhookController], [provider], () => ({ system: SYSTEM, authority: OWNER }));
    ({ client } = app);
  });
  afterAll(async () => {
    await app.close();
    await webhooks.stop();
  });

  const ask = async (method: string, path: string, body?: object): Promise<readonly [number, unknown]> => {
    const [status, { violations = [] }] = await app.ask(method, `/v1/webhooks${path}`, body);
    return [status, violations];
  };

  it('do through the client what a system wants of them', async () => {
    const url = `${webhooks.receiver.origin}/client`;
    const made = await client.webhooks.put(id, url);
    expect([made.id, made.url, made.system, made.state, made.failures]).toEqual([id, url, SYSTEM, 'active', 0]);
    expect(await client.webhooks.put(id, url)).toEqual(made);
    expect(await client.webhooks.read(id)).toEqual(made);
    expect(await client.webhooks.list()).toEqual([made]);
    const test = await client.webhooks.test(id);
    const [event, other] = await webhooks.tell(OWNER, 2);
    const one = await client.webhooks.replay(id, { event: event! });
    const since = await client.webhooks.replay(id, { since: webhooks.now().toISOString(), after: event! });
    expect(since.items.map(({ eventId }) => eventId)).toEqual([other]);
    const log = await client.webhooks.attempts(id);
    expect(log.items).toEqual([...since.items, ...one.items, test]);
    expect((await client.webhooks.attempts(id, log.next)).items).toEqual([]);
    expect((await client.webhooks.rotate(id)).keys).toHaveLength(2);
    expect((await client.webhooks.rotate(id, { overlap: false })).keys).toHaveLength(1);
    expect((await client.webhooks.put(id, url, event)).cursor).toBe(event);
    await client.webhooks.remove(id);
    await client.webhooks.remove(id);
    await expect(client.webhooks.read(id)).rejects.toMatchObject({ problem: { status: 404 } });
  });

  it('change what their caller has read, and of two at once one alone', async () => {
    const url = (path: string): string => `${webhooks.receiver.origin}/${path}`;
    const failed = { problem: { status: 412, type: '/problems/precondition-failed' } };
    await expect(client.webhooks.put(id, url('a'), undefined, '*')).rejects.toMatchObject(failed);
    await client.webhooks.put(id, url('a'));
    const { etag, webhook } = await client.webhooks.readTagged(id);
    const both = (): Promise<PromiseSettledResult<unknown>[]> =>
      Promise.allSettled(['b', 'c'].map((path) => client.webhooks.put(id, url(path), undefined, etag)));
    // Both have come as far as they come before either writes.
    const released = await webhooks.db.transaction(async (tx) => {
      await alone(tx, `webhooks ${OWNER}`);
      const asked = both();
      for (let waiting = 0; waiting < 2;)
        [{ waiting }] = await tx.query<[{ waiting: number }]>(
          `SELECT count(*)::int AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
      return () => asked;
    });
    const outcomes = await released();
    const done = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(done).toHaveLength(1);
    for (const one of outcomes) if (one.status === 'rejected') expect(one.reason).toMatchObject(failed);
    const now = await client.webhooks.readTagged(id);
    expect(done).toEqual([{ status: 'fulfilled', value: now.webhook }]);
    expect(now.webhook.url).not.toBe(webhook.url);
    for (const stale of [etag, `W/${now.etag}`, '"x"']) {
      await expect(client.webhooks.put(id, url('f'), undefined, stale)).rejects.toMatchObject(failed);
      await expect(client.webhooks.remove(id, stale)).rejects.toMatchObject(failed);
    }
    expect(await client.webhooks.read(id)).toEqual(now.webhook);
    await client.webhooks.put(id, url('g'), undefined, `"x", ${now.etag}`);
    await client.webhooks.put(id, url('h'), undefined, '*');
    await client.webhooks.remove(id, (await client.webhooks.readTagged(id)).etag);
    await client.webhooks.remove(id, '*');
  });

  it('send again what happened since a time, also where it was not told in that order', async () => {
    await client.webhooks.put(id, `${webhooks.receiver.origin}/since`);
    const ids: string[] = [];
    for (const seconds of [100, -90, 100]) {
      webhooks.world.clock.advance(seconds * 1_000);
      ids.push(...(await webhooks.tell(OWNER, 1)));
    }
    const since = async (ms: number): Promise<readonly string[]> =>
      (await client.webhooks.replay(id, { since: new Date(webhooks.now().getTime() + ms).toISOString() })).items.map(
        ({ eventId }) => eventId,
      );
    expect(await since(-100_000)).toEqual(ids);
    expect(await since(-99_999)).toEqual([ids[0], ids[2]]);
    expect(await since(-9_999)).toEqual([ids[2]]);
    expect(await since(1)).toEqual([]);
    await client.webhooks.remove(id);
  });

  it('say by their status what was done, and refuse what is no request', async () => {
    const url = `${webhooks.receiver.origin}/status`;
    expect(await ask('PUT', `/${id}`, { url })).toEqual([201, []]);
    expect(await ask('PUT', `/${id}`, { url })).toEqual([200, []]);
    expect(await ask('PUT', `/${id}`, { url: 'https://elsewhere.example.se/' })).toEqual([
      422,
      [{ path: 'url', code: 'not-listed' }],
    ]);
    expect(await ask('PUT', '/mine', { url })).toEqual([400, [{ path: '/id', code: 'matches' }]]);
    const either = [{ path: 'event', code: 'event-or-since' }];
    const since = '2026-01-01T12:00:00Z';
    for (const body of [{}, { event: id, since }, { event: id, after: id }, { after: id }])
      expect(await ask('POST', `/${id}/replay`, body)).toEqual([400, either]);
    expect((await ask('POST', `/${id}/replay`, { since: 'yesterday' }))[0]).toBe(400);
    const longAgo = new Date(webhooks.now().getTime() - 30 * 24 * 3_600_000 - 1).toISOString();
    expect(await ask('POST', `/${id}/replay`, { since: longAgo })).toEqual([
      400,
      [{ path: 'since', code: 'too-long-ago' }],
    ]);
    expect(await ask('POST', `/${id}/replay`, { since, after: randomUUID() })).toEqual([404, []]);
    expect((await ask('GET', `/${id}/attempts?after=x`))[0]).toBe(400);
    expect(await ask('POST', `/${id}/rotation`)).toEqual([200, []]);
    expect((await ask('POST', `/${id}/rotation`, null as never))[0]).toBeLessThan(500);
    expect((await ask('POST', `/${id}/rotation`, []))[0]).toBe(400);
    expect(await ask('POST', `/${id}/rotation`, { overlap: 'no' })).toEqual([
      400,
      [{ path: '/overlap', code: 'isBoolean' }],
    ]);
    expect(await ask('PUT', `/${id}`, { url, after: randomUUID() })).toEqual([404, []]);
    expect(await ask('DELETE', `/${id}`)).toEqual([204, []]);
    expect(await ask('DELETE', `/${id}`)).toEqual([404, []]);
  });
});
