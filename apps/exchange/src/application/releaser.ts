import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { OperatorError } from '#operator';
import { isStoreAway, isStoreFailure } from '#persistence';
import { NotYet, SetAside } from '../domain/errors.js';
import type { LedgerProofs } from '../operator/ledger-proofs.js';
import type { Waiting } from '../persistence/entry.store.js';
import type { ReleaseProven } from './release-proven.js';

const BATCH = 200;
const AT_ONCE = 8;
const IDLE_MS = 250;
const CHECKPOINT_WAIT_MS = 1_000;
const RETRY_MS = 500;
/** Of one transaction: as many octets are read, put together and written well within the time that a statement may take. */
const MOST_OCTETS = 4 * 1024 * 1024;
/** What could not be released is passed over for so long, and so many of them: what waits behind them is looked at meanwhile. */
const [HELD_MS, MOST_HELD] = [5_000, 5_000];

/** Looks for what waits to be proven, asks the ledger for proofs, and releases. Any number of processes may run it. */
export class Releaser extends Loop {
  private size = 0n;
  /** By entry id, when it is tried again. */
  private readonly held = new Map<string, number>();

  constructor(
    private readonly releasing: ReleaseProven,
    private readonly proofs: LedgerProofs,
    private readonly log: EventLog,
    /** Called when something was put in the outbox that was not released together. */
    private readonly released: () => void,
    private readonly now: () => Date,
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
    const waiting = await this.releasing.waiting(BATCH, this.passedOver());
    // All of it is passed over for a while.
    if (waiting.length === 0) return RETRY_MS;
    const proofs = await this.proofs.find(waiting.map(({ entryId }) => entryId));
    const provable = waiting.filter(({ entryId }) => proofs.has(entryId));
    if (provable.length === 0) return 0;
    let progress = 0;
    for (const piece of piecesOf(provable)) {
      const done = await this.together(proofs, piece);
      const left = piece.filter(({ entryId }) => !done.has(entryId));
      progress += done.size + (await this.apart(proofs, left));
    }
    // There may be more than were asked for.
    if (waiting.length === BATCH) this.size = 0n;
    // What does not verify or is held will not do better for being asked at once.
    return progress === 0 ? RETRY_MS : 0;
  }

  private passedOver(): readonly string[] {
    const now = this.now().getTime();
    for (const [entryId, again] of this.held) if (again <= now) this.held.delete(entryId);
    return [...this.held.keys()];
  }

  /** @returns ids of those that are done; none when one of them could not be released with the others */
  private async together(proofs: ReadonlyMap<string, string>, piece: readonly Waiting[]): Promise<ReadonlySet<string>> {
    try {
      return await this.releasing.releaseAll(proofs, piece);
    } catch (error) {
      if (isStoreAway(error) || (error instanceof NotYet && error.code === 'snapshot')) throw error;
      this.log.warn('releaser.apart', { count: piece.length, code: heldBy(error) ?? 'unknown' });
      return new Set();
    }
  }

  /** Each in a transaction of its own; in a case one after the other, as they were decided. @returns how many are done */
  private async apart(proofs: ReadonlyMap<string, string>, left: readonly Waiting[]): Promise<number> {
    let progress = 0;
    const lines = [...Map.groupBy(left, ({ entryId, is, line }) => (is === 'decision' ? line : entryId)).values()];
    const worker = async (): Promise<void> => {
      for (let line = lines.shift(); line !== undefined; line = lines.shift())
        for (const one of line) if (await this.release(one, proofs.get(one.entryId) ?? '')) progress += 1;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (left.length > 0) this.released();
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
      if (outcome === 'unproven') this.passOver(entryId);
      // Another process has it in hand, or has released it.
      return outcome !== 'unproven' && outcome !== 'not-waiting';
    } catch (error) {
      this.passOver(entryId);
      const code = heldBy(error);
      if (code === undefined) this.log.failure('releaser.failed', error, { entryId });
      else this.log.warn('releaser.holds', { entryId, code });
      return false;
    }
  }

  private passOver(entryId: string): void {
    if (this.held.size < MOST_HELD) this.held.set(entryId, this.now().getTime() + HELD_MS);
  }
}

/** Pieces of so many octets, and of one at least, in the same order. */
const piecesOf = (all: readonly Waiting[]): readonly (readonly Waiting[])[] => {
  const pieces: Waiting[][] = [];
  let left = 0;
  for (const one of all) {
    left -= one.octets;
    const piece = pieces.at(-1);
    if (piece !== undefined && left >= 0) {
      piece.push(one);
      continue;
    }
    pieces.push([one]);
    left = MOST_OCTETS - one.octets;
  }
  return pieces;
};

/** Why an entry waits: what it needs is away, or its ground can no longer be seen. */
const heldBy = (error: unknown): string | undefined => {
  if (error instanceof NotYet) return error.code;
  if (error instanceof SetAside) return error.reason;
  return isStoreFailure(error) ? 'store' : undefined;
};
