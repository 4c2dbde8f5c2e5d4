import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import type { Expire } from './expire.js';

/** Looks now and then for what has expired. */
export class Sweep {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly expire: Expire,
    private readonly intervalMs: number,
    private readonly log: EventLog,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.once());
    }, this.intervalMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async once(): Promise<void> {
    try {
      const { drafts, messages } = await this.expire.execute();
      if (drafts > 0) this.log.info('draft.expired', { count: drafts });
      if (messages > 0) this.log.info('message.expired', { count: messages });
    } catch (error) {
      if (isStoreFailure(error)) this.log.warn('sweep.waits');
      else this.log.failure('sweep.failed', error);
    }
  }
}
