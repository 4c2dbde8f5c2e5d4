import { parseStrict } from '#json';
import type { KeysSource } from '#snapshot';
import { OperatorError } from './operator-client.js';
import type { OperatorClient } from './operator-client.js';

const WAIT_MS = 20_000;
const PAGE = 100n;
const LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 8 };

/** The `keys` log as the ledger serves it. What it says is believed by nobody: the feed recomputes the root. */
export class LedgerKeys implements KeysSource {
  private readonly stopping = new AbortController();

  constructor(private readonly ledger: OperatorClient) {}

  async checkpoint(after: bigint, wait: boolean): Promise<string> {
    const waitMs = wait ? WAIT_MS : 0;
    const path = `/log/v1/keys/checkpoint?after=${after}&waitMs=${waitMs}`;
    const body = await this.ledger.get(path, { waitMs, signal: this.stopping.signal });
    if (body === undefined) throw new OperatorError('ledger', 404);
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  }

  async entries(from: bigint, to: bigint): Promise<readonly Uint8Array[]> {
    const end = to - from > PAGE ? from + PAGE : to;
    const body = await this.ledger.get(`/log/v1/keys/entries?from=${from}&to=${end}`, { signal: this.stopping.signal });
    if (body === undefined) throw new OperatorError('ledger', 404);
    const { entries } = parseStrict(body, LIMITS) as unknown as {
      readonly entries: readonly { readonly data: string }[];
    };
    return entries.map(({ data }) => Buffer.from(data, 'base64url'));
  }

  stop(): void {
    this.stopping.abort();
  }
}
