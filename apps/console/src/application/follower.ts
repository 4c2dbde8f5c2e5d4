import { Loop } from '#platform';
import type { EventLog } from '#platform';
import type { ProjectLog } from './project-log.js';

const AGAIN_MS = 500;
const RETRY_MS = 2_000;

/** Keeps the projection as new as the log. */
export class Follower extends Loop {
  private state: string | undefined = 'begun';

  constructor(
    private readonly projecting: ProjectLog,
    private readonly log: EventLog,
  ) {
    super();
  }

  /** @returns why what auditors see is not the newest; undefined: it is */
  behind(): string | undefined {
    return this.state;
  }

  protected override async round(): Promise<number> {
    try {
      const outcome = await this.projecting.execute();
      this.state = outcome === 'followed' ? undefined : outcome;
      return AGAIN_MS;
    } catch (error) {
      this.state = 'unreachable';
      this.log.failure('projection.failed', error);
      return RETRY_MS;
    }
  }
}
