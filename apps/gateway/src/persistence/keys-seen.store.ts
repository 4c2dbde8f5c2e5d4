import type { DataSource } from 'typeorm';

/** The newest snapshot this gateway has verified, remembered over restarts so that a shorter or another log is refused. */
export class KeysSeenStore {
  constructor(private readonly dataSource: DataSource) {}

  async read(): Promise<{ readonly size: bigint; readonly root: string } | undefined> {
    const [row] = await this.dataSource.query<{ size: string; root: string }[]>(
      `SELECT size, root FROM gateway.keys_seen`,
    );
    return row === undefined ? undefined : { size: BigInt(row.size), root: row.root };
  }

  async write(size: bigint, root: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO gateway.keys_seen (size, root) VALUES ($1, $2)
       ON CONFLICT (one) DO UPDATE SET size = EXCLUDED.size, root = EXCLUDED.root WHERE gateway.keys_seen.size < EXCLUDED.size`,
      [size.toString(), root],
    );
  }
}
