import type { DataSource } from 'typeorm';
import type { LogStore } from '../application/disclosure-store.js';
import type { LogView } from '../application/ports.js';

const DAYS = 400;
const CHECKPOINTS = 100;

interface CheckpointRow {
  readonly size: string;
  readonly root: Buffer;
  readonly checked_at: Date;
  readonly witnessed_at: Date | null;
}

/** The log as far as its root has been computed again. */
export class PostgresLogStore implements LogStore {
  constructor(private readonly dataSource: DataSource) {}

  async view(): Promise<Omit<LogView, 'erasures' | 'next'>> {
    const checkpoints = await this.dataSource.query<CheckpointRow[]>(
      `SELECT size::text, root, checked_at, witnessed_at FROM console.checkpoint WHERE size <= (SELECT checked FROM console.projection) ORDER BY checkpoint.size DESC LIMIT ${CHECKPOINTS}`,
    );
    const growth = await this.dataSource.query<{ day: string; entries: number }[]>(
      `SELECT day::text, entries::int FROM console.growth ORDER BY day DESC LIMIT ${DAYS}`,
    );
    const [state] = await this.dataSource.query<{ alarm: LogView['alarm'] | null; undated: number }[]>(
      `SELECT alarm, (size - (SELECT coalesce(sum(entries), 0) FROM console.growth))::int AS undated FROM console.projection`,
    );
    const [newest] = checkpoints;
    const alarm = state?.alarm ?? undefined;
    return {
      ...(newest === undefined ? {} : { checked: checkedAt(newest) }),
      checkpoints: checkpoints.map((one) => {
        const { size, root, at } = checkedAt(one);
        return { size, root, checkedAt: at };
      }),
      growth,
      undated: state?.undated ?? 0,
      ...(alarm === undefined ? {} : { alarm }),
    };
  }
}

const checkedAt = ({ size, root, checked_at: at, witnessed_at: witnessed }: CheckpointRow) => ({
  size,
  root: root.toString('base64'),
  at: at.toISOString(),
  ...(witnessed === null ? {} : { witnessedAt: witnessed.toISOString() }),
});
