import { openCheckpoint } from '#tlog/verify';
import type { Verification } from '#tlog/verify';
import { SnapshotError } from './errors.js';
import { KeysLog } from './keys-log.js';
import type { Snapshot } from './snapshot.js';
import type { Trust } from './trust.js';

/** Where a follower reads the `keys` log: over HTTP from the ledger. */
export interface KeysSource {
  /** The newest signed checkpoint; waits for one larger than `after` for as long as the source allows when `wait` is set. */
  checkpoint(after: bigint, wait: boolean): Promise<string>;
  /** Entries [from, to), as many as it gives at once, in order. */
  entries(from: bigint, to: bigint): Promise<readonly Uint8Array[]>;
}
export interface Newest {
  readonly log: KeysLog;
  readonly size: bigint;
  readonly snapshot: Snapshot;
  /** When the quorum's witnesses cosigned it; under a policy without witnesses, when a checkpoint was last fetched and found good. */
  readonly asOf: Date;
}

/**
 * Follows the `keys` log: each checkpoint's signature and policy, every entry, and the root computed from them. Never goes back to a smaller
 * size, and never past a root that it does not compute itself.
 */
export class KeysFeed {
  private readonly log: KeysLog;
  private asOf: Date | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly source: KeysSource,
    private readonly trust: Trust,
    private readonly verification: Verification,
    private readonly now: () => Date,
  ) {
    this.log = KeysLog.empty(trust, verification.sha256);
  }

  newest(): Newest | undefined {
    if (this.asOf === undefined) return undefined;
    const { size } = this.log;
    return { log: this.log, size, snapshot: this.log.at(size), asOf: this.asOf };
  }

  /** Asks for a newer checkpoint now. Calls at the same time share one request. @throws {SnapshotError} or what the source throws */
  refresh(): Promise<void> {
    return this.once(false);
  }

  /** Waits for a larger log, or for the source's own limit. */
  follow(): Promise<void> {
    return this.once(true);
  }

  private async once(wait: boolean): Promise<void> {
    const note = await this.source.checkpoint(this.log.size, wait);
    // One reader at a time: two that append the same entries would see the second refused.
    const previous = this.running ?? Promise.resolve();
    const work = previous.catch(() => undefined).then(() => this.take(note));
    this.running = work;
    await work;
  }

  private async take(note: string): Promise<void> {
    const checkpoint = openCheckpoint(note, this.trust.logs.keys, this.verification);
    if (checkpoint.size < this.log.size) {
      // An answer that another one has overtaken looks the same; a log that has really shrunk never catches up again.
      if (Buffer.compare(Buffer.from(this.log.at(checkpoint.size).rootBase64, 'base64'), checkpoint.root) === 0) return;
      throw new SnapshotError('LOG_FORKED');
    }
    const entries: Uint8Array[] = [];
    while (this.log.size + BigInt(entries.length) < checkpoint.size) {
      const from = this.log.size + BigInt(entries.length);
      const more = await this.source.entries(from, checkpoint.size);
      if (more.length === 0) throw new SnapshotError('LOG_ROLLED_BACK');
      entries.push(...more.slice(0, Number(checkpoint.size - from)));
    }
    if (Buffer.compare(this.log.rootWith(entries), checkpoint.root) !== 0) throw new SnapshotError('LOG_FORKED');
    for (const entry of entries) await this.log.append(entry);
    const seen = checkpoint.witnessedAt === undefined ? this.now() : new Date(Number(checkpoint.witnessedAt) * 1000);
    if (this.asOf === undefined || seen > this.asOf) this.asOf = seen;
  }
}
