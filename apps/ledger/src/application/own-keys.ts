import { nodeSha256 } from '#tlog/build';
import { KeysLog } from '#snapshot';
import type { Snapshot, Trust } from '#snapshot';
import type { LogStore } from '../persistence/log.store.js';

const PAGE = 500n;

/** The keys log as the ledger itself holds it, verified like anybody's: by it callers are known. */
export class OwnKeys {
  private readonly log: KeysLog;
  private running: Promise<void> | undefined;

  constructor(
    private readonly store: LogStore,
    trust: Trust,
  ) {
    this.log = KeysLog.empty(trust, nodeSha256);
  }

  newest(): Snapshot {
    return this.log.at(this.log.size);
  }

  /** What was true at this size; reads that far. @throws {SnapshotError} SIZE_NOT_HELD */
  async at(size: bigint): Promise<Snapshot> {
    if (this.log.size < size) await this.refresh();
    return this.log.at(size);
  }

  refresh(): Promise<void> {
    this.running ??= this.read().finally(() => (this.running = undefined));
    return this.running;
  }

  private async read(): Promise<void> {
    for (;;) {
      const leaves = await this.store.leaves('keys', this.log.size, this.log.size + PAGE);
      if (leaves.length === 0) return;
      for (const { data } of leaves) await this.log.append(data);
    }
  }
}
