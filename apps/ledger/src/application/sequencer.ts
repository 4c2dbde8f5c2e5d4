import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import { LOGS } from '../domain/log.js';
import type { Sequence } from './sequence.js';

/** Ticks this often at least; a hint from the database makes it tick at once. */
const IDLE_MS = 200;
const RETRY_MS = 500;

/** Runs the sequencing of both logs until told to stop. */
export class Sequencer extends Loop {
  constructor(
    private readonly sequence: Sequence,
    private readonly log: EventLog,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    try {
      let taken = 0;
      for (const log of LOGS) taken += await this.sequence.execute(log);
      return taken > 0 ? 0 : IDLE_MS;
    } catch (error) {
      if (isStoreFailure(error)) this.log.warn('sequencer.waits');
      else this.log.failure('sequencer.failed', error);
      return RETRY_MS;
    }
  }
}
