import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import { LOGS } from '../domain/log.js';
import type { Sequence } from './sequence.js';

/** Ticks this often at least; a hint from the database makes it tick at once. */
const IDLE_MS = 200;
const RETRY_MS = 500;

/** Runs the sequencing of both logs until told to stop. */
export class Sequencer {
  private stopping = false;
  private awake = false;
  private rouse: (() => void) | undefined;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly sequence: Sequence,
    private readonly log: EventLog,
  ) {}

  start(): void {
    this.loop ??= this.run();
  }

  wake(): void {
    this.awake = true;
    this.rouse?.();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.rouse?.();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.awake = false;
      let pause = IDLE_MS;
      try {
        let taken = 0;
        for (const log of LOGS) taken += await this.sequence.execute(log);
        if (taken > 0) continue;
      } catch (error) {
        if (isStoreFailure(error)) this.log.warn('sequencer.waits');
        else this.log.failure('sequencer.failed', error);
        pause = RETRY_MS;
      }
      await this.sleep(pause);
    }
  }

  private async sleep(ms: number): Promise<void> {
    if (this.awake || this.stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.rouse = undefined;
  }
}
