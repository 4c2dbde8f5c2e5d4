import { OperatorError } from '#operator';
import type { OperatorClient } from '#operator';
import { NotYet } from '../domain/errors.js';

const UNPROCESSABLE = 422;

/** Checkpoints as the ledger offers them to witnesses. What it says is believed by nobody: the witness verifies it. Each call: @throws {NotYet} */
export class LedgerOffers {
  constructor(private readonly ledger: OperatorClient) {}

  /** Waits for a checkpoint larger than `from`. @returns c2sp.org/tlog-witness, body of `add-checkpoint`; undefined when the log is smaller */
  async offer(log: string, from: bigint, waitMs: number, signal: AbortSignal): Promise<string | undefined> {
    return text(
      await answered(this.ledger.get(`/log/v1/${log}/offer?from=${from}&waitMs=${waitMs}`, { waitMs, signal })),
    );
  }

  /** @param note the checkpoint with the cosignature @returns whether it was taken */
  async cosign(log: string, note: string, signal: AbortSignal): Promise<boolean> {
    const taken = this.ledger.post(`/log/v1/${log}/cosignature`, { note }, { signal }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof OperatorError && error.status === UNPROCESSABLE) return false;
        throw error;
      },
    );
    return answered(taken);
  }

  /** @returns the newest checkpoint that has its quorum, as readers get it */
  async newest(log: string, signal: AbortSignal): Promise<string | undefined> {
    return text(await answered(this.ledger.get(`/log/v1/${log}/checkpoint`, { signal })));
  }
}

const answered = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof OperatorError) throw new NotYet('ledger');
    throw error;
  }
};
const text = (body: Uint8Array | undefined): string | undefined =>
  body === undefined ? undefined : Buffer.from(body).toString('utf8');
