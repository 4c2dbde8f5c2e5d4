import { setTimeout as delay } from 'node:timers/promises';
import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import { LOGS } from '../domain/log.js';
import type { Sequence } from './sequence.js';

/** Ticks this often at least; a hint from the database makes it tick at once. */
const IDLE_MS = 200;
/** Under load a tick takes what has come since the last one (design.md section 8: 50 ms at most). */
const TICK_MS = 40;
const RETRY_MS = 500;

/** Runs the sequencing of both logs until told to stop. */
export class Sequencer extends Loop {
  constructor(
    private readonly sequence: Sequence,
    /** Taken in one transaction at most: when it is full there is more. */
    private readonly batch: number,
    private readonly log: EventLog,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    try {
      let taken = 0;
      for (const log of LOGS) taken += await this.sequence.execute(log);
      if (taken === 0) return IDLE_MS;
      // Not to be woken from: it is woken by each entry.
      if (taken < this.batch) await delay(TICK_MS, undefined, { signal: this.stopping }).catch(() => undefined);
      return 0;
    } catch (error) {
      if (isStoreFailure(error)) this.log.warn('sequencer.waits');
      else this.log.failure('sequencer.failed', error);
      return RETRY_MS;
    }
  }
}
