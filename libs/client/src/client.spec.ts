import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { whyAway } from './away.js';
import type { ClientOptions } from './client.js';
import { DelgeClient } from './client.js';

interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}
const WELL: Answer = { status: 200, body: JSON.stringify({ id: 'x', received: 1, length: 1, items: [{ id: '1' }] }) };
/** As of a proxy whose gateway is being restarted. */
const page = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html><h1>Bad Gateway</h1></html>',
});
const problem = (status: number, slug: string, headers: OutgoingHttpHeaders = {}): Answer => ({
  status,
  headers: { ...headers, 'content-type': 'application/problem+json' },
  body: JSON.stringify({ type: `/problems/${slug}`, title: slug, status }),
});

/** What is answered before all is well; undefined: the connection is cut. */
let answers: (Answer | undefined)[] = [];
/** The same where tokens are asked for. */
let tokenAnswers: Answer[] = [];
let tokens = 0;
/** With which each call came. */
let authorizations: (string | undefined)[] = [];
const server = createServer((request, response) => {
  request.resume();
  const isToken = request.url === '/oauth2/token';
  if (!isToken) authorizations.push(request.headers.authorization);
  const given = (): Answer => {
    if (!isToken) return WELL;
    tokens += 1;
    return { status: 200, body: JSON.stringify({ access_token: `token-${tokens}`, expires_in: 600 }) };
  };
  const scripted = isToken ? tokenAnswers : answers;
  const answer = scripted.length > 0 ? scripted.shift() : given();
  if (answer === undefined) response.destroy();
  else response.writeHead(answer.status, { ...answer.headers, connection: 'close' }).end(answer.body);
});
beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
beforeEach(() => {
  [answers, tokenAnswers, tokens, authorizations, pauses] = [[], [], 0, [], []];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Milliseconds that would have been waited, without the part by which those who were told the same are kept apart. */
let pauses: number[] = [];
const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const client = (other: Partial<ClientOptions> = {}): DelgeClient => {
  const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new DelgeClient({ gateway, system: 'x', key: KEY as never, ...other }, (ms) => {
    pauses.push(ms);
    return Promise.resolve();
  });
};

describe('a call', () => {
  it.each([408, 429, 502, 503, 504])('is made again when %i is said, by a gateway or by a proxy', async (status) => {
    answers = [problem(status, 'busy'), page(status), undefined];
    expect(await client().referral('x')).toMatchObject({ id: 'x' });
    expect([answers, pauses.length]).toEqual([[], 3]);
  });

  it.each([400, 409, 422, 500, 507])('takes %i for the answer', async (status) => {
    answers = [{ status }];
    await expect(client().referral('x')).rejects.toMatchObject({ problem: { status } });
    expect(pauses).toEqual([]);
  });

  it('ends with what was said when it has been made five times', async () => {
    answers = Array.from({ length: 5 }, () => page(502));
    await expect(client().referral('x')).rejects.toMatchObject({ slug: 'about:blank', problem: { status: 502 } });
    expect([answers, pauses.length]).toEqual([[], 4]);
  });

  it('waits as long as it is asked to, and no longer than a minute', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
    const headers = ['7', inAnHour, '86400', 'soon'].map((after) => ({ 'retry-after': after }));
    answers = headers.map((header) => problem(429, 'rate-limited', header));
    await client().referral('x');
    const bounds = [7_000, 60_000, 60_000, 3_200];
    for (const [nth, ms] of bounds.entries()) {
      expect(pauses[nth]).toBeGreaterThanOrEqual(ms);
      expect(pauses[nth]).toBeLessThanOrEqual(ms * 1.1);
    }
    expect(pauses).toHaveLength(bounds.length);
  });

  it('is made again when no token was given yet', async () => {
    tokenAnswers = [problem(429, 'rate-limited'), page(502)];
    expect(await client().referral('x')).toMatchObject({ id: 'x' });
    expect([tokens, pauses.length]).toEqual([1, 2]);
  });

  it('asks for one token, however many are made at once', async () => {
    const asking = client();
    await Promise.all([1, 2, 3].map(() => asking.referral('x')));
    expect([tokens, authorizations]).toEqual([1, Array.from({ length: 3 }, () => 'Bearer token-1')]);
  });

  it('is made with another token, once, when the one that it had is taken no more', async () => {
    const asking = client();
    await asking.referral('x');
    answers = [problem(401, 'unauthenticated')];
    await asking.referral('x');
    await asking.referral('x');
    expect(authorizations).toEqual(['token-1', 'token-1', 'token-2', 'token-2'].map((token) => `Bearer ${token}`));
    answers = [problem(401, 'unauthenticated'), problem(401, 'unauthenticated')];
    await expect(asking.referral('x')).rejects.toMatchObject({ slug: 'unauthenticated' });
    expect([tokens, pauses]).toEqual([3, []]);
  });

  it('fetches an attachment that way too', async () => {
    answers = [problem(401, 'unauthenticated'), page(502)];
    expect(await new Response(await client().attachment('x', 'y')).json()).toMatchObject({ id: 'x' });
    expect(tokens).toBe(2);
  });

  it.each([
    ['a page where an answer should be', page(200), { problem: { status: 200, type: 'about:blank' } }],
    [
      'problem details that are none',
      { status: 500, headers: { 'content-type': 'application/problem+json' }, body: '<html>' },
      { problem: { status: 500, type: 'about:blank' } },
    ],
    [
      'problem details without a type',
      { status: 500, headers: { 'content-type': 'application/problem+json' }, body: '{}' },
      { slug: 'about:blank' },
    ],
  ])('is answered at once by %s: it was no gateway', async (_, answer, problem) => {
    answers = [answer];
    await expect(client().referral('x')).rejects.toMatchObject(problem);
    expect(pauses).toEqual([]);
  });
});

describe('following', () => {
  /** Follows up to an event. @returns how often it was said that the gateway was away, and why */
  const followed = async (asking = client()): Promise<readonly string[]> => {
    const away: string[] = [];
    for await (const event of asking.follow(undefined, undefined, (why) => away.push(why)))
      if (event.id === '1') return away;
    return away;
  };

  it('goes on while the gateway is away, and tells once each time that it goes away', async () => {
    const well = { ...WELL, body: JSON.stringify({ items: [], next: '0' }) };
    const restarted = [undefined, page(502), page(502), problem(503, 'not-ready', { 'retry-after': '7' })];
    answers = [...restarted, well, problem(503, 'not-ready'), problem(429, 'rate-limited')];
    expect(await followed()).toEqual(['UND_ERR_SOCKET', '503 not-ready']);
    expect(answers).toEqual([]);
    const lengths = [400, 800, 1_600, 7_000, 400, 800];
    expect(pauses.map((ms, nth) => Math.floor(ms / (lengths[nth] ?? 1)))).toEqual(lengths.map(() => 1));
  });

  it('waits for a gateway that nobody answers for, until it is ended', async () => {
    const ended = new AbortController();
    const away: string[] = [];
    const gateway = 'http://127.0.0.1:2';
    const asking = new DelgeClient({ gateway, system: 'x', key: KEY as never }, () => {
      pauses.push(0);
      if (pauses.length === 20) ended.abort(new Error('by its caller'));
      return Promise.resolve();
    });
    for await (const event of asking.follow(undefined, ended.signal, (why) => away.push(why))) expect(event).toBe(0);
    expect([away, pauses.length]).toEqual([['ECONNREFUSED'], 20]);
  });

  it.each([
    ['a key that is none', { key: { kty: 'EC' } as never }],
    ['a key without its private part', { key: { ...KEY, d: undefined } as never }],
    ['a gateway that is no URL', { gateway: 'gateway/v1' }],
    ['a gateway without http', { gateway: 'localhost:8443' }],
    ['a gateway that speaks no TLS', { gateway: 'https://GATEWAY' }],
  ] satisfies [string, Partial<ClientOptions>][])('ends at %s', async (_, given) => {
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { gateway } = given as Partial<ClientOptions>;
    const other = gateway === undefined ? given : { gateway: gateway.replace('GATEWAY', host) };
    await expect(followed(client(other))).rejects.toThrow();
    await expect(client(other).referral('x')).rejects.toThrow();
    expect(pauses).toEqual([]);
  });

  it('ends where the system is let in no more', async () => {
    tokenAnswers = [problem(401, 'unauthenticated')];
    await expect(followed()).rejects.toMatchObject({ slug: 'unauthenticated' });
  });
});

/** As `fetch` tells of a connection that did not come about. */
const failed = (code: string): Error => new TypeError('fetch failed', { cause: { code } });

it.each(['ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'UND_ERR_HEADERS_TIMEOUT'])(
  'takes %s for a network that may come back',
  (code) => expect(whyAway(failed(code))).toBe(code),
);
it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO'])(
  'takes %s for a refusal that stays',
  (code) => expect(whyAway(failed(code))).toBeUndefined(),
);
