import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Scope } from '#contracts';
import { outcomeOf } from '#testing';
import type { ManageWebhooks } from '../apps/gateway/src/application/manage-webhooks.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresSystemStore } from '../apps/gateway/src/persistence/system.store.js';
import { makeWebhookKey } from '../apps/gateway/src/webhooks/signing.js';
import { holding, status } from './support/webhook-receiver.js';
import { TestWebhooks } from './support/webhooks.js';

jest.setTimeout(60_000);
const OWNER = 'linkoping/socialnamnden';
const OTHER = 'linkoping/omsorgsnamnden';

describe('a webhook', () => {
  let webhooks: TestWebhooks;
  let managing: ManageWebhooks;
  let id: string;
  let path: string;
  const here = new AbortController().signal;
  beforeAll(async () => {
    webhooks = await TestWebhooks.start('webhooks_managed');
  });
  beforeEach(async () => {
    managing = webhooks.managing();
    for (const one of (await managing.list(OWNER)).items) await managing.remove(webhooks.asking(OWNER), one.id);
    path = `/${randomUUID()}`;
    ({ id } = await webhooks.register(OWNER, path));
  });
  afterAll(() => webhooks.stop());

  it('is registered once, as often as it is asked for, and at another address when it is asked for that', async () => {
    const before = await managing.read(OWNER, id);
    expect(await managing.put(webhooks.asking(OWNER), id, { url: before.url })).toEqual({
      isNew: false,
      webhook: before,
    });
    const url = `${webhooks.receiver.origin}/moved`;
    expect(await managing.put(webhooks.asking(OWNER), id, { url })).toEqual({
      isNew: false,
      webhook: { ...before, url },
    });
    expect((await managing.list(OWNER)).items).toHaveLength(1);
  });

  it('is refused where the operator does not list its target, and beyond ten of an authority', async () => {
    const refusal = (url: string): Promise<string> =>
      outcomeOf(() => managing.put(webhooks.asking(OWNER), randomUUID(), { url }));
    expect(await refusal('https://elsewhere.example.se/')).toBe('WEBHOOK_REFUSED');
    expect(await refusal(`${webhooks.receiver.origin.replace('127.0.0.1', '127.1')}/`)).toBe('WEBHOOK_REFUSED');
    for (let nth = 1; nth < 10; nth += 1) await webhooks.register(OWNER, '/');
    expect(await refusal(`${webhooks.receiver.origin}/`)).toBe('WEBHOOK_REFUSED');
    expect((await managing.list(OWNER)).items).toHaveLength(10);
  });

  it('is one of ten although many are registered at once', async () => {
    const url = `${webhooks.receiver.origin}/`;
    const outcomes = await Promise.all(
      Array.from({ length: 15 }, () =>
        outcomeOf(() => webhooks.managing().put(webhooks.asking(OWNER), randomUUID(), { url })),
      ),
    );
    expect(outcomes.filter((one) => one === 'accepted')).toHaveLength(9);
    expect((await managing.list(OWNER)).items).toHaveLength(10);
  });

  it('stands still when its system gets another key, until a system of the authority registers it again', async () => {
    const systems = new PostgresSystemStore(webhooks.db, () => []);
    const system = randomUUID();
    const enrol = (kid: string): Promise<string> => {
      webhooks.world.clock.advance(1_000);
      const statedAt = webhooks.now();
      return systems.put({ id: system, authority: OWNER, kid, jwk: {}, statement: 'x', statedAt });
    };
    const [first, second] = [randomUUID(), randomUUID()];
    expect(await enrol(first)).toBe('stored');
    const { url } = await managing.read(OWNER, id);
    const before = { authority: OWNER, system, kid: first };
    await managing.put(before, id, { url });
    const mine = { authority: OWNER, system: randomUUID() };
    const other = await managing.put(mine, randomUUID(), { url: `${webhooks.receiver.origin}/mine` });
    await webhooks.tell(OWNER, 1);
    expect(await enrol(first)).toBe('stored');
    expect((await managing.read(OWNER, id)).state).toBe('active');
    const lease = { authority: OWNER, id, lease: randomUUID() };
    const until = new Date(webhooks.now().getTime() + 60_000);
    const held = await webhooks.sending.take(lease, webhooks.now(), until);
    expect(await enrol(second)).toBe('stored');
    // What was in hand moves nothing any more.
    const tried = { kind: 'delivery', eventId: held!.event.id, at: until, milliseconds: 1, bodySha256: 'x' } as const;
    await webhooks.sending.settle(lease, tried, { is: 'failed' }, until, until);
    const still = await managing.read(OWNER, id);
    expect([still.state, still.system]).toEqual(['suspended', system]);
    expect((await webhooks.sending.due([OWNER], until, 50)).map((one) => one.id)).toEqual([other.webhook.id]);
    // Let in while it had its first key, and not done with by then.
    for (const one of [id, randomUUID()])
      expect(await outcomeOf(() => managing.put(before, one, { url }))).toBe('UNAUTHENTICATED');
    expect(await managing.read(OWNER, id)).toEqual(still);
    const { webhook } = await managing.put(mine, id, { url });
    expect(webhook).toEqual({ ...still, state: 'active', system: mine.system });
    expect((await webhooks.sending.due([OWNER], until, 50)).map((one) => one.id)).toContain(id);
  });

  it('stands still when its system may register none or read no events any more', async () => {
    const systems = new PostgresSystemStore(webhooks.db, () => []);
    const kid = randomUUID();
    const mine = { authority: OWNER, system: randomUUID(), kid };
    const enrol = (...scopes: readonly Scope[]): Promise<string> => {
      webhooks.world.clock.advance(1_000);
      const statedAt = webhooks.now();
      return systems.put({ id: mine.system, authority: OWNER, kid, jwk: {}, statement: 'x', statedAt, scopes });
    };
    const own = randomUUID();
    const url = `${webhooks.receiver.origin}/scopes`;
    const state = async (): Promise<string> => (await managing.read(OWNER, own)).state;
    for (const lessened of [['events:read', 'referrals:read'], ['webhooks:write'], ['webhooks:read']] as const) {
      expect(await enrol('events:read', 'webhooks:write')).toBe('stored');
      await managing.put(mine, own, { url });
      expect(await enrol('events:read', 'webhooks:write', 'cases:read')).toBe('stored');
      expect(await state()).toBe('active');
      expect(await enrol(...lessened)).toBe('stored');
      expect([lessened, await state()]).toEqual([lessened, 'suspended']);
      // Let in while it might, and not done with by then.
      expect(await outcomeOf(() => managing.put(mine, own, { url }))).toBe('UNAUTHENTICATED');
      expect([lessened, await state()]).toEqual([lessened, 'suspended']);
    }
    expect((await managing.read(OWNER, id)).state).toBe('active');
  });

  it('stands still when its system ends, which registers none any more', async () => {
    const systems = new PostgresSystemStore(webhooks.db, () => []);
    const [system, kid] = [randomUUID(), randomUUID()];
    const said = { id: system, authority: OWNER, statement: 'x' };
    const mine = { authority: OWNER, system, kid };
    webhooks.world.clock.advance(1_000);
    await systems.put({ ...said, kid, jwk: {}, statedAt: webhooks.now() });
    const { url } = await managing.read(OWNER, id);
    await managing.put(mine, id, { url });
    webhooks.world.clock.advance(1_000);
    expect(await systems.end({ ...said, statedAt: webhooks.now() })).toBe('stored');
    expect(await outcomeOf(() => managing.put(mine, id, { url }))).toBe('UNAUTHENTICATED');
    expect((await managing.read(OWNER, id)).state).toBe('suspended');
  });

  it('is told of in the log by whichever system does what to it', async () => {
    const { system } = webhooks.asking(OWNER);
    const url = `${webhooks.receiver.origin}/elsewhere`;
    await managing.put({ authority: OWNER, system }, id, { url });
    await managing.rotate({ authority: OWNER, system }, id);
    await managing.remove({ authority: OWNER, system }, id);
    const told = webhooks.lines.filter((line) => line['webhookId'] === id);
    expect(told.map(({ event, code }) => [event, code])).toEqual([
      ['webhook.registered', 'created'],
      ['webhook.moved', 'moved'],
      ['webhook.rotated', undefined],
      ['webhook.removed', undefined],
    ]);
    expect(told.map((line) => [line['authorityId'], line['system']])).toEqual(told.map(() => [OWNER, system]));
  });

  it('is registered and given keys so often in a minute and no more', async () => {
    const { url } = await managing.read(OWNER, id);
    for (let nth = 0; nth < 10; nth += 1) {
      await managing.put(webhooks.asking(OWNER), id, { url });
      await managing.rotate(webhooks.asking(OWNER), id);
    }
    expect(await outcomeOf(() => managing.put(webhooks.asking(OWNER), id, { url }))).toBe('rate-limited');
    expect(await outcomeOf(() => managing.rotate(webhooks.asking(OWNER), id))).toBe('rate-limited');
  });

  it('does not exist for another authority, which may use the same id for its own', async () => {
    const [event] = await webhooks.tell(OWNER, 1);
    const tried: readonly (() => Promise<unknown>)[] = [
      () => managing.read(OTHER, id),
      () => managing.remove(webhooks.asking(OTHER), id),
      () => managing.rotate(webhooks.asking(OTHER), id),
      () => managing.attempts(OTHER, id, { limit: 20 }),
      () => managing.test(OTHER, id, here),
      () => managing.replayOne(OTHER, id, event!, here),
      () => managing.replaySince(OTHER, id, { since: new Date(0) }, here),
    ];
    for (const one of tried) expect(await outcomeOf(one)).toBe('NOT_FOUND');
    const { isNew, webhook } = await managing.put(webhooks.asking(OTHER), id, {
      url: `${webhooks.receiver.origin}/other`,
    });
    expect(isNew).toBe(true);
    const own = await managing.read(OWNER, id);
    expect([own.url === webhook.url, own.keys[0]?.publicKey === webhook.keys[0]?.publicKey]).toEqual([false, false]);
    expect(await outcomeOf(() => managing.replayOne(OTHER, id, event!, here))).toBe('NOT_FOUND');
    await managing.remove(webhooks.asking(OTHER), id);
    expect((await managing.read(OWNER, id)).id).toBe(id);
    expect(webhooks.receiver.at(path)).toEqual([]);
  });

  it('is tested: what came of it is answered and noted, and nothing moves', async () => {
    const before = await managing.read(OWNER, id);
    const taken = await managing.test(OWNER, id, here);
    webhooks.receiver.answer(path, status(500));
    const failed = await managing.test(OWNER, id, here);
    expect([taken.kind, taken.status, failed.status]).toEqual(['test', 204, 500]);
    const [sent] = webhooks.receiver.at(path);
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      id: taken.eventId,
      type: 'webhook.test',
      timestamp: webhooks.now().toISOString(),
      data: { webhookId: id },
    });
    expect(holding(sent!, before.keys[0]!.publicKey)).toBe(1);
    expect(await managing.read(OWNER, id)).toEqual(before);
    expect((await managing.attempts(OWNER, id, { limit: 20 })).items).toEqual([failed, taken]);
  });

  it('is sent one event again, or those since a time, by the same ids, and nothing moves', async () => {
    await webhooks.tell(OWNER, 2);
    webhooks.world.clock.advance(1_000);
    const since = webhooks.now();
    const ids = await webhooks.tell(OWNER, 25);
    const before = await managing.read(OWNER, id);
    const one = await managing.replayOne(OWNER, id, ids[3]!, here);
    expect(one.items.map(({ eventId, kind, status: code }) => [eventId, kind, code])).toEqual([
      [ids[3], 'replay', 204],
    ]);
    const first = await managing.replaySince(OWNER, id, { since }, here);
    expect([first.items.length, first.next]).toEqual([20, ids[19]]);
    const second = await managing.replaySince(OWNER, id, { since, after: first.next }, here);
    expect(second.next).toBeUndefined();
    expect(webhooks.receiver.at(path).map((sent) => sent.id)).toEqual([ids[3], ...ids]);
    expect(await managing.read(OWNER, id)).toEqual(before);
    expect(await outcomeOf(() => managing.replayOne(OWNER, id, randomUUID(), here))).toBe('NOT_FOUND');
  });

  it('is sent no more again after one that it did not take', async () => {
    const since = webhooks.now();
    webhooks.world.clock.advance(1);
    const ids = await webhooks.tell(OWNER, 4);
    webhooks.receiver.answer(path, (response, nth) => status(nth === 3 ? 500 : 200)(response, nth));
    const { items, next } = await managing.replaySince(OWNER, id, { since: new Date(since.getTime() + 1) }, here);
    expect(items.map(({ status: code }) => code)).toEqual([200, 200, 500]);
    expect(next).toBe(ids[1]);
    expect((await managing.read(OWNER, id)).failures).toBe(0);
  });

  it('is tested and sent things again so often in a minute and no more', async () => {
    for (let nth = 0; nth < 20; nth += 1) await managing.test(OWNER, id, here);
    expect(await outcomeOf(() => managing.test(OWNER, id, here))).toBe('rate-limited');
    const [event] = await webhooks.tell(OWNER, 1);
    expect(await outcomeOf(() => managing.replayOne(OWNER, id, event!, here))).toBe('rate-limited');
    webhooks.world.clock.advance(60_000);
    expect((await managing.test(OWNER, id, here)).status).toBe(204);
  });

  it('goes on behind the event that it is registered with', async () => {
    const [first, second] = await webhooks.tell(OWNER, 3);
    const { url } = await managing.read(OWNER, id);
    const put = (which: string, after: string): Promise<unknown> =>
      managing.put(webhooks.asking(OWNER), which, { url, after });
    const fresh = randomUUID();
    await put(fresh, first!);
    await put(id, second!);
    expect((await managing.read(OWNER, fresh)).cursor).toBe(first);
    expect((await managing.read(OWNER, id)).cursor).toBe(second);
    expect(await outcomeOf(() => put(id, randomUUID()))).toBe('NOT_FOUND');
    const [foreign] = await webhooks.tell(OTHER, 1);
    expect(await outcomeOf(() => put(id, foreign!))).toBe('NOT_FOUND');
    expect(await outcomeOf(() => put(randomUUID(), foreign!))).toBe('NOT_FOUND');
    expect((await managing.read(OWNER, id)).cursor).toBe(second);
  });

  it('says that the operator lists its target no more', async () => {
    const other = randomUUID();
    const url = 'https://elsewhere.example.se/';
    const { system } = webhooks.asking(OWNER);
    await webhooks.store.put(OWNER, { id: other, url, system }, makeWebhookKey(), 10, webhooks.now());
    expect((await managing.read(OWNER, other)).state).toBe('not-listed');
    expect((await managing.read(OWNER, id)).state).toBe('active');
  });

  it('has an attempt noted that whoever asked for it did not wait for', async () => {
    const gone = new AbortController();
    webhooks.receiver.answer(path, () => gone.abort());
    expect(await outcomeOf(() => managing.test(OWNER, id, gone.signal))).toBe('NOT_FOUND');
    const { items } = await managing.attempts(OWNER, id, { limit: 20 });
    expect(items.map(({ kind, code }) => [kind, code])).toEqual([['test', 'broken-off']]);
  });

  it('has its attempts read page by page, newest first, and keeps them for 30 days', async () => {
    const sent: string[] = [];
    for (let nth = 0; nth < 5; nth += 1) sent.unshift((await managing.test(OWNER, id, here)).eventId);
    const read: string[] = [];
    for (let after: string | undefined; ;) {
      const { items, next } = await managing.attempts(OWNER, id, {
        limit: 2,
        ...(after === undefined ? {} : { after }),
      });
      if (items.length === 0) break;
      read.push(...items.map(({ eventId }) => eventId));
      after = next;
    }
    expect(read).toEqual(sent);
    const far = '99999999999999999999.99999999999999999999';
    expect((await managing.attempts(OWNER, id, { limit: 1, after: far })).items).toHaveLength(1);
    webhooks.world.clock.advance(30 * 24 * 3_600_000 + 1);
    expect((await managing.attempts(OWNER, id, { limit: 20 })).items).toEqual([]);
    const { eventId } = await managing.test(OWNER, id, here);
    await managing.rotate(webhooks.asking(OWNER), id);
    const kept = (table: string): Promise<unknown[]> =>
      asAuthority(webhooks.db, OWNER, (tx) =>
        tx.query<unknown[]>(`SELECT 1 FROM gateway.${table} WHERE webhook_id = $1`, [id]),
      );
    await webhooks.sending.prune([OTHER, OWNER], webhooks.now());
    expect([(await kept('webhook_attempt')).length, (await kept('webhook_key')).length]).toEqual([1, 2]);
    expect((await managing.attempts(OWNER, id, { limit: 20 })).items.map((one) => one.eventId)).toEqual([eventId]);
    webhooks.world.clock.advance(24 * 3_600_000);
    await webhooks.sending.prune([OTHER, OWNER], webhooks.now());
    expect(await kept('webhook_key')).toHaveLength(1);
  });

  it('is removed with what was kept of it', async () => {
    await managing.test(OWNER, id, here);
    await managing.remove(webhooks.asking(OWNER), id);
    const left = await asAuthority(webhooks.db, OWNER, (tx) =>
      tx.query<unknown[]>(`SELECT 1 FROM gateway.webhook_key UNION ALL SELECT 1 FROM gateway.webhook_attempt`),
    );
    expect(left).toEqual([]);
    expect(await outcomeOf(() => managing.remove(webhooks.asking(OWNER), id))).toBe('NOT_FOUND');
  });
});
