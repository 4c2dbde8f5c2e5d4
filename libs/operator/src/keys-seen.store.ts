import type { DataSource } from 'typeorm';
import type { KeysSeen } from './keys-follower.js';

/** Table that a service's own migration makes: the newest snapshot ever verified. */
export const keysSeenTableSql = (schema: string): string => `
  CREATE TABLE ${schema}.keys_seen (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), size numeric(20) NOT NULL, root text NOT NULL);
`;

/**
 * Advisory lock of what is seen: shared by whoever signs by it until it commits, taken whole by whoever writes. A lock on the row would not do:
 * those who share it overlap without end under load, and nobody would ever get to write.
 */
export const KEYS_SEEN_LOCK = 7_100_003;

/** Remembers how far a service has verified the keys log, so that a shorter or another one is refused after a restart. */
export class KeysSeenStore implements KeysSeen {
  constructor(
    private readonly dataSource: DataSource,
    private readonly schema: string,
  ) {}

  async read(): Promise<{ readonly size: bigint; readonly root: string } | undefined> {
    const [row] = await this.dataSource.query<{ size: string; root: string }[]>(
      `SELECT size, root FROM ${this.schema}.keys_seen`,
    );
    return row === undefined ? undefined : { size: BigInt(row.size), root: row.root };
  }

  async write(size: bigint, root: string): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock($1)`, [KEYS_SEEN_LOCK]);
      await tx.query(
        `INSERT INTO ${this.schema}.keys_seen AS seen (size, root) VALUES ($1, $2)
         ON CONFLICT (one) DO UPDATE SET size = EXCLUDED.size, root = EXCLUDED.root WHERE seen.size < EXCLUDED.size`,
        [size.toString(), root],
      );
    });
  }
}
