import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreAway, isStoreFailure } from '#persistence';
import { NotYet } from '../domain/errors.js';
import type { Expire } from './expire.js';
import type { FallBackCorrections } from './fall-back-corrections.js';
import type { SealAgain } from './seal-again.js';
import type { HandleIncidents } from './handle-incidents.js';
import type { WatchDeadlines } from './watch-deadlines.js';
import type { WatchHandling } from './watch-handling.js';
import type { WatchRequests } from './watch-requests.js';

/** Looks now and then for what has expired or is kept no longer, for what can be sealed again, for corrections that fall back, and for receipts, handling and answers that are overdue. */
export class Sweep extends Loop {
  constructor(
    private readonly expire: Expire,
    private readonly again: Pick<SealAgain, 'execute'>,
    private readonly deadlines: Pick<WatchDeadlines, 'alarms'>,
    private readonly incidents: Pick<HandleIncidents, 'alarms'>,
    private readonly requests: Pick<WatchRequests, 'alarms'>,
    private readonly handling: Pick<WatchHandling, 'alarms'>,
    private readonly corrections: Pick<FallBackCorrections, 'execute'>,
    private readonly prune: () => Promise<void>,
    private readonly intervalMs: number,
    private readonly log: EventLog,
  ) {
    super();
  }

  /** Messages that waited in the last round, and why: told once. */
  private waiting = new Set<string>();

  /** Each in a try of its own: what stops one of them stops no other. */
  protected override async round(): Promise<number> {
    await this.tried(() => this.expired());
    await this.tried(() => this.overdue());
    await this.tried(() => this.unanswered());
    await this.tried(() => this.unhandled());
    await this.tried(() => this.sealedAgain());
    await this.tried(() => this.fallenBack());
    await this.tried(this.prune);
    return this.intervalMs;
  }

  private async tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown, fields: { readonly authorityId?: string } = {}): void {
    if (isStoreFailure(error) || error instanceof NotYet) this.log.warn('sweep.waits', fields);
    else this.log.failure('sweep.failed', error, fields);
  }

  private async expired(): Promise<void> {
    const { drafts, messages, attachments } = await this.expire.execute();
    if (drafts > 0) this.log.info('draft.expired', { count: drafts });
    if (attachments > 0) this.log.info('attachment.expired', { count: attachments });
    if (messages > 0) this.log.info('message.expired', { count: messages });
  }

  private async overdue(): Promise<void> {
    for (const { authority, messageId, what } of await this.deadlines.alarms())
      this.log.warn('receipt.overdue', { messageId, authorityId: authority, code: what });
    for (const { authority, messageId, what } of await this.incidents.alarms())
      if (what === 'opened') this.log.warn('incident.opened', { messageId, authorityId: authority });
      else this.log.error('incident.clock-ran-out', { messageId, authorityId: authority, code: what });
  }

  private async unanswered(): Promise<void> {
    for (const { authority, id, direction } of await this.requests.alarms())
      this.log.warn('request.overdue', { messageId: id, authorityId: authority, code: direction });
  }

  private async unhandled(): Promise<void> {
    const failed = (error: unknown, authorityId: string): void => {
      // No other would fare better.
      if (isStoreAway(error)) throw error;
      this.failed(error, { authorityId });
    };
    for await (const { authority, messageId, what } of this.handling.alarms(failed))
      this.log.warn('delivery.overdue', { messageId, authorityId: authority, code: what });
  }

  private async fallenBack(): Promise<void> {
    for (const { authority, messageId } of await this.corrections.execute())
      this.log.info('correction.fell-back', { messageId, authorityId: authority });
  }

  private async sealedAgain(): Promise<void> {
    const waiting = new Set<string>();
    for (const { authority, messageId, attempt, outcome, code } of await this.again.execute()) {
      const fields = { messageId, authorityId: authority, ...(attempt === undefined ? {} : { attempt }) };
      if (outcome === 'sealed') this.log.info('message.sealed-again', fields);
      else if (outcome === 'refused') this.log.info('message.refused-again', fields);
      else {
        const why = `${messageId} ${code ?? ''}`;
        waiting.add(why);
        if (!this.waiting.has(why)) this.log.warn('message.not-sealed-again', { ...fields, code: code ?? '' });
      }
    }
    this.waiting = waiting;
  }
}
