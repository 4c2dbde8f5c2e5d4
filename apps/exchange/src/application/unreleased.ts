import { Lookout } from '#platform';
import type { EventLog } from '#platform';
import type { DataSource } from 'typeorm';
import { entries } from '../persistence/entry.store.js';

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
export class Unreleased extends Lookout {
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
  fault(): 'lagging' | 'too-many' | 'unseen' | undefined {
    if (this.isUnseen()) return 'unseen';
    if (this.isMany()) return 'too-many';
    return this.ageMs > this.limits.lagMs ? 'lagging' : undefined;
  }
  /** Nobody knows: then no more either. */
  tooMany(): boolean {
    return this.isUnseen() || this.isMany();
  }
  size(): number | undefined {
    return this.seen(this.count);
  }
  /** Seconds. */
  age(): number | undefined {
    return this.seen(this.ageMs / 1000);
  }

  protected override async see(): Promise<void> {
    const { count, oldest } = await entries.unreleased(this.dataSource.manager, this.limits.most);
    this.count = count;
    this.ageMs = oldest === undefined ? 0 : this.now().getTime() - oldest.getTime();
    const tooMany = this.isMany();
    if (tooMany && !this.wasTooMany) this.log.error('unreleased.too-many', { count });
    if (!tooMany && this.wasTooMany) this.log.info('unreleased.fewer', { count });
    this.wasTooMany = tooMany;
  }

  private isMany(): boolean {
    return this.count >= this.limits.most;
  }
}
