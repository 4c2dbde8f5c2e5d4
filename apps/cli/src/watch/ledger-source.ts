import { parseStrict } from '#json';
import { Unreachable } from './alarm.js';
import type { LogName } from './alarm.js';
import type { LedgerSource } from './watched-log.js';

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 16 * 1024 * 1024;
const PAGE = 100n;

/** The ledger's open routes over HTTP. */
export class HttpLedger implements LedgerSource {
  constructor(private readonly url: string) {}

  async checkpoint(log: LogName): Promise<string> {
    const body = await this.get(`${log}/checkpoint`);
    if (body === undefined) throw new Unreachable();
    return Buffer.from(body).toString('utf8');
  }

  async consistency(log: LogName, from: bigint, to: bigint): Promise<readonly Uint8Array[] | undefined> {
    const body = await this.get(`${log}/proof/consistency?from=${from}&to=${to}`);
    const { hashes } = listsOf(body);
    return hashes?.map((hash) => Buffer.from(String(hash), 'base64'));
  }

  async entries(from: bigint, to: bigint): Promise<readonly Uint8Array[]> {
    const end = to - from > PAGE ? from + PAGE : to;
    const { entries = [] } = listsOf(await this.get(`keys/entries?from=${from}&to=${end}`));
    return entries.map((entry) =>
      Buffer.from(String((entry as { readonly data?: unknown } | null)?.data), 'base64url'),
    );
  }

  /** @returns undefined when there is no such thing, or the ledger fails over it @throws {Unreachable} when it does not answer, or will later */
  private async get(path: string): Promise<Uint8Array | undefined> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(`${this.url}/log/v1/${path}`, { redirect: 'error', signal });
      const body = new Uint8Array(await response.arrayBuffer());
      if (response.ok && body.length <= MAX_BYTES) return body;
      if (response.status === 503 || response.status === 429) throw new Unreachable();
      return undefined;
    } catch (error) {
      throw error instanceof Unreachable ? error : new Unreachable('no answer', { cause: error });
    }
  }
}

/** Lists of an answer that is one; what it says is judged by whoever asked. */
const listsOf = (body: Uint8Array | undefined): Readonly<Record<string, readonly unknown[] | undefined>> => {
  if (body === undefined) return {};
  try {
    const read = parseStrict(body, { maxBytes: MAX_BYTES, maxDepth: 8 });
    return Object.fromEntries(
      Object.entries(read as object).filter((pair): pair is [string, unknown[]] => Array.isArray(pair[1])),
    );
  } catch {
    return {};
  }
};
