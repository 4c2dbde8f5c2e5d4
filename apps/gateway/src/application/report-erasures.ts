import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import { NotYet } from '../domain/errors.js';
import type { EraseMessage } from './erase-message.js';

/** Tells the ledger what was erased here, until it has taken it. */
export class ReportErasures extends Loop {
  constructor(
    private readonly erasing: EraseMessage,
    private readonly intervalMs: number,
    private readonly log: EventLog,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    try {
      const { told, refused } = await this.erasing.report();
      if (told > 0) this.log.info('erasures.reported', { count: told });
      if (refused > 0) this.log.warn('erasures.refused', { count: refused });
    } catch (error) {
      if (error instanceof NotYet || isStoreFailure(error)) this.log.warn('erasures.wait');
      else this.log.failure('erasures.failed', error);
    }
    return this.intervalMs;
  }
}
