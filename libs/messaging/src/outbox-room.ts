import { Lookout } from '#platform';
import type { EventLog } from '#platform';
import type { DataSource } from 'typeorm';

export interface RoomLimits {
  /** Messages that may wait in the outbox. */
  readonly messages: number;
  /** Their octets. */
  readonly bytes: number;
  /** From this age of the oldest on, people are told. */
  readonly lateMs: number;
}
interface Waiting {
  readonly count: number;
  readonly bytes: number;
  readonly ageMs: number;
}

/**
 * How much waits in the outbox, looked at once a second: beside the work, and not for each message. Between two looks what is taken in goes beyond the limit by as
 * much, and no more than comes in the time after which it is `unseen`. It is full by what must be kept and never by age: what waits may wait for days (design.md section 11).
 */
export class OutboxRoom extends Lookout {
  private waiting: Waiting = { count: 0, bytes: 0, ageMs: 0 };
  private wasFull = false;

  constructor(
    private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly schema: string,
    private readonly limits: RoomLimits,
    private readonly log: EventLog,
  ) {
    super();
  }

  /** @returns undefined while there is room; `unseen` when nobody could look for so long that nobody knows */
  fault(): 'full' | 'unseen' | undefined {
    if (this.isUnseen()) return 'unseen';
    return this.isFull() ? 'full' : undefined;
  }
  warning(): 'late' | undefined {
    return this.waiting.ageMs > this.limits.lateMs ? 'late' : undefined;
  }
  count(): number | undefined {
    return this.seen(this.waiting.count);
  }
  /** Seconds. */
  age(): number | undefined {
    return this.seen(this.waiting.ageMs / 1000);
  }

  /** Counts no further than to the limit: what a look costs does not grow with what waits. */
  protected override async see(): Promise<void> {
    const [row] = await this.dataSource.query<{ count: number; bytes: string; age: number }[]>(
      `SELECT count(*)::int AS count, coalesce(sum(octet_length(body)), 0) AS bytes,
         coalesce(extract(epoch FROM now() - min(created_at)) * 1000, 0)::float8 AS age
       FROM (SELECT body, created_at FROM ${this.schema}.outbox WHERE published_at IS NULL ORDER BY seq LIMIT ${this.limits.messages}) waiting`,
    );
    this.waiting = { count: row?.count ?? 0, bytes: Number(row?.bytes ?? 0), ageMs: row?.age ?? 0 };
    const isFull = this.isFull();
    if (isFull && !this.wasFull) this.log.error('outbox.full', { count: this.waiting.count });
    if (!isFull && this.wasFull) this.log.info('outbox.has-room', { count: this.waiting.count });
    this.wasFull = isFull;
  }

  private isFull(): boolean {
    const { count, bytes } = this.waiting;
    return count >= this.limits.messages || bytes >= this.limits.bytes;
  }
}
