import { Loop } from '#platform';
import type { EventLog } from '#platform';
import type { ProjectLog } from './project-log.js';

const AGAIN_MS = 500;
const RETRY_MS = 2_000;
/** An assignment that has ended opens nothing when the log has not been read for so long. */
const LATEST_MS = 60_000;

/** Keeps the projection as new as the log. */
export class Follower extends Loop {
  private state: string | undefined = 'begun';
  /** When the last round began that came to the newest checkpoint. */
  private followed: number | undefined;

  constructor(
    private readonly projecting: ProjectLog,
    private readonly log: EventLog,
    /** Milliseconds that never go back. */
    private readonly elapsed: () => number,
  ) {
    super();
  }

  /** @returns why what auditors see is not the newest; undefined: it is */
  behind(): string | undefined {
    return this.state;
  }

  /** Whether what is known of assignments is new enough to be acted on: no alarm, and the log was read to its end within the last minute. */
  follows(): boolean {
    return this.followed !== undefined && this.elapsed() - this.followed <= LATEST_MS;
  }

  protected override async round(): Promise<number> {
    const begun = this.elapsed();
    try {
      const outcome = await this.projecting.execute();
      this.state = outcome === 'followed' ? undefined : outcome;
      if (outcome === 'followed') this.followed = begun;
      if (outcome === 'stopped') this.followed = undefined;
      return AGAIN_MS;
    } catch (error) {
      this.state = 'unreachable';
      this.log.failure('projection.failed', error);
      return RETRY_MS;
    }
  }
}
