import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKey, localSigner } from '#envelope';
import { BlobClient } from './blob-client.js';

let server: Server;
let url: string;
let status: number;
const kids: string[] = [];

beforeEach(async () => {
  kids.length = 0;
  status = 200;
  server = createServer(({ headers }, answer) => {
    const [head = ''] = (headers.authorization ?? '').replace('Bearer ', '').split('.');
    kids.push((JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string }).kid);
    answer.writeHead(status).end('octets');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((closed) => server.close(closed)));

describe('the client of the blob store', () => {
  it('signs each request by the key that is live then, also when the one it began with has ended', async () => {
    const [before, after] = [await generateKey('manifest'), await generateKey('manifest')];
    let live = before;
    const keys = {
      get requestSigner() {
        return localSigner(live);
      },
    };
    const client = new BlobClient(url, 'kommunerna', keys, () => new Date());
    await client.append('id', 0, Buffer.of(1));
    live = after;
    await client.append('id', 0, Buffer.of(1));
    expect(kids).toEqual([before.kid, after.kid]);
  });

  it('takes the rest as the rest alone, and never the whole as the rest', async () => {
    const signer = localSigner(await generateKey('manifest'));
    const client = new BlobClient(url, 'kommunerna', { requestSigner: signer }, () => new Date());
    const { signal } = new AbortController();
    await expect(client.read('id', 3, signal)).rejects.toMatchObject({ name: 'ExchangeAway', status: 200 });
    status = 206;
    expect(await client.read('id', 3, signal)).toBeDefined();
  });
});
