import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhookPost } from './post.js';
import { WebhookTargets } from './targets.js';

const NOW = new Date('2026-11-24T08:00:00.000Z');
const never = new AbortController().signal;

describe('a post', () => {
  let answering: (response: ServerResponse, body: string) => void;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () =>
      answering(response, `${request.method} ${request.url} ${String(request.headers['x'])} ${body}`),
    );
  });
  let origin: string;
  let post: WebhookPost;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const secure = origin.replace('http:', 'https:');
    post = new WebhookPost(
      WebhookTargets.of(`${origin},${secure},http://127.0.0.1:1,https://hooks.example.se`, 'test'),
      () => NOW,
      () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
    );
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const sent = (url: string, timeoutMs = 5_000, stop = never) =>
    post.send(url, { x: 'y' }, Buffer.from('{}'), timeoutMs, stop);

  it('brings headers and body, and the status back', async () => {
    let came = '';
    answering = (response, body) => {
      came = body;
      response.writeHead(202).end('thanks');
    };
    expect(await sent(`${origin}/a?b=c`)).toMatchObject({ status: 202 });
    expect(came).toBe('POST /a?b=c y {}');
  });

  it.each([
    ['120', 120_000],
    ['Tue, 24 Nov 2026 08:01:00 GMT', 60_000],
    ['Tue, 24 Nov 2026 07:00:00 GMT', undefined],
    ['-1', undefined],
    ['soon', undefined],
  ])('reads Retry-After: %s', async (header, ms) => {
    answering = (response) => void response.writeHead(429, { 'retry-after': header }).end();
    const { status, retryAfterMs } = (await sent(`${origin}/`)) ?? {};
    expect([status, retryAfterMs]).toEqual([429, ms]);
  });

  it('reads no more of an answer than it needs, and waits no longer for its end than for the answer', async () => {
    let written = 0;
    const isClosed = new Promise<void>((resolve) => {
      answering = (response) => {
        response.on('close', resolve);
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(16 * 1024))) written += 1;
        };
        response.on('drain', more);
        response.writeHead(200);
        more();
      };
    });
    expect(await sent(`${origin}/`)).toMatchObject({ status: 200 });
    await isClosed;
    expect(written).toBeLessThan(10_000);
    answering = (response) => void response.writeHead(200).write('and then');
    expect(await sent(`${origin}/`, 1_000)).toMatchObject({ status: 200 });
  });

  it.each([
    ['nothing is answered', () => undefined, 200, 'timeout'],
    ['the connection is closed', (response: ServerResponse) => void response.destroy(), 5_000, 'unreachable'],
    [
      'another protocol is answered',
      (response: ServerResponse) => void response.writeHead(101, { connection: 'upgrade', upgrade: 'x' }).end(),
      5_000,
      'unreachable',
    ],
    [
      'what is answered is no HTTP',
      (response: ServerResponse) => void response.socket?.end('nonsense\r\n\r\n'),
      5_000,
      'unreachable',
    ],
  ])('says so when %s', async (_, answer, timeoutMs, code) => {
    answering = answer;
    expect(await sent(`${origin}/`, timeoutMs)).toMatchObject({ code });
  });

  it('says why there was no answer', async () => {
    expect(await sent('http://127.0.0.1:1/')).toMatchObject({ code: 'unreachable' });
    expect(await sent('https://hooks.example.se/')).toMatchObject({ code: 'unreachable' });
    expect(await sent(origin.replace('http:', 'https:'))).toMatchObject({ code: 'unreachable' });
    expect(await sent('http://127.0.0.1:2/')).toMatchObject({ code: 'not-listed' });
  });

  it('is broken off, and then it may have arrived, and is not begun after that', async () => {
    const stop = new AbortController();
    answering = () => stop.abort();
    expect(await sent(`${origin}/`, 5_000, stop.signal)).toMatchObject({ code: 'broken-off' });
    expect(await sent(`${origin}/`, 5_000, stop.signal)).toBeUndefined();
  });

  it('uses no connection twice', async () => {
    const ports = new Set<number | undefined>();
    answering = (response) => {
      ports.add(response.socket?.remotePort);
      response.end();
    };
    for (let nth = 0; nth < 3; nth += 1) await sent(`${origin}/`);
    expect(ports.size).toBe(3);
  });
});
