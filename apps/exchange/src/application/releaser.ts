import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { OperatorError } from '#operator';
import { isStoreFailure } from '#persistence';
import { NotYet, SetAside } from '../domain/errors.js';
import type { LedgerProofs } from '../operator/ledger-proofs.js';
import type { Waiting } from '../persistence/entry.store.js';
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
      this.size = 0n;
      const code = error instanceof OperatorError ? 'ledger' : heldBy(error);
      if (code === undefined) this.log.failure('releaser.failed', error);
      else this.log.warn('releaser.waits', { code });
      return RETRY_MS;
    }
  }

  /** @returns milliseconds until it is worth looking again */
  private async releaseSome(): Promise<number> {
    if ((await this.releasing.waiting(1)).length === 0) return IDLE_MS;
    // What waits is proven by a checkpoint that was not here before, or was asked for in vain already.
    this.size = await this.proofs.larger(this.size, CHECKPOINT_WAIT_MS, this.stopping);
    const waiting = await this.releasing.waiting(BATCH);
    const proofs = await this.proofs.find(waiting.map(({ entryId }) => entryId));
    const provable = waiting.filter(({ entryId }) => proofs.has(entryId));
    if (provable.length === 0) return 0;
    const done = await this.together(proofs, provable);
    const left = provable.filter(({ entryId }) => !done.has(entryId));
    const progress = done.size + (await this.oneByOne(proofs, left));
    this.released();
    // There may be more than were asked for.
    if (waiting.length === BATCH) this.size = 0n;
    // What does not verify or is held will not do better for being asked at once.
    return progress === 0 ? RETRY_MS : 0;
  }

  /** @returns ids of those that are done; none when one of them could not be released with the others */
  private async together(
    proofs: ReadonlyMap<string, string>,
    provable: readonly Waiting[],
  ): Promise<ReadonlySet<string>> {
    try {
      return await this.releasing.releaseAll(proofs, provable);
    } catch (error) {
      if (isStoreFailure(error)) throw error;
      return new Set();
    }
  }

  /** @returns how many are done */
  private async oneByOne(proofs: ReadonlyMap<string, string>, left: readonly Waiting[]): Promise<number> {
    let progress = 0;
    const queue = [...left];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (await this.release(next, proofs.get(next.entryId) ?? '')) progress += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return progress;
  }

  /** One entry that cannot be released keeps waiting, and keeps nothing behind it waiting. @returns whether it is done with */
  private async release(waiting: Waiting, proof: string): Promise<boolean> {
    const { entryId } = waiting;
    try {
      const outcome = await this.releasing.release(waiting, proof);
      if (outcome === 'unproven') this.log.error('releaser.proof-refused', { entryId });
      if (outcome === 'decided-anew' || outcome === 'expired') {
        this.log.info('decision.superseded', { entryId, code: outcome });
      }
      return outcome !== 'unproven';
    } catch (error) {
      const code = heldBy(error);
      if (code === undefined) this.log.failure('releaser.failed', error, { entryId });
      else this.log.warn('releaser.holds', { entryId, code });
      return false;
    }
  }
}

/** Why an entry waits: what it needs is away, or its ground can no longer be seen. */
const heldBy = (error: unknown): string | undefined => {
  if (error instanceof NotYet) return error.code;
  if (error instanceof SetAside) return error.reason;
  return isStoreFailure(error) ? 'store' : undefined;
};
