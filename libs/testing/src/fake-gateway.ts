import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
/** An answer that is no 200 says so; a page is of something that is no gateway. */
export interface FakeAnswer {
  readonly status: number;
  readonly body: object | string;
}

/** A server that answers what it is told to. @param answer undefined: 404, as a gateway has it @param port a free one without it */
export const fakeServer = async (
  answer: (request: FakeRequest) => object | FakeAnswer | undefined,
  port = 0,
): Promise<{ readonly url: string; close(): void }> => {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://gateway');
      const { method = '', headers } = request;
      const given = answer({ method, path, query, headers, body: Buffer.concat(parts).toString() });
      const { status, body } =
        given === undefined ? aProblem('not-found', 404) : isAnswer(given) ? given : { status: 200, body: given };
      const type = status < 400 ? 'application/json' : 'application/problem+json';
      if (typeof body === 'string') response.writeHead(status, { 'content-type': 'text/html' }).end(body);
      else response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** A gateway of which the specs say the answers, in a sandbox of its own, where one authority's system may ask it. */
export const fakeGateway = async (
  authority: string,
  answer: (request: FakeRequest) => object | FakeAnswer | undefined,
): Promise<{ readonly url: string; readonly sandbox: string; readonly keyFile: string; close(): void }> => {
  const folder = mkdtempSync(join(tmpdir(), 'delge-gateway-'));
  const server = await fakeServer((request) => answer(request) ?? HELD[request.path]);
  const keyFile = join(folder, 'key.json');
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  writeFileSync(keyFile, JSON.stringify(key));
  const sandbox = join(folder, 'sandbox.json');
  writeFileSync(
    sandbox,
    JSON.stringify({ systems: [{ authority, system: randomUUID(), keyFile, gateway: server.url }] }),
  );
  return {
    url: server.url,
    sandbox,
    keyFile,
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const HELD: Readonly<Record<string, object>> = {
  '/oauth2/token': { access_token: 'x', expires_in: 600 },
  '/health/ready': { status: 'ready', warnings: {}, measures: {} },
};

export const aProblem = (slug: string, status: number, extensions: object = {}): FakeAnswer => ({
  status,
  body: { type: `/problems/${slug}`, title: slug, titleSv: slug, status, ...extensions },
});

const isAnswer = (given: object): given is FakeAnswer =>
  'status' in given && typeof given.status === 'number' && 'body' in given;
