import type { DataSource, EntityManager } from 'typeorm';

/** Bytes of released rule sets, by digest. */
export class RuleSetStore {
  constructor(private readonly dataSource: DataSource) {}

  async find(sha256: string, tx: EntityManager = this.dataSource.manager): Promise<Uint8Array | undefined> {
    const [row] = await tx.query<{ bytes: Buffer }[]>(`SELECT bytes FROM registry.rule_set WHERE sha256 = $1`, [
      sha256,
    ]);
    return row?.bytes;
  }

  /** Every one that was released here. */
  async all(tx: EntityManager): Promise<readonly Uint8Array[]> {
    const rows = await tx.query<{ bytes: Buffer }[]>(`SELECT bytes FROM registry.rule_set ORDER BY number`);
    return rows.map(({ bytes }) => bytes);
  }

  async add(sha256: string, number: number, bytes: Uint8Array, tx: EntityManager): Promise<void> {
    await tx.query(`INSERT INTO registry.rule_set (sha256, number, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [
      sha256,
      number,
      Buffer.from(bytes),
    ]);
  }
}
