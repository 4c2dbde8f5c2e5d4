import type { DataSource } from 'typeorm';

export interface StoredCheckpoint {
  readonly size: bigint;
  readonly note: string;
}

export interface StoredLeaf {
  readonly index: bigint;
  readonly data: Buffer;
}

/** What the signer sees of the ledger: leaves to read, checkpoints to add. It has no other right there. */
export class LeafStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: string,
  ) {}

  /** Leaf data from `from` on, at most `limit`, with the index of each: a gap is for the caller to see. */
  async leaves(from: bigint, limit: number): Promise<readonly StoredLeaf[]> {
    const rows = await this.dataSource.query<{ index: string; data: Buffer }[]>(
      `SELECT index, data FROM ledger.leaf WHERE log = $1 AND index >= $2 ORDER BY index LIMIT $3`,
      [this.log, from.toString(), limit],
    );
    return rows.map(({ index, data }) => ({ index: BigInt(index), data }));
  }

  async size(): Promise<bigint> {
    const [row] = await this.dataSource.query<{ size: string | null }[]>(
      `SELECT max(index) + 1 AS size FROM ledger.leaf WHERE log = $1`,
      [this.log],
    );
    return BigInt(row?.size ?? 0);
  }

  async largestCheckpoint(): Promise<StoredCheckpoint | undefined> {
    const [row] = await this.dataSource.query<{ size: string; note: string }[]>(
      `SELECT size, note FROM ledger.checkpoint WHERE log = $1 ORDER BY size DESC, id DESC LIMIT 1`,
      [this.log],
    );
    return row === undefined ? undefined : { size: BigInt(row.size), note: row.note };
  }

  async publish({ size, note }: StoredCheckpoint): Promise<void> {
    await this.dataSource.query(`INSERT INTO ledger.checkpoint (log, size, note) VALUES ($1, $2, $3)`, [
      this.log,
      size.toString(),
      note,
    ]);
  }
}
