import type { Found, OpeningStore } from '../persistence/opening.store.js';
import type { ReadLog } from './read-log.js';

/** The log as the console follows it: what stands under a checkpoint that meets the release policy, opened as far as it is not erased. */
export class FollowOpenings {
  constructor(
    private readonly store: OpeningStore,
    private readonly reading: Pick<ReadLog, 'size'>,
  ) {}

  /** @returns what stands in the log from this index on, and how much stands in it */
  async execute(from: bigint, limit: number): Promise<{ readonly size: bigint; readonly found: readonly Found[] }> {
    const size = this.reading.size('disclosure');
    return { size, found: from < size ? await this.store.following(from, size, limit) : [] };
  }
}
