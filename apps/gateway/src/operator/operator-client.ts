import { signServiceToken } from '#snapshot';
import type { Audience } from '#snapshot';
import type { Signer } from '#envelope';
import type { NewId, Now } from '../application/ports.js';

const TIMEOUT_MS = 10_000;

/** An answer of the operator's services that was not the one asked for. Carries the status, never a body. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  constructor(
    readonly service: Audience,
    readonly status: number | undefined,
    cause?: unknown,
  ) {
    super(`${service} answered ${status ?? 'nothing'}`, { cause });
  }
}

export interface Ask {
  /** How long the service may hold its answer back, in milliseconds. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** HTTP to the operator as anyone admitted uses it: each request with a fresh service token of this gateway. */
export class OperatorClient {
  constructor(
    private readonly service: Audience,
    private readonly url: string,
    private readonly gateway: string,
    private readonly signer: Signer,
    private readonly newId: NewId,
    private readonly now: Now,
  ) {}

  /** @returns undefined on 404. @throws {OperatorError} */
  async get(path: string, { waitMs = 0, signal }: Ask = {}): Promise<Uint8Array | undefined> {
    const claims = { iss: `gateway:${this.gateway}`, aud: this.service, now: this.now(), jti: this.newId() };
    const token = await signServiceToken(this.signer, claims);
    const timeout = AbortSignal.timeout(TIMEOUT_MS + waitMs);
    try {
      const response = await fetch(`${this.url}${path}`, {
        headers: { authorization: `Bearer ${token}` },
        redirect: 'error',
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      if (response.status === 404) return undefined;
      if (!response.ok) throw new OperatorError(this.service, response.status);
      return body;
    } catch (error) {
      throw error instanceof OperatorError ? error : new OperatorError(this.service, undefined, error);
    }
  }
}
