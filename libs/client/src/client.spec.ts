import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DelgeClient } from './client.js';

/** Statuses that are answered before one that is well. */
let before: number[] = [];
const server = createServer((request, response) => {
  request.resume();
  if (request.url === '/oauth2/token') {
    response.end(JSON.stringify({ access_token: 'x', expires_in: 600 }));
    return;
  }
  const status = before.shift();
  if (status !== undefined) response.writeHead(status, { connection: 'close' }).end();
  else response.end(JSON.stringify({ id: 'x', received: 1, length: 1 }));
});
beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
const client = (): DelgeClient =>
  new DelgeClient({
    gateway: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    system: 'x',
    key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as never,
  });

it.each([408, 503])('asks again when it is told %i: nothing of that has begun', async (status) => {
  before = [status];
  expect(await client().referral('x')).toMatchObject({ id: 'x' });
  expect(before).toEqual([]);
});

it.each([400, 409, 422, 500])('takes %i for the answer', async (status) => {
  before = [status];
  await expect(client().referral('x')).rejects.toMatchObject({ problem: { status } });
});
