import { appendToTiles, leafHash, nodeSha256 } from '#tlog/build';
import type { EventLog } from '#platform';
import type { LogName } from '../domain/log.js';
import type { LogStore } from '../persistence/log.store.js';

/** Makes pending entries leaves (design.md section 4, step 4). Any process may; the log's row lets one at a time. */
export class Sequence {
  constructor(
    private readonly store: LogStore,
    private readonly limit: number,
    private readonly log: EventLog,
    private readonly crash: (point: string) => void,
  ) {}

  /** @returns how many entries were taken in hand; 0 also while another process has the log */
  async execute(log: LogName): Promise<number> {
    if (!(await this.store.waiting(log))) return 0;
    const taken = await this.store.transaction(async (tx) => {
      this.crash('ledger.sequence.before-lock');
      const size = await this.store.lock(tx, log);
      if (size === undefined) return 0;
      this.crash('ledger.sequence.locked');
      const { count, leaves, conflicts } = await this.store.take(tx, log, size, this.limit);
      this.crash('ledger.sequence.taken');
      for (const entryId of conflicts) this.log.error('ledger.entry-conflict', { log, entryId });
      if (leaves.length === 0) return count;
      const hashes = leaves.map((data) => leafHash(nodeSha256, data));
      const tiles = await appendToTiles(size, hashes, await this.store.readEdge(tx, log), nodeSha256);
      this.crash('ledger.sequence.before-tiles');
      await this.store.grow(tx, log, tiles, size + BigInt(leaves.length));
      this.crash('ledger.sequence.before-commit');
      return count;
    });
    if (taken > 0) this.crash('ledger.sequence.after-commit');
    return taken;
  }
}
