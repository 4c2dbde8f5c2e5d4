import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createPublicKey, verify } from 'node:crypto';
import { aProblem, fakeGateway, fakeServer } from '#testing';
import type { FakeAnswer, FakeRequest } from '#testing';
import { Command } from 'commander';
import { listenCommand } from './listen.js';

const AUTHORITY = 'fk/forsakringskassan';

/** A gateway with five events, whose access ends after the last one: that is how each run here ends. */
describe('delge listen', () => {
  const events = [1, 2, 3, 4, 5].map((nth) => ({
    id: String(nth),
    type: 'delivery.received',
    timestamp: '2026-11-24T08:00:00.000Z',
    data: { messageId: `message-${nth}` },
  }));
  const ENDED = aProblem('unauthenticated', 401);
  const acknowledged: string[] = [];
  const received: FakeRequest[] = [];
  /** What comes in place of the page that is asked for next. */
  let instead: FakeAnswer | undefined;
  let answer: (request: FakeRequest) => object | FakeAnswer | undefined;
  let gateway: Awaited<ReturnType<typeof fakeGateway>>;
  let receiver: Awaited<ReturnType<typeof fakeServer>>;

  beforeAll(async () => {
    gateway = await fakeGateway(AUTHORITY, ({ path, query, body }) => {
      if (path === '/v1/events/acknowledgement') {
        const { through } = JSON.parse(body) as { readonly through: string };
        acknowledged.push(through);
        return { acknowledged: through };
      }
      if (path !== '/v1/events') return undefined;
      const fault = instead;
      instead = undefined;
      const after = Number(query.get('after') ?? '2');
      // Two a page, so that there is a page after another.
      const items = events.slice(after, after + 2);
      return fault ?? (items.length === 0 ? ENDED : { items, next: items.at(-1)?.id });
    });
    receiver = await fakeServer(take);
  });
  const take = (request: FakeRequest): object | FakeAnswer | undefined => {
    received.push(request);
    return answer(request);
  };
  beforeEach(() => {
    for (const list of [acknowledged, received]) list.length = 0;
    answer = () => ({});
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => {
    receiver.close();
    gateway.close();
  });

  let printed: string[] = [];
  let told: string[] = [];
  let onTold = (): void => undefined;
  const delge = async (...args: readonly string[]): Promise<void> => {
    const program = new Command('delge').option('--sandbox <file>', '', gateway.sandbox).exitOverride();
    listenCommand(program);
    [printed, told] = [[], []];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told.push(String(text));
      onTold();
      return true;
    });
    await program.parseAsync(['node', 'delge', 'listen', '--as', AUTHORITY, ...args]);
  };
  const to = (): string => `${receiver.url}/hook?a=b`;
  const idsOf = (requests: readonly FakeRequest[]): readonly unknown[] =>
    requests.map(({ headers }) => headers['webhook-id']);

  it('posts each event once and in order from where the cursor is, signed with the key that it prints', async () => {
    await expect(delge('--forward-to', to())).rejects.toThrow('401');
    expect(idsOf(received)).toEqual(['3', '4', '5']);
    expect(received.map(({ body }) => JSON.parse(body) as object)).toEqual(events.slice(2));
    expect(printed.slice(1).map((line) => line.split('  ')[0])).toEqual(['200', '200', '200']);
    expect(acknowledged).toEqual([]);

    const key = /whpk_(\S+)/.exec(printed[0] ?? '')?.[1] ?? '';
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key, 'base64').toString('base64url') };
    for (const { headers, body, path, method } of received) {
      const [id, at, given] = ['id', 'timestamp', 'signature'].map((name) => String(headers[`webhook-${name}`]));
      const signed = Buffer.from(`${id}.${at}.${body}`);
      const [version, signature = ''] = given!.split(',');
      const isGenuine = verify(
        null,
        signed,
        createPublicKey({ key: jwk, format: 'jwk' }),
        Buffer.from(signature, 'base64'),
      );
      expect([version, isGenuine, Buffer.from(key, 'base64').length]).toEqual(['v1a', true, 32]);
      expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60);
      expect([method, path, headers['content-type']]).toEqual(['POST', '/hook', 'application/json']);
    }
  });

  it('goes on from an event, and shows what was answered, without following it elsewhere', async () => {
    answer = () => ({ status: 302, body: {} });
    await expect(delge('--forward-to', to(), '--after', '4')).rejects.toThrow('401');
    expect(idsOf(received)).toEqual(['5']);
    expect(printed[1]).toMatch(/^302 {2}delivery\.received {2}5/);
  });

  it('acknowledges each event that was taken, when asked to', async () => {
    await expect(delge('--forward-to', to(), '--acknowledge')).rejects.toThrow('401');
    expect(acknowledged).toEqual(['3', '4', '5']);
  });

  it('ends at an event that was not taken, and acknowledges neither it nor what came after', async () => {
    answer = ({ headers }) => (headers['webhook-id'] === '4' ? { status: 500, body: {} } : {});
    await expect(delge('--forward-to', to(), '--acknowledge')).rejects.toThrow('answered 500');
    expect(acknowledged).toEqual(['3']);
    expect(idsOf(received)).toEqual(['3', '4']);
  });

  it('waits for a receiver that is away, says so once, and passes nothing by', async () => {
    const away = await fakeServer(take);
    away.close();
    const port = Number(new URL(away.url).port);
    let back: Promise<{ close(): void }> | undefined;
    // Of two refusals in a row the second is that of a proxy whose receiver is not up yet.
    let times = 0;
    answer = () => ((times += 1) === 1 ? { status: 502, body: {} } : {});
    onTold = () => void (back ??= fakeServer(take, port));
    await expect(delge('--forward-to', `${away.url}/hook`)).rejects.toThrow('401');
    onTold = () => undefined;
    (await back)?.close();
    expect(told.filter((line) => line.includes('does not take it'))).toHaveLength(1);
    expect(idsOf(received)).toEqual(['3', '3', '4', '5']);
    expect(printed).toHaveLength(4);
  });

  it('goes on where it was when the gateway was away', async () => {
    answer = ({ headers }) => {
      if (headers['webhook-id'] === '4') instead = aProblem('rate-limited', 429);
      return {};
    };
    await expect(delge('--forward-to', to())).rejects.toThrow('401');
    expect(idsOf(received)).toEqual(['3', '4', '5']);
    expect(told).toEqual([expect.stringContaining('the gateway does not answer (429 rate-limited)')]);
  });

  it.each(['http://example.org/hook', 'http://10.0.0.1/', 'http://127.0.0.1.example.org/', 'http://[::2]/'])(
    'posts nothing to %s unless it is told that it may',
    async (url) => {
      await expect(delge('--forward-to', url)).rejects.toThrow('another machine');
    },
  );
  it.each(['localhost:3000', 'ftp://127.0.0.1/', 'http://a:b@127.0.0.1/'])('refuses %s', async (url) => {
    await expect(delge('--forward-to', url, '--allow-remote')).rejects.toThrow('--forward-to');
    expect(received).toEqual([]);
  });
});
