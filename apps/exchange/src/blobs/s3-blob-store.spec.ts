import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BlobStoreAway } from './blob-store.js';
import { S3BlobStore } from './s3-blob-store.js';

const ACCESS = { region: 'se-sto', accessKeyId: 'delge-exchange', secretAccessKey: 'not so secret' };
const hex = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');
const hmac = (key: string | Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Signature Version 4 by the letter of its specification, for what has no query. */
const signatureOf = (request: IncomingMessage, payload: string, secret: string): string => {
  const [, day = '', region = '', signed = ''] =
    /Credential=[^/]+\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+)/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  const headers = signed.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [request.method, request.url, '', headers.join(''), signed, payload].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, hex(Buffer.from(canonical))].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce<Uint8Array>(hmac, hmac(`AWS4${secret}`, day));
  return hmac(key, text).toString('hex');
};

/** A store that takes what is signed, and says 403 to everything else. */
class Store {
  readonly objects = new Map<string, Buffer>();
  answer: number | undefined;
  private constructor(readonly server: Server) {}

  static async start(): Promise<Store> {
    const server = createServer();
    const store = new Store(server);
    server.on('request', (request: IncomingMessage, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const [status, body] = store.handle(request, Buffer.concat(pieces));
        response.writeHead(status).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return store;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/bucket/delge/`;
  }

  private handle(request: IncomingMessage, body: Buffer): [number, Buffer?] {
    if (this.answer !== undefined) return [this.answer];
    const payload = String(request.headers['x-amz-content-sha256']);
    const signed = request.headers.authorization?.endsWith(
      `Signature=${signatureOf(request, payload, ACCESS.secretAccessKey)}`,
    );
    if (signed !== true) return [403];
    const path = request.url ?? '';
    if (request.method === 'PUT') {
      if (payload !== hex(body)) return [400];
      this.objects.set(path, body);
      return [200];
    }
    const found = this.objects.get(path);
    if (request.method === 'DELETE') return [this.objects.delete(path) ? 204 : 404];
    return found === undefined ? [404] : [200, found];
  }
}

describe('blobs in an S3 store', () => {
  let store: Store;
  let blobs: S3BlobStore;
  beforeAll(async () => {
    store = await Store.start();
    blobs = new S3BlobStore({ ...ACCESS, url: store.url });
  });
  afterAll(() => new Promise((resolve) => store.server.close(resolve)));

  const read = async (id: string, part: number): Promise<Buffer> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of await blobs.get(id, part)) pieces.push(piece);
    return Buffer.concat(pieces);
  };

  it('are put by path, signed with what they hold, and read as they were', async () => {
    const id = randomUUID();
    const octets = randomBytes(1024 * 1024);
    await blobs.put(id, 0, octets);
    await blobs.put(id, 1, octets.subarray(0, 17));
    expect([...store.objects.keys()].filter((path) => path.includes(id))).toEqual([
      `/bucket/delge/${id}/0`,
      `/bucket/delge/${id}/1`,
    ]);
    expect(octets.equals(await read(id, 0))).toBe(true);
    expect(await read(id, 1)).toHaveLength(17);
  });

  it('take the place of what lay there', async () => {
    const id = randomUUID();
    await blobs.put(id, 0, Buffer.from('first'));
    await blobs.put(id, 0, Buffer.from('second'));
    expect((await read(id, 0)).toString()).toBe('second');
  });

  it('go with all of their parts, also when some have gone before', async () => {
    const id = randomUUID();
    for (let part = 0; part < 20; part += 1) await blobs.put(id, part, Buffer.from('x'));
    store.objects.delete(`/bucket/delge/${id}/3`);
    await blobs.delete(id, 20);
    expect([...store.objects.keys()].filter((path) => path.includes(id))).toEqual([]);
  });

  it('are not there: whoever asks comes again', async () => {
    await expect(blobs.get(randomUUID(), 0)).rejects.toThrow(BlobStoreAway);
  });

  it('are not put with another secret', async () => {
    const stranger = new S3BlobStore({ ...ACCESS, url: store.url, secretAccessKey: 'guessed' });
    await expect(stranger.put(randomUUID(), 0, Buffer.from('x'))).rejects.toThrow('put: 403');
  });

  it.each([301, 500, 503])('are not there for a store that answers %d', async (status) => {
    store.answer = status;
    try {
      await expect(blobs.put(randomUUID(), 0, Buffer.from('x'))).rejects.toThrow(BlobStoreAway);
      await expect(blobs.get(randomUUID(), 0)).rejects.toThrow(BlobStoreAway);
      await expect(blobs.delete(randomUUID(), 1)).rejects.toThrow(BlobStoreAway);
    } finally {
      store.answer = undefined;
    }
  });

  it('are not there for a store that is away', async () => {
    const nowhere = new S3BlobStore({ ...ACCESS, url: 'http://127.0.0.1:1/bucket' });
    await expect(nowhere.put(randomUUID(), 0, Buffer.from('x'))).rejects.toThrow(BlobStoreAway);
  });
});
