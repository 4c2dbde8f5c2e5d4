import { parseStrict } from '#json';
import { signServiceToken } from '#snapshot';
import type { Audience } from '#snapshot';
import type { Signer } from '#envelope';
import { randomUUID } from 'node:crypto';

const TIMEOUT_MS = 10_000;
/** A token is shown for half of the minute for which it is good. */
const TOKEN_MS = 30_000;

/** An answer of the operator's services that was not the one asked for. Carries status and code, never a body. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  constructor(
    readonly service: Audience,
    readonly status: number | undefined,
    cause?: unknown,
    /** `code` of the problem that it answered. */
    readonly code?: string,
  ) {
    super(`${service} answered ${status ?? 'nothing'}`, { cause });
  }
}

export interface Ask {
  /** How long the service may hold its answer back, in milliseconds. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** HTTP to the operator's services as anyone admitted uses it, by service token. */
export class OperatorClient {
  private token: { readonly kid: string; readonly from: number; readonly text: string } | undefined;

  constructor(
    private readonly service: Audience,
    private readonly url: string,
    /** Who asks: `gateway:<id>`, `exchange` or `console`. */
    private readonly holder: string,
    private readonly signer: Signer,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** @returns undefined on 404. @throws {OperatorError} */
  get(path: string, ask: Ask = {}): Promise<Uint8Array | undefined> {
    return this.ask(path, {}, ask);
  }

  /** @param body JSON, or a compact JWS as text. @returns undefined on 404. @throws {OperatorError} */
  post(path: string, body: object | string, ask: Ask = {}): Promise<Uint8Array | undefined> {
    const signed = typeof body === 'string';
    const headers = { 'content-type': signed ? 'application/jose' : 'application/json' };
    return this.ask(path, { method: 'POST', headers, body: signed ? body : JSON.stringify(body) }, ask);
  }

  private async ask(
    path: string,
    init: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
    { waitMs = 0, signal }: Ask,
  ): Promise<Uint8Array | undefined> {
    const token = await this.newest();
    const timeout = AbortSignal.timeout(TIMEOUT_MS + waitMs);
    try {
      const response = await fetch(`${this.url}${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}` },
        redirect: 'error',
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      if (response.status === 404) return undefined;
      if (response.status === 401) this.token = undefined;
      if (!response.ok) throw new OperatorError(this.service, response.status, undefined, codeIn(body));
      return body;
    } catch (error) {
      throw error instanceof OperatorError ? error : new OperatorError(this.service, undefined, error);
    }
  }

  /** Signed anew when it ages, when another key signs, and after any refusal of it. */
  private async newest(): Promise<string> {
    const { kid } = this.signer;
    const now = this.now();
    const known = this.token;
    const age = now.getTime() - (known?.from ?? 0);
    if (known?.kid === kid && age >= 0 && age < TOKEN_MS) return known.text;
    const claims = { iss: this.holder, aud: this.service, now, jti: randomUUID() };
    const text = await signServiceToken(this.signer, claims);
    this.token = { kid, from: now.getTime(), text };
    return text;
  }
}

const codeIn = (body: Uint8Array): string | undefined => {
  try {
    const { code } = parseStrict(body) as { readonly code?: unknown };
    return typeof code === 'string' && /^[A-Za-z_-]{1,64}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
};
