import type { DataSource } from 'typeorm';
import type { ForeignKeys } from '../application/ports/foreign-keys.js';

/** Keys that were enrolled for this gateway or an authority it hosts, and were not its own. */
export class PostgresForeignKeys implements ForeignKeys {
  private constructor(
    private readonly dataSource: DataSource,
    private readonly kept: Set<string>,
  ) {}

  static async read(dataSource: DataSource): Promise<PostgresForeignKeys> {
    const rows = await dataSource.query<{ kid: string }[]>(`SELECT kid FROM gateway.foreign_key`);
    return new PostgresForeignKeys(dataSource, new Set(rows.map(({ kid }) => kid)));
  }

  kids(): readonly string[] {
    return [...this.kept];
  }

  async keep(kid: string): Promise<void> {
    if (this.kept.has(kid)) return;
    await this.dataSource.query(`INSERT INTO gateway.foreign_key (kid) VALUES ($1) ON CONFLICT DO NOTHING`, [kid]);
    this.kept.add(kid);
  }
}
