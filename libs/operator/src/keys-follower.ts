import { setTimeout as delay } from 'node:timers/promises';
import { SnapshotError } from '#snapshot';
import type { KeysFeed, KeysLog, Newest, Snapshot } from '#snapshot';
import type { EventLog } from '#platform';
import { TlogError } from '#tlog/verify';

const RETRY_MS = 500;

/** Where the newest verified size and root are kept over restarts. */
export interface KeysSeen {
  read(): Promise<{ readonly size: bigint; readonly root: string } | undefined>;
  /** Never goes back. */
  write(size: bigint, root: string): Promise<void>;
}

/**
 * Keeps this service's copy of the keys log new, and remembers over restarts how far it had come: a log that is smaller or other
 * than what was seen is not shown to anybody (design.md section 7).
 */
export class KeysFollower {
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;
  private seen: { readonly size: bigint; readonly root: string } | undefined;
  private good: Newest | undefined;
  /** Size of the snapshot that everything is prepared for. */
  private prepared: bigint | undefined;
  /** Of each size that was newest here: when the quorum is known to have cosigned it. */
  private readonly advances: { readonly size: bigint; readonly asOf: Date }[] = [];
  private prepare: (snapshot: Snapshot) => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly feed: KeysFeed,
    private readonly store: KeysSeen,
    private readonly maxAgeMs: number,
    private readonly log: EventLog,
    private readonly now: () => Date,
  ) {}

  /** @param prepare done with each new snapshot before anybody here sees it, and before it counts as seen over restarts; when it fails the snapshot is taken later */
  before(prepare: (snapshot: Snapshot) => Promise<void>): void {
    this.prepare = prepare;
  }

  async start(): Promise<void> {
    this.seen = await this.store.read();
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  newest(): Newest | undefined {
    return this.good;
  }

  async refresh(): Promise<void> {
    try {
      await this.feed.refresh();
      await this.take();
    } catch (error) {
      this.report(error);
    }
  }

  /** Whether publishing may go on (design.md section 7). */
  isFresh(): boolean {
    return this.good !== undefined && this.now().getTime() - this.good.asOf.getTime() < this.maxAgeMs;
  }

  /** When a larger log than this was known to be cosigned, as far as this process has seen; undefined: none is known. */
  supersededAt(size: bigint): Date | undefined {
    return this.advances.find((advance) => advance.size > size)?.asOf;
  }

  /** @returns why nothing can be judged yet; undefined once a snapshot has been verified */
  missing(): string | undefined {
    return this.good === undefined ? 'no-snapshot' : undefined;
  }

  /** @returns why people should look: the log has not been seen for too long */
  stale(): string | undefined {
    return this.good === undefined || this.isFresh() ? undefined : 'stale';
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await (this.good === undefined ? this.feed.refresh() : this.isBehind() ? undefined : this.feed.follow());
        await this.take();
        // A log that is still behind what was seen is asked for again, but not in a tight circle.
        if (this.good === undefined) await delay(RETRY_MS, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        this.report(error);
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** What was read could not be taken, say because the database was busy: nothing larger is waited for before it is. */
  private isBehind(): boolean {
    return this.good !== undefined && (this.feed.newest()?.size ?? 0n) > this.good.size;
  }

  private async take(): Promise<void> {
    const newest = this.feed.newest();
    if (newest === undefined || newest.size === 0n || !this.continues(newest.log, newest.size)) return;
    if (this.prepared !== newest.size) await this.prepare(newest.snapshot);
    this.prepared = newest.size;
    if (this.seen === undefined || newest.size > this.seen.size) {
      const root = newest.snapshot.rootBase64;
      await this.store.write(newest.size, root);
      this.seen = { size: newest.size, root };
      this.log.info('keys.advanced', { size: newest.size.toString() });
    }
    if (newest.size > (this.good?.size ?? 0n)) this.advances.push({ size: newest.size, asOf: newest.asOf });
    this.good = newest;
  }

  private continues(log: KeysLog, size: bigint): boolean {
    if (this.seen === undefined) return true;
    if (size < this.seen.size) return false;
    if (log.at(this.seen.size).rootBase64 !== this.seen.root) throw new SnapshotError('LOG_FORKED');
    return true;
  }

  private report(error: unknown): void {
    const code = error instanceof SnapshotError || error instanceof TlogError ? error.code : 'UNREACHABLE';
    this.log.warn('keys.not-advanced', { code });
  }
}
