import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import { LOGS } from '../domain/log.js';
import type { LogStore } from '../persistence/log.store.js';
import { STALE_MS } from './checkpoints.js';
import type { Checkpoints } from './checkpoints.js';

const LOOK_MS = 10_000;
/** An entry is sequenced within a tick of 50 ms; one that has waited for this long is for people to look at. */
const WAITED_MS = 5_000;

/** How far the logs are behind: for people, in readiness and as events. The processes go on by themselves. */
export class Lag extends Loop {
  private isFirst = true;
  private readonly begunAt: number;

  constructor(
    private readonly store: Pick<LogStore, 'oldestPendingMs'>,
    private readonly checkpoints: Pick<Checkpoints, 'signedMs' | 'cosignedMs'>,
    /** By their names in the policies. */
    private readonly witnesses: readonly string[],
    private readonly log: EventLog,
    private readonly now: () => Date,
  ) {
    super();
    this.begunAt = now().getTime();
  }

  /** @returns why people should look: entries wait, and are not made leaves */
  async waiting(): Promise<string | undefined> {
    const waited = await Promise.all(LOGS.map((log) => this.store.oldestPendingMs(log)));
    return waited.some((ms) => ms > WAITED_MS) ? 'not-sequenced' : undefined;
  }

  protected override async round(): Promise<number> {
    try {
      if (!this.isFirst) await this.tell();
      this.isFirst = false;
    } catch (error) {
      if (!isStoreFailure(error)) this.log.failure('lag.failed', error);
    }
    return LOOK_MS;
  }

  /** What never was is as old as this process. */
  private async tell(): Promise<void> {
    const running = this.now().getTime() - this.begunAt;
    for (const log of LOGS) {
      const waited = Math.round(await this.store.oldestPendingMs(log));
      if (waited > WAITED_MS) this.log.warn('pending.waits', { log, ms: waited });
      const ms = this.checkpoints.signedMs(log) ?? running;
      if (ms > STALE_MS) this.log.warn('checkpoint.stale', { log, ms });
    }
    for (const witness of this.witnesses) {
      const ms = this.checkpoints.cosignedMs(witness) ?? running;
      // The policy's names are those of gateways, and of witnesses that are asked.
      if (ms > STALE_MS) this.log.warn('witness.silent', { gatewayId: witness, ms });
    }
  }
}
