import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import type { Expire } from './expire.js';
import type { WatchDeadlines } from './watch-deadlines.js';

/** Looks now and then for what has expired, and for receipts that are overdue. */
export class Sweep extends Loop {
  constructor(
    private readonly expire: Expire,
    private readonly deadlines: Pick<WatchDeadlines, 'alarms'>,
    private readonly intervalMs: number,
    private readonly log: EventLog,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    try {
      const { drafts, messages } = await this.expire.execute();
      if (drafts > 0) this.log.info('draft.expired', { count: drafts });
      if (messages > 0) this.log.info('message.expired', { count: messages });
      for (const { authority, messageId, what } of await this.deadlines.alarms())
        this.log.warn('receipt.overdue', { messageId, authorityId: authority, code: what });
    } catch (error) {
      if (isStoreFailure(error)) this.log.warn('sweep.waits');
      else this.log.failure('sweep.failed', error);
    }
    return this.intervalMs;
  }
}
