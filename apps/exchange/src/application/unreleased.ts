import { Loop } from '#platform';
import type { EventLog } from '#platform';
import type { DataSource } from 'typeorm';
import { entries } from '../persistence/entry.store.js';

const LOOK_MS = 1_000;

export interface UnreleasedLimits {
  /** From this age of the oldest entry on, the exchange is not ready. */
  readonly lagMs: number;
  /** At as many entries nothing more is decided on. */
  readonly most: number;
}

/**
 * Entries that were handed to the ledger and have no proof yet, looked at once a second and not for each message. When log, signer or witnesses are behind, what gateways
 * send stays in their queue, and what that does not hold in their outboxes, instead of piling up here.
 */
export class Unreleased extends Loop {
  private count = 0;
  private ageMs = 0;
  private wasTooMany = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly limits: UnreleasedLimits,
    private readonly log: EventLog,
    private readonly now: () => Date,
  ) {
    super();
  }

  /** @returns undefined while the log keeps up */
  fault(): 'lagging' | 'too-many' | undefined {
    if (this.tooMany()) return 'too-many';
    return this.ageMs > this.limits.lagMs ? 'lagging' : undefined;
  }
  tooMany(): boolean {
    return this.count >= this.limits.most;
  }
  size(): number {
    return this.count;
  }
  /** Seconds. */
  age(): number {
    return this.ageMs / 1000;
  }

  async look(): Promise<void> {
    const { count, oldest } = await entries.unreleased(this.dataSource.manager, this.limits.most);
    this.count = count;
    this.ageMs = oldest === undefined ? 0 : this.now().getTime() - oldest.getTime();
    const tooMany = this.tooMany();
    if (tooMany && !this.wasTooMany) this.log.error('unreleased.too-many', { count });
    if (!tooMany && this.wasTooMany) this.log.info('unreleased.fewer', { count });
    this.wasTooMany = tooMany;
  }

  protected override async round(): Promise<number> {
    try {
      await this.look();
    } catch {
      // The database is away, which its own probe tells: what was seen last stands.
    }
    return LOOK_MS;
  }
}
