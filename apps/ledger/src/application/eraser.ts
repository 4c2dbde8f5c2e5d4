import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import type { EraseOpenings } from './erase-openings.js';

const LIMIT = 100;
/** Woken when a decision or a lifting comes; looks by itself for what had not ended then. */
const IDLE_MS = 30_000;
const RETRY_MS = 1_000;

/** Erases what is due until told to stop. */
export class Eraser extends Loop {
  constructor(
    private readonly erasing: EraseOpenings,
    private readonly log: EventLog,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    try {
      const count = await this.erasing.execute(LIMIT);
      if (count > 0) this.log.info('openings.erased', { count });
      return IDLE_MS;
    } catch (error) {
      if (isStoreFailure(error)) this.log.warn('eraser.waits');
      else this.log.failure('eraser.failed', error);
      return RETRY_MS;
    }
  }
}
