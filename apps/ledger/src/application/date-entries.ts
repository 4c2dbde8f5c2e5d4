import type { CheckpointStore } from '../persistence/checkpoint.store.js';
import type { LogStore } from '../persistence/log.store.js';
import type { Quorum } from './quorum.js';
import type { ReadLog } from './read-log.js';

const PAGE = 16;

/** Where an entry stands, and what bounds when it was signed. */
export interface Dated {
  /** c2sp.org/tlog-proof@v1, under the first checkpoint that has its quorum and covers the entry, as it was first cosigned. */
  readonly proof: string;
  /** The last checkpoint with its quorum that does not cover it yet, as it was last cosigned. Absent at the log's beginning. */
  readonly before?: string;
}

/** Two neighbours among the checkpoints with their quorum, and what bounds all entries [from, to) between them. */
interface Bounds {
  readonly from: bigint;
  readonly to: bigint;
  readonly before: string | undefined;
  readonly proofOf: (index: bigint) => Promise<string>;
}

/** Entries of the `disclosure` log between the two checkpoints that bound them most closely: by these dating is judged. */
export class DateEntries {
  constructor(
    private readonly store: LogStore,
    private readonly checkpoints: CheckpointStore,
    private readonly quorum: Quorum,
    private readonly reading: ReadLog,
  ) {}

  /** @returns by entry id, those that stand under a checkpoint with its quorum */
  async execute(entryIds: readonly string[]): Promise<ReadonlyMap<string, Dated>> {
    const dated = new Map<string, Dated>();
    let bounds: Bounds | undefined;
    for (const { index, entryId } of await this.store.find('disclosure', entryIds, this.reading.size('disclosure'))) {
      // Those that were logged together stand between the same two: what bounds one is sought, and verified, once.
      if (bounds === undefined || index < bounds.from || index >= bounds.to) bounds = await this.bounds(index);
      if (bounds === undefined) continue;
      const { proofOf, before } = bounds;
      dated.set(entryId, { proof: await proofOf(index), ...(before === undefined ? {} : { before }) });
    }
    return dated;
  }

  /** @returns undefined when no checkpoint with its quorum covers the entry yet */
  private async bounds(index: bigint): Promise<Bounds | undefined> {
    const covering = await this.nearest(index, 'after');
    if (covering === undefined) return undefined;
    const before = await this.nearest(index, 'before');
    const proofOf = this.reading.inclusions('disclosure', covering.size, covering.note);
    return { from: before?.size ?? 0n, to: covering.size, before: before?.note, proofOf };
  }

  /** How large the log was at an instant, by the time at which its checkpoints were signed; as far as it is given out now. */
  async sizeAt(at: Date): Promise<bigint> {
    const [then, now] = [await this.checkpoints.sizeAt('disclosure', at), this.reading.size('disclosure')];
    return then < now ? then : now;
  }

  /** The nearest checkpoint with its quorum on one side of an entry. */
  private async nearest(
    index: bigint,
    side: 'before' | 'after',
  ): Promise<{ readonly size: bigint; readonly note: string } | undefined> {
    const cosigned = this.quorum.policy.witnesses.length > 0;
    for (let from = index; ;) {
      const some = await this.checkpoints.near('disclosure', from, side, { cosigned, limit: PAGE });
      for (const { size, note, lines } of some) {
        const witnessed = this.quorum.witnessed(note, lines);
        if (witnessed !== undefined) return { size, note: witnessed.note };
      }
      const last = some.at(-1);
      if (last === undefined || some.length < PAGE) return undefined;
      from = side === 'after' ? last.size : last.size - 1n;
    }
  }
}
