import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect } from 'node:net';
import { bearer, call, raw } from './support/http.js';
import { TestStack, permitted } from './support/stack.js';

jest.setTimeout(60_000);
const KIB = 1024;
/** Of an operation in OpenAPI. */
interface Taking {
  readonly security?: object;
  readonly requestBody?: { readonly content: object };
}

describe('a request that is not quite HTTP', () => {
  let delge: TestStack;
  let gateway: string;
  let token: string;
  const { system } = permitted();
  beforeAll(async () => {
    delge = await TestStack.shared();
    ({ gateway } = delge.sandbox.system(system));
    token = await delge.sandbox.client(system).accessToken();
  });

  /** Head of a submission. @param lines headers beside Host, token and media type */
  const head = (...lines: readonly string[]): string =>
    [
      'POST /v1/referrals HTTP/1.1',
      `Host: ${new URL(gateway).host}`,
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      ...lines,
      '\r\n',
    ].join('\r\n');
  const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`;
  const statusesOf = (answers: string): readonly string[] => answers.match(/HTTP\/1\.1 \d{3}/g) ?? [];
  const smuggled = (...lines: readonly string[]): string => {
    const body = JSON.stringify(permitted().referral);
    return `${head(...lines, `Content-Length: ${Buffer.byteLength(body)}`)}${body}`;
  };

  it.each<[string, string, () => string]>([
    ['B17', 'a length and chunks', () => `${head('Content-Length: 6', 'Transfer-Encoding: chunked')}0\r\n\r\n`],
    ['B17', 'chunks and a length', () => `${head('Transfer-Encoding: chunked', 'Content-Length: 6')}0\r\n\r\n`],
    ['B17', 'two lengths', () => `${head('Content-Length: 2', 'Content-Length: 3')}{} `],
    ['B17', 'a length with a sign', () => `${head('Content-Length: +2')}{}`],
    ['B17', 'an encoding that only looks like chunks', () => `${head('Transfer-Encoding: xchunked')}${chunked('{}')}`],
    ['B17', 'chunks that are not the last encoding', () => `${head('Transfer-Encoding: chunked, identity')}0\r\n\r\n`],
    ['B17', 'a size of a chunk that is no number', () => `${head('Transfer-Encoding: chunked')}zz\r\n{}\r\n0\r\n\r\n`],
    ['B17', 'a space before the colon', () => `${head('Content-Length : 2')}{}`],
    ['B17', 'a header on two lines', () => `${head('X-Long: a', ' b', 'Content-Length: 2')}{}`],
    ['B18', 'two hosts', () => smuggled('Host: elsewhere.example')],
    ['B18', 'no host', () => `${head('Content-Length: 2').replace(/Host: .*\r\n/, '')}{}`],
  ])('(%s) %s is answered 400, and nothing after it is read', async (_row, _name, request) => {
    const answers = await raw(gateway, `${request()}${smuggled()}`);
    expect(statusesOf(answers)).toEqual(['HTTP/1.1 400']);
  });

  it('(B19) with more than 16 KiB of headers is answered 431', async () => {
    const answers = await raw(gateway, head(`X-Long: ${'x'.repeat(17 * KIB)}`, 'Content-Length: 2'));
    expect(statusesOf(answers)).toEqual(['HTTP/1.1 431']);
  });

  it('(B4) with more than 512 KiB in chunks is answered 413 without being read to its end', async () => {
    const chunk = `"${'x'.repeat(64 * KIB)}",`;
    const some = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(9);
    // No last chunk: the answer does not wait for it.
    const answers = await raw(gateway, `${head('Transfer-Encoding: chunked')}${some}`);
    expect(statusesOf(answers)).toEqual(['HTTP/1.1 413']);
    expect(answers).toContain('"type":"/problems/too-large"');
    expect(answers).not.toContain('xxxx');
  });

  it('(B4) with more than 64 KiB is answered 413 wherever anybody may send one', async () => {
    const { text } = await call(`${gateway}/openapi.json`);
    const { paths } = JSON.parse(text) as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, Taking>>>>;
    };
    const open = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { security, requestBody }]) =>
        security === undefined && requestBody !== undefined
          ? [{ method: method.toUpperCase(), path, type: Object.keys(requestBody.content)[0] ?? '' }]
          : [],
      ),
    );
    // Of browsers, and in no document.
    const all = [...open, { method: 'POST', path: '/staff/out', type: 'application/json' }];
    expect(all.map(({ path }) => path)).toContain('/oauth2/token');
    const answers = all.map(async ({ method, path, type }) => {
      const url = `${gateway}${path.replace('{id}', permitted().referral.id)}`;
      const answer = await call(url, { method, headers: { 'content-type': type }, body: 'x'.repeat(64 * KIB + 1) });
      return [path, answer.status, answer.text.includes('"type":"/problems/too-large"')];
    });
    expect(await Promise.all(answers)).toEqual(all.map(({ path }) => [path, 413, true]));
  });

  it('(B41) of whom too many wait is told to come again, and others are served', async () => {
    // Nothing happens to whoever takes no part: each of these waits.
    const idle = delge.directory.authorities.map(({ id }) => id).findLast((id) => id !== system) ?? '';
    const client = delge.sandbox.client(idle);
    const url = `${delge.sandbox.system(idle).gateway}/v1/events`;
    const newest = async (after?: string): Promise<string | undefined> => {
      const { items, next } = await client.events({ limit: '200', ...(after === undefined ? {} : { after }) });
      return items.length === 0 ? next : newest(next);
    };
    const after = await newest();
    const query = new URLSearchParams({ wait: '10', ...(after === undefined ? {} : { after }) });
    const headers = bearer(await client.accessToken());
    const left = new AbortController();
    const asked = Array.from({ length: 6 }, () => fetch(`${url}?${query}`, { headers, signal: left.signal }));
    const first = await Promise.race(asked);
    const problem: unknown = await first.json();
    const served = await call(`${gateway}/v1/events?limit=1`, { headers: bearer(token) });
    left.abort();
    await Promise.allSettled(asked);
    expect([first.status, first.headers.get('retry-after'), served.status]).toEqual([429, '1', 200]);
    expect(problem).toMatchObject({ type: '/problems/rate-limited' });
  });

  it('(B20) that does not get on is cut off, headers after 5 s and bodies after 15 s, while others are served', async () => {
    const slow = (begun: string): Promise<{ readonly answers: string; readonly ms: number }> =>
      new Promise((resolve, reject) => {
        const from = Date.now();
        const chunks: Buffer[] = [];
        const { hostname, port } = new URL(gateway);
        const socket = connect(Number(port), hostname, () => socket.write(begun));
        socket.on('data', (more) => chunks.push(more));
        socket.on('error', reject);
        socket.on('close', () => resolve({ answers: Buffer.concat(chunks).toString('latin1'), ms: Date.now() - from }));
      });
    const headers = Array.from({ length: 50 }, () => slow(head().slice(0, -4)));
    const bodies = Array.from({ length: 50 }, () => slow(`${head('Content-Length: 100')}{`));
    const served = await call(`${gateway}/v1/referrals?limit=1`, { headers: bearer(token) });
    expect(served.status).toBe(200);
    const [cutHeaders, cutBodies] = [await Promise.all(headers), await Promise.all(bodies)];
    for (const { answers } of [...cutHeaders, ...cutBodies]) expect(statusesOf(answers)).toEqual(['HTTP/1.1 408']);
    // Far above the limits, since the machine may be busy; far below what a server without them does.
    expect(Math.max(...cutHeaders.map(({ ms }) => ms))).toBeLessThan(14_000);
    expect(Math.max(...cutBodies.map(({ ms }) => ms))).toBeLessThan(25_000);
  });
});
