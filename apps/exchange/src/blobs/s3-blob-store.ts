import { hash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { BlobStore, BlobStoreAway } from './blob-store.js';

/** How long a store may take for one part, of 1 MiB or so. */
const TIMEOUT_MS = 60_000;
const AT_ONCE = 16;

export interface S3Access {
  /** Bucket with its scheme and host, and a prefix within it if wanted: `https://s3.example/bucket/delge`. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Blobs as objects of an S3-compatible store, `<url>/<id>/<part>`, asked for by path and signed with AWS Signature Version 4, the digest of what is put included.
 * The store sees ciphertext alone.
 */
export class S3BlobStore extends BlobStore {
  private readonly client: AwsClient;
  private readonly base: string;

  constructor({ url, region, accessKeyId, secretAccessKey }: S3Access) {
    super();
    this.base = url.replace(/\/+$/, '');
    // Asked again by whoever brings or fetches the part, who knows better how long to wait.
    this.client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
  }

  override async put(blobId: string, part: number, octets: Uint8Array): Promise<void> {
    const headers = {
      'content-type': 'application/octet-stream',
      'x-amz-content-sha256': hash('sha256', octets, 'hex'),
    };
    const body = new Uint8Array(octets);
    const answer = await this.asked(blobId, part, { method: 'PUT', headers, body });
    await drained(answer);
    if (answer.status !== 200) throw new BlobStoreAway(`put: ${answer.status}`);
  }

  override async get(blobId: string, part: number): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.asked(blobId, part, { method: 'GET' });
    if (answer.status === 200 && answer.body !== null) return piecesOf(answer.body);
    await drained(answer);
    throw new BlobStoreAway(`get: ${answer.status}`);
  }

  override async delete(blobId: string, parts: number): Promise<void> {
    for (let from = 0; from < parts; from += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, parts - from) }, (_, nth) => from + nth);
      await Promise.all(some.map((part) => this.deleteOne(blobId, part)));
    }
  }

  private async deleteOne(blobId: string, part: number): Promise<void> {
    const answer = await this.asked(blobId, part, { method: 'DELETE' });
    await drained(answer);
    if (![200, 204, 404].includes(answer.status)) throw new BlobStoreAway(`delete: ${answer.status}`);
  }

  private async asked(blobId: string, part: number, init: RequestInit): Promise<Response> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      // A store that points elsewhere would get what is signed for this one.
      return await this.client.fetch(`${this.base}/${blobId}/${part}`, { ...init, redirect: 'error', signal });
    } catch (cause) {
      throw new BlobStoreAway('blob store', { cause });
    }
  }
}

const drained = async (answer: Response): Promise<void> => {
  await answer.body?.cancel().catch(() => undefined);
};

async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of body) yield piece;
  } catch (cause) {
    throw new BlobStoreAway('get', { cause });
  }
}
