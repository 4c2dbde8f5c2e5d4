import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import { FIRST } from './erase-openings.js';
import type { EraseOpenings } from './erase-openings.js';

const LIMIT = 100;
/** Woken when a decision or a lifting comes; looks by itself for what had not ended then. */
const IDLE_MS = 30_000;
const RETRY_MS = 1_000;

/** Erases what is due until told to stop: from the first message to the last, page by page, and then from the first again. */
export class Eraser extends Loop {
  private after = FIRST;
  private woken = false;

  constructor(
    private readonly erasing: Pick<EraseOpenings, 'execute'>,
    private readonly log: EventLog,
  ) {
    super();
  }

  /** What woke it may stand before the page in hand. */
  override wake(): void {
    this.woken = true;
    super.wake();
  }

  protected override async round(): Promise<number> {
    if (this.after === FIRST) this.woken = false;
    try {
      const { count, next = FIRST } = await this.erasing.execute(LIMIT, this.after);
      if (count > 0) this.log.info('openings.erased', { count });
      this.after = next;
      return next === FIRST && !this.woken ? IDLE_MS : 0;
    } catch (error) {
      this.after = FIRST;
      if (isStoreFailure(error)) this.log.warn('eraser.waits');
      else this.log.failure('eraser.failed', error);
      return RETRY_MS;
    }
  }
}
