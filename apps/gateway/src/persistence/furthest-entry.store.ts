import type { DataSource } from 'typeorm';
import type { FurthestEntry, FurthestEntryStore } from '../application/ports/furthest-entry.js';

/** Remembers over restarts by which size of the keys log the exchange has signed, and where in the log. */
export class PostgresFurthestEntryStore implements FurthestEntryStore {
  constructor(private readonly dataSource: DataSource) {}

  async read(): Promise<FurthestEntry | undefined> {
    const [row] = await this.dataSource.query<{ index: string; keys_size: string }[]>(
      `SELECT index, keys_size FROM gateway.furthest_entry`,
    );
    return row === undefined ? undefined : { index: BigInt(row.index), keysSize: BigInt(row.keys_size) };
  }

  async keep({ index, keysSize }: FurthestEntry): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO gateway.furthest_entry AS seen (index, keys_size) VALUES ($1, $2)
       ON CONFLICT (one) DO UPDATE SET index = EXCLUDED.index, keys_size = EXCLUDED.keys_size
       WHERE seen.keys_size < EXCLUDED.keys_size`,
      [index.toString(), keysSize.toString()],
    );
  }
}
