import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import type { LogName } from '../domain/log.js';
import { LOGS } from '../domain/log.js';
import type { LogStore, SignedCheckpoint } from '../persistence/log.store.js';

const POLL_MS = 250;
const STALE_MS = 3 * 60_000;

/** The newest checkpoint of each log, and those who wait for a larger one. */
export class Checkpoints {
  private readonly newestOf = new Map<LogName, SignedCheckpoint>();
  private readonly waiting = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(
    private readonly store: LogStore,
    private readonly log: EventLog,
    private readonly now: () => Date,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), POLL_MS);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    this.tell();
  }

  newest(log: LogName): SignedCheckpoint | undefined {
    return this.newestOf.get(log);
  }

  /** @returns why nothing can be read here yet; undefined once both logs have a checkpoint */
  missing(): string | undefined {
    return LOGS.every((log) => this.newestOf.has(log)) ? undefined : 'no-checkpoint';
  }

  /** @returns why people should look: an idle log is signed anew every minute, and one was not */
  stale(): string | undefined {
    const oldest = this.now().getTime() - STALE_MS;
    return LOGS.some((log) => (this.newestOf.get(log)?.signedAt.getTime() ?? oldest) < oldest) ? 'stale' : undefined;
  }

  /** Waits for a checkpoint larger than `after`, for `ms` at most. @returns the newest then */
  async larger(log: LogName, after: bigint, ms: number): Promise<SignedCheckpoint | undefined> {
    const deadline = this.now().getTime() + ms;
    for (;;) {
      const newest = this.newest(log);
      const left = deadline - this.now().getTime();
      if (this.stopped || left <= 0 || (newest !== undefined && newest.size > after)) return newest;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, left);
        this.waiting.add(done);
      });
    }
  }

  /** Reads what is newest now; asked while it reads, it reads once more, since it may have passed the news by. */
  look(): Promise<void> {
    this.again = true;
    this.reading ??= this.readOn().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readOn(): Promise<void> {
    while (this.again) {
      this.again = false;
      await this.read();
    }
  }

  private async read(): Promise<void> {
    try {
      let news = false;
      for (const log of LOGS) {
        const newest = await this.store.newestCheckpoint(log);
        if (newest === undefined || newest.id === this.newestOf.get(log)?.id) continue;
        this.newestOf.set(log, newest);
        news = true;
      }
      if (news) this.tell();
    } catch (error) {
      if (isStoreFailure(error)) this.log.warn('checkpoints.wait');
      else this.log.failure('checkpoints.failed', error);
    }
  }

  private tell(): void {
    for (const done of [...this.waiting]) done();
  }
}
