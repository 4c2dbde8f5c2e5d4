import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { canonicalBytes } from '#json';
import { keyFiles } from '../tools/sandbox/keys.js';
import { cli } from './support/cli.js';
import { json, call } from './support/http.js';
import { TestStack, eventually, example, permitted } from './support/stack.js';

jest.setTimeout(240_000);
const SETTLED_MS = 60_000;
const CONTENT_MAX = 256 * 1024;

describe('a Delge of its own', () => {
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.own('aside');
  });
  afterAll(() => delge.end());

  const quarantined = async (messageId: string): Promise<string> =>
    eventually(`${messageId} in quarantine`, SETTLED_MS, async () => {
      const { body } = await delge.operator('GET', '/v1/quarantine');
      const { items } = body as { readonly items: readonly { readonly id: string; readonly messageId?: string }[] };
      return items.find((item) => item.messageId === messageId)?.id;
    });

  it('keeps a message in quarantine until a retry ends well (I1), and shows decisions whose ground was not opened', async () => {
    const first = example('22');
    await delge.sandbox.client(first.system).submit(first.referral);
    await delge.settled(first.system, first.referral.id, ['fetched'], SETTLED_MS);
    const [row] = await delge.sql<{ id: string; opening: string }>(
      'operator',
      `SELECT id, convert_from(opening, 'UTF8') AS opening FROM registry.cooperation WHERE id = $1`,
      [first.referral.cooperationDecision],
    );
    if (row === undefined) throw new Error('not opened');
    await delge.sql(
      'operator',
      `SET session_replication_role = replica; DELETE FROM registry.cooperation WHERE id = '${row.id}'`,
    );
    await delge.stack.stop('exchange');
    await delge.stack.run('exchange');

    const second = example('22');
    await delge.sandbox.client(second.system).submit(second.referral);
    const [message] = await delge.settled(second.system, second.referral.id, ['quarantined'], SETTLED_MS);
    const id = await quarantined(message?.messageId ?? '');
    const { status, body } = await delge.operator('GET', '/v1/decisions');
    expect([status, (body as { items: object[] }).items.map((item) => 'cooperation' in item)]).toEqual([200, [false]]);

    const retry = (): ReturnType<TestStack['operator']> => delge.operator('POST', `/v1/quarantine/${id}/retry`);
    for (const _ of [1, 2]) {
      expect(await retry()).toMatchObject({
        status: 409,
        body: { type: '/problems/still-held', code: 'cooperation-not-opened' },
      });
    }
    await delge.stack.stop('registry');
    expect(await retry()).toMatchObject({ status: 503, body: { type: '/problems/not-ready' } });
    await delge.stack.run('registry');
    const path = `${delge.stack.url('registry')}/v1/cooperation-decisions/${row.id}`;
    expect((await call(path, json(row.opening, undefined, 'PUT'))).status).toBe(201);
    const at = ['--exchange', delge.stack.url('exchange'), '--token-file', keyFiles(delge.sandbox.dir).operatorToken];
    const listed = await cli('quarantine', 'list', ...at);
    expect(listed.out).toContain(id);
    expect(listed.out).toContain('samverkansbeslutet som åberopas är inte öppnat i registret');
    const retried = await cli('quarantine', 'retry', id, '--by', 'anna', ...at);
    expect(JSON.parse(retried.out)).toMatchObject({ id, state: 'retried', outcome: 'permit' });
    const { out } = await cli('quarantine', 'show', id, ...at);
    expect(out).not.toContain(second.referral.id);
    const { history } = JSON.parse(out) as { readonly history: readonly { readonly by: string; outcome: string }[] };
    expect(history.map(({ by, outcome }) => `${by}: ${outcome}`)).toEqual([
      'operator: cooperation-not-opened',
      'operator: cooperation-not-opened',
      'operator: registry',
      'anna: permit',
    ]);
    await delge.settled(second.system, second.referral.id, ['fetched'], SETTLED_MS);
    expect((await retry()).status).toBe(404);
    const after = (await delge.operator('GET', '/v1/decisions')).body as { readonly items: readonly object[] };
    expect(after.items.map((item) => 'cooperation' in item)).toEqual([true, true]);
  });

  it('carries the largest content that its message type takes, and stores nothing of what is larger', async () => {
    const { system, recipient, referral } = permitted();
    const client = delge.sandbox.client(system);
    const circumstances = '🜁'.repeat(20_000);
    const largest = { ...referral, content: { ...referral.content, circumstances } };
    await client.submit(largest);
    const [message] = await delge.settled(system, referral.id, ['fetched'], SETTLED_MS);
    const { content } = await delge.sandbox.client(recipient).delivery(message?.messageId ?? '');
    expect(content).toEqual(largest.content);

    const other = { ...permitted().referral, content: { ...referral.content, circumstances: '' } };
    const sized = (octets: number): object => {
      const room = octets - canonicalBytes(other.content).length;
      const text = '🜁'.repeat(Math.floor(room / 4)) + 'x'.repeat(room % 4);
      return { ...other, id: randomUUID(), content: { ...other.content, circumstances: text } };
    };
    const { gateway } = delge.sandbox.system(system);
    const token = await client.accessToken();
    for (const [octets, slug, status] of [
      [CONTENT_MAX, 'content-invalid', 422],
      [CONTENT_MAX + 1, 'too-large', 413],
    ] as const) {
      const body = sized(octets) as { readonly id: string };
      const answer = await call(`${gateway}/v1/referrals`, json(body, token));
      expect([answer.slug, answer.status]).toEqual([slug, status]);
      const rows = await delge.sql('kommunerna', 'SELECT 1 FROM gateway.referral WHERE id = $1', [body.id]);
      expect(rows).toEqual([]);
    }
  });

  it('knows no method on a route that the route does not have', async () => {
    const { system } = permitted();
    const { gateway } = delge.sandbox.system(system);
    const token = await delge.sandbox.client(system).accessToken();
    const nowhere = await call(`${gateway}/nowhere`, { headers: { authorization: `Bearer ${token}` } });
    for (const [method, path] of [
      ['DELETE', `/v1/referrals/${randomUUID()}`],
      ['PATCH', '/v1/referrals'],
      ['PUT', '/v1/deliveries'],
      ['POST', '/health/live'],
    ] as const) {
      const answer = await call(`${gateway}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
      expect(answer).toEqual(nowhere);
      expect([answer.status, answer.slug]).toEqual([404, 'not-found']);
    }
  });

  it('lists page by page, to the end and on from there', async () => {
    const { system, recipient, referral } = permitted();
    const client = delge.sandbox.client(recipient);
    const before: string[] = [];
    let after: string | undefined;
    const page = async () => {
      const { items, next } = await client.deliveries({ limit: '1', ...(after === undefined ? {} : { after }) });
      after = next;
      return items.map(({ id }) => id);
    };
    for (let ids = await page(); ids.length > 0; ids = await page()) before.push(...ids);
    const end = after;
    expect(before.length).toBeGreaterThan(0);
    expect(await page()).toEqual([]);
    expect(after).toBe(end);
    await delge.sandbox.client(system).submit(referral);
    const [message] = await delge.settled(system, referral.id, ['fetched'], SETTLED_MS);
    expect(await eventually('the next one', SETTLED_MS, async () => (await page())[0])).toBe(message?.messageId);
    expect(after).not.toBe(end);
  });

  it('does not start a service for another environment than that of trust.json', async () => {
    for (const service of delge.stack.services) {
      await delge.stack.stop(service);
      await expect(delge.stack.run(service, { DELGE_ENVIRONMENT: 'production' })).rejects.toThrow();
      expect(await delge.stack.process(service).ended).toMatch(/78/);
    }
  });
});
