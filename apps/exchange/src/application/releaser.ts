import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { OperatorError } from '#operator';
import { NotYet } from '../domain/errors.js';
import type { LedgerProofs } from '../operator/ledger-proofs.js';
import type { ReleaseProven } from './release-proven.js';

const BATCH = 200;
const AT_ONCE = 8;
const IDLE_MS = 250;
const CHECKPOINT_WAIT_MS = 1_000;
const RETRY_MS = 500;

/** Looks for what waits to be proven, asks the ledger for proofs, and releases. Any number of processes may run it. */
export class Releaser extends Loop {
  private size = 0n;

  constructor(
    private readonly releasing: ReleaseProven,
    private readonly proofs: LedgerProofs,
    private readonly log: EventLog,
    /** Called when something was put in the outbox. */
    private readonly released: () => void,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    try {
      return await this.releaseSome();
    } catch (error) {
      if (this.stopping.aborted) return 0;
      if (error instanceof OperatorError || error instanceof NotYet) {
        this.log.warn('releaser.waits', { code: error instanceof NotYet ? error.code : 'ledger' });
      } else this.log.failure('releaser.failed', error);
      return RETRY_MS;
    }
  }

  /** @returns milliseconds until it is worth looking again */
  private async releaseSome(): Promise<number> {
    const waiting = await this.releasing.waiting(BATCH);
    if (waiting.length === 0) return IDLE_MS;
    const proofs = await this.proofs.find(waiting.map(({ entryId }) => entryId));
    const provable = waiting.filter(({ entryId }) => proofs.has(entryId));
    if (provable.length === 0) {
      this.size = await this.proofs.larger(this.size, CHECKPOINT_WAIT_MS, this.stopping);
      return 0;
    }
    let progress = 0;
    const queue = [...provable];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const outcome = await this.releasing.release(next, proofs.get(next.entryId) ?? '');
        if (outcome === 'unproven') this.log.error('releaser.proof-refused', { entryId: next.entryId });
        else progress += 1;
        if (outcome === 'decided-anew' || outcome === 'expired') {
          this.log.info('decision.superseded', { entryId: next.entryId, code: outcome });
        }
      }
    };
    const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
    this.released();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    // Proofs that do not verify are a fault of the ledger: asking again at once would not mend it.
    return progress === 0 ? RETRY_MS : 0;
  }
}
