import { randomUUID } from 'node:crypto';
import type { Signer } from '#envelope';
import { signServiceToken } from '#snapshot';
import { ExchangeAway } from '../domain/errors.js';

const TIMEOUT_MS = 60_000;

export interface AnnouncedBlob {
  readonly id: string;
  readonly sender: string;
  readonly messageId: string;
  readonly sha256: string;
  readonly length: number;
}

/** Ciphertexts of attachments at the exchange, over HTTPS and with this gateway's own tokens. */
export class BlobClient {
  constructor(
    private readonly url: string,
    private readonly gateway: string,
    /** Asked at every request: which key is live changes while this runs. */
    private readonly keys: { readonly requestSigner: Signer },
    private readonly now: () => Date,
  ) {}

  /** @returns octets that are there already @throws {ExchangeAway} */
  async announce(blob: AnnouncedBlob): Promise<number> {
    const answer = await this.ask('/v1/blobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(blob),
    });
    return ((await answer.json()) as { readonly received: number }).received;
  }

  /** @throws {ExchangeAway} */
  async append(id: string, offset: number, octets: Uint8Array): Promise<void> {
    await this.ask(`/v1/blobs/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/octet-stream', 'upload-offset': String(offset) },
      body: octets as Uint8Array<ArrayBuffer>,
    });
  }

  /** @param from first octet @returns undefined when there is none for this gateway @throws {ExchangeAway} */
  async read(id: string, from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const headers = from === 0 ? {} : { range: `bytes=${from}-` };
      const answer = await this.ask(`/v1/blobs/${id}`, { headers }, signal);
      // All of it again, when the rest was asked for, would be appended to what is here.
      if (from > 0 && answer.status !== 206) {
        await answer.body?.cancel();
        throw new ExchangeAway(answer.status);
      }
      return answer.body ?? undefined;
    } catch (error) {
      if (error instanceof ExchangeAway && error.status === 404) return undefined;
      throw error;
    }
  }

  /** @param signal ends a long answer; without one it must have come within a minute */
  private async ask(path: string, init: RequestInit, signal = AbortSignal.timeout(TIMEOUT_MS)): Promise<Response> {
    const claims = { iss: `gateway:${this.gateway}`, aud: 'exchange', now: this.now(), jti: randomUUID() } as const;
    const token = await signServiceToken(this.keys.requestSigner, claims);
    let answer: Response;
    try {
      answer = await fetch(`${this.url}${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}` },
        redirect: 'error',
        signal,
      });
    } catch (error) {
      throw new ExchangeAway(undefined, error);
    }
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new ExchangeAway(answer.status);
    }
    return answer;
  }
}
