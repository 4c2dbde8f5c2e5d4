import { once } from 'node:events';
import { Loop } from '#platform';
import type { EventLog } from '#platform';
import type { Exports } from './exports.js';

const AGAIN_MS = 2_000;
/** So long an answer waits for a job that may be short. */
const SHORT_MS = 1_500;

/** Works on exports, one at a time; those that a process before this one began too. */
export class ExportWorker extends Loop {
  private looked = Promise.withResolvers<boolean>();

  constructor(
    private readonly exports: Exports,
    private readonly log: EventLog,
  ) {
    super();
    exports.onBegun = () => this.begun();
  }

  protected override async round(): Promise<number> {
    try {
      if (await this.exports.work(this.stopping)) return 0;
      this.looked.resolve(true);
      this.looked = Promise.withResolvers<boolean>();
      return AGAIN_MS;
    } catch (error) {
      this.log.failure('export.failed', error);
      return AGAIN_MS;
    }
  }

  private async begun(): Promise<void> {
    const { promise } = this.looked;
    this.wake();
    const short = AbortSignal.timeout(SHORT_MS);
    await Promise.race([promise, once(short, 'abort')]);
  }
}
