import { appendToTiles, disclosureLeaf, leafHash, nodeSha256 } from '#tlog/build';
import type { EventLog } from '#platform';
import type { EntityManager } from 'typeorm';
import type { LogName } from '../domain/log.js';
import type { LogStore, Pending } from '../persistence/log.store.js';

/** Makes pending entries leaves (design.md section 4, step 4). Any process may; the log's row lets one at a time. */
export class Sequence {
  constructor(
    private readonly store: LogStore,
    private readonly limit: number,
    private readonly log: EventLog,
    private readonly crash: (point: string) => void,
  ) {}

  /** @returns how many entries were taken in hand */
  async execute(log: LogName): Promise<number> {
    const taken = await this.store.transaction(async (tx) => {
      const size = await this.store.lock(tx, log);
      const pending = await this.store.take(tx, log, this.limit);
      const fresh = pending.length === 0 ? [] : await this.fresh(tx, log, size, pending);
      if (fresh.length === 0) return pending.length;
      const leaves = fresh.map((entry, at) => ({
        index: size + BigInt(at),
        entryId: entry.entryId,
        data: Buffer.from(dataOf(entry)),
      }));
      const hashes = leaves.map(({ data }) => leafHash(nodeSha256, data));
      const tiles = await appendToTiles(size, hashes, this.store.readTile(log, tx), nodeSha256);
      await this.store.add(tx, log, leaves);
      if (log === 'disclosure') await this.store.addOpenings(tx, size, fresh);
      await this.store.addTiles(tx, log, tiles);
      await this.store.grow(tx, log, size + BigInt(fresh.length));
      this.crash('ledger.sequence.before-commit');
      return pending.length;
    });
    if (taken > 0) this.crash('ledger.sequence.after-commit');
    return taken;
  }

  /** An entry that stands in the log already is dropped when it is the same, and never replaced when it is not. */
  private async fresh(
    tx: EntityManager,
    log: LogName,
    size: bigint,
    pending: readonly Pending[],
  ): Promise<readonly Pending[]> {
    const ids = pending.map(({ entryId }) => entryId);
    const known = new Map((await this.store.find(log, ids, size, tx)).map((leaf) => [leaf.entryId, leaf.data]));
    return pending.filter((entry) => {
      const data = known.get(entry.entryId);
      if (data === undefined) return true;
      if (Buffer.compare(data, dataOf(entry)) !== 0) {
        this.log.error('ledger.entry-conflict', { log, entryId: entry.entryId });
      }
      return false;
    });
  }
}

const dataOf = ({ entry, blind }: Pending): Uint8Array =>
  blind === null ? entry : disclosureLeaf(blind, entry, nodeSha256);
