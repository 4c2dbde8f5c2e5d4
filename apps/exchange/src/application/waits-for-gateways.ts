import { OUT_EXCHANGE, gatewayDeliveryKey, ofKeySql, waitingKeysSql } from '#messaging';
import { Lookout } from '#platform';
import type { EventLog } from '#platform';
import type { DataSource } from 'typeorm';
import { schema } from '../persistence/index.js';

const LOOK_MS = 15_000;
/** Counted for one gateway: what a look costs does not grow with what waits. */
const MOST = 10_000;
const REMIND_MS = 60 * 60_000;
const PREFIX = gatewayDeliveryKey('');

interface Waiting {
  readonly gateway: string;
  readonly count: number;
  readonly ageMs: number;
}

/**
 * What waits in the outbox for each gateway. It waits where the broker is away, or where a gateway has been for so long that its queue is full. Nothing is refused for it:
 * what was accepted is lawful to release, and its sender has seven days. But it takes disk for as long as that lasts, so people are told: by gateway, when what waits for
 * it becomes late, and once an hour while it is.
 */
export class WaitsForGateways extends Lookout {
  private waiting: readonly Waiting[] = [];
  private readonly toldAt = new Map<string, number>();

  /** @param lateMs from this age of the oldest on, people are told */
  constructor(
    private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly lateMs: number,
    private readonly log: EventLog,
    private readonly now: () => Date,
  ) {
    super(LOOK_MS);
  }

  warning(): 'late' | 'unseen' | undefined {
    if (this.isUnseen()) return 'unseen';
    return this.late().length > 0 ? 'late' : undefined;
  }
  count(): number | undefined {
    return this.seen(this.waiting.reduce((sum, { count }) => sum + count, 0));
  }
  /** Seconds. */
  age(): number | undefined {
    return this.seen(Math.max(0, ...this.waiting.map(({ ageMs }) => ageMs)) / 1000);
  }

  protected override async see(): Promise<void> {
    const rows = await this.dataSource.query<{ key: string; count: number; age: number }[]>(
      `WITH RECURSIVE ${waitingKeysSql(schema)}
       SELECT key, count, age FROM waiting_key CROSS JOIN LATERAL (
         SELECT count(*)::int AS count, (extract(epoch FROM now() - min(created_at)) * 1000)::float8 AS age
         FROM (SELECT created_at FROM ${schema}.outbox WHERE published_at IS NULL AND ${ofKeySql('key')} AND exchange = $1
               ORDER BY routing_key, seq LIMIT ${MOST}) oldest) waits
       WHERE count > 0`,
      [OUT_EXCHANGE],
    );
    this.waiting = rows.map(({ key, count, age }) => ({ gateway: key.slice(PREFIX.length), count, ageMs: age }));
    this.tell();
  }

  private late(): readonly Waiting[] {
    return this.waiting.filter(({ ageMs }) => ageMs > this.lateMs);
  }

  private tell(): void {
    const late = this.late();
    const at = this.now().getTime();
    for (const { gateway, count, ageMs } of late) {
      if (at - (this.toldAt.get(gateway) ?? -Infinity) < REMIND_MS) continue;
      this.toldAt.set(gateway, at);
      this.log.warn('outbox.late', { gatewayId: gateway, count, ms: Math.round(ageMs) });
    }
    for (const gateway of this.toldAt.keys()) {
      if (late.some((one) => one.gateway === gateway)) continue;
      this.toldAt.delete(gateway);
      this.log.info('outbox.left', { gatewayId: gateway });
    }
  }
}
