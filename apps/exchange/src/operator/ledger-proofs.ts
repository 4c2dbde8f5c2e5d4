import { parseStrict } from '#json';
import { OperatorError } from '#operator';
import type { OperatorClient } from '#operator';

const LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 4 };

/** Inclusion proofs of the disclosure log, as the ledger gives them. Each is verified by who uses it. */
export class LedgerProofs {
  constructor(private readonly ledger: OperatorClient) {}

  /** @returns entry id to c2sp.org/tlog-proof@v1; entries that are not yet under a checkpoint are missing. @throws {OperatorError} */
  async find(entryIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const answer = await this.ledger.post('/log/v1/disclosure/proofs', { entryIds });
    if (answer === undefined) throw new OperatorError('ledger', 404);
    const { proofs } = parseStrict(answer, LIMITS) as unknown as { readonly proofs: Readonly<Record<string, string>> };
    return new Map(Object.entries(proofs));
  }

  /** Waits until the log is larger than `after`, or for `waitMs`. @returns its size, unverified: a hint to look again */
  async larger(after: bigint, waitMs: number, signal: AbortSignal): Promise<bigint> {
    const path = `/log/v1/disclosure/checkpoint?after=${after}&waitMs=${waitMs}`;
    const note = await this.ledger.get(path, { waitMs, signal });
    const [, size = '0'] = Buffer.from(note ?? '')
      .toString('utf8')
      .split('\n');
    return /^\d{1,19}$/.test(size) ? BigInt(size) : 0n;
  }
}
