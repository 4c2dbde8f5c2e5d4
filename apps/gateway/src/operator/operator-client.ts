import { signServiceToken } from '#snapshot';
import type { Signer } from '#envelope';

const TIMEOUT_MS = 10_000;

/** An answer of the operator's services that was not the one asked for. Carries the status, never a body. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  constructor(
    readonly service: 'ledger' | 'registry',
    readonly status: number | undefined,
    cause?: unknown,
  ) {
    super(`${service} answered ${status ?? 'nothing'}`, { cause });
  }
}

/** HTTP to the operator as anyone admitted uses it: each request with a fresh service token of this gateway. */
export class OperatorClient {
  constructor(
    private readonly service: 'ledger' | 'registry',
    private readonly url: string,
    private readonly gateway: string,
    private readonly signer: Signer,
    private readonly now: () => Date,
  ) {}

  /** @returns undefined on 404. @throws {OperatorError} */
  async get(
    path: string,
    options: { readonly waitMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Response | undefined> {
    const token = await signServiceToken(this.signer, {
      iss: `gateway:${this.gateway}`,
      aud: this.service,
      now: this.now(),
    });
    const timeout = AbortSignal.timeout(TIMEOUT_MS + (options.waitMs ?? 0));
    let response: Response;
    try {
      response = await fetch(`${this.url}${path}`, {
        headers: { authorization: `Bearer ${token}` },
        redirect: 'error',
        signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
      });
    } catch (error) {
      throw new OperatorError(this.service, undefined, error);
    }
    if (response.status === 404) return undefined;
    if (!response.ok) throw new OperatorError(this.service, response.status);
    return response;
  }
}
