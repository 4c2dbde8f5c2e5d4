import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import { NotYet } from '../domain/errors.js';
import type { Expire } from './expire.js';
import type { SealAgain } from './seal-again.js';
import type { HandleIncidents } from './handle-incidents.js';
import type { WatchDeadlines } from './watch-deadlines.js';

/** Looks now and then for what has expired, for what can be sealed again, and for receipts that are overdue. */
export class Sweep extends Loop {
  constructor(
    private readonly expire: Expire,
    private readonly again: Pick<SealAgain, 'execute'>,
    private readonly deadlines: Pick<WatchDeadlines, 'alarms'>,
    private readonly incidents: Pick<HandleIncidents, 'alarms'>,
    private readonly intervalMs: number,
    private readonly log: EventLog,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    try {
      const { drafts, messages, attachments } = await this.expire.execute();
      if (drafts > 0) this.log.info('draft.expired', { count: drafts });
      if (attachments > 0) this.log.info('attachment.expired', { count: attachments });
      if (messages > 0) this.log.info('message.expired', { count: messages });
      for (const { authority, messageId, what } of await this.deadlines.alarms())
        this.log.warn('receipt.overdue', { messageId, authorityId: authority, code: what });
      for (const { authority, messageId, what } of await this.incidents.alarms())
        if (what === 'opened') this.log.warn('incident.opened', { messageId, authorityId: authority });
        else this.log.error('incident.clock-ran-out', { messageId, authorityId: authority, code: what });
      for (const { authority, messageId, attempt, outcome } of await this.again.execute()) {
        const fields = { messageId, authorityId: authority, attempt };
        if (outcome === 'sealed') this.log.info('message.sealed-again', fields);
        else this.log.info('message.refused-again', fields);
      }
    } catch (error) {
      if (isStoreFailure(error) || error instanceof NotYet) this.log.warn('sweep.waits');
      else this.log.failure('sweep.failed', error);
    }
    return this.intervalMs;
  }
}
