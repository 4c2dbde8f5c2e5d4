import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import type { DataSource } from 'typeorm';
import { NotYet } from '../domain/errors.js';
import { messages } from '../persistence/message.store.js';
import type { ReleaseProven } from './release-proven.js';

const LIMIT = 200;

/** Now and then: permits that waited too long, and sealed copies that were received long ago. */
export class Sweep {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly releasing: ReleaseProven,
    private readonly dataSource: DataSource,
    private readonly sealedCopyMs: number,
    private readonly intervalMs: number,
    private readonly log: EventLog,
    private readonly now: () => Date,
    private readonly wake: () => void,
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
      const { expired, anew } = await this.releasing.overdue(LIMIT);
      if (expired > 0) this.log.info('message.expired', { count: expired });
      if (anew > 0) this.log.info('message.decided-anew', { count: anew });
      if (expired + anew > 0) this.wake();
      const until = new Date(this.now().getTime() - this.sealedCopyMs);
      const forgotten = await messages.forgetSealed(this.dataSource.manager, until);
      if (forgotten > 0) this.log.info('sealed-copy.deleted', { count: forgotten });
    } catch (error) {
      if (error instanceof NotYet || isStoreFailure(error)) this.log.warn('sweep.waits');
      else this.log.failure('sweep.failed', error);
    }
  }
}
