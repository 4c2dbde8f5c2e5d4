import type { EventLog } from '#platform';

export interface Depth {
  readonly held: number;
  readonly oldestMs: number;
}

const REMIND_MS = 60 * 60_000;

/** Tells people that something is held in quarantine: when there is more or less of it than before, and once an hour while there is any. */
export class QuarantineDepth {
  private told = 0;
  private toldAt = 0;

  constructor(
    private readonly read: () => Promise<Depth>,
    private readonly log: EventLog,
    private readonly now: () => Date,
  ) {}

  async look(): Promise<void> {
    const { held, oldestMs } = await this.read();
    const at = this.now().getTime();
    if (held === this.told && (held === 0 || at - this.toldAt < REMIND_MS)) return;
    [this.told, this.toldAt] = [held, at];
    if (held === 0) this.log.info('quarantine.empty');
    else this.log.warn('quarantine.held', { count: held, ms: oldestMs });
  }
}
