import type { DataSource, EntityManager } from 'typeorm';

export interface StoredStatement {
  readonly seq: bigint;
  readonly id: string;
  readonly entry: Uint8Array;
}

/** Held by whoever takes a statement, until it is committed: the order of the table is the order of the log. */
const ORDER_LOCK = 7_100_001;

/** The registry's own copy of the keys log, and its door to the ledger. */
export class StatementStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs `work` while nobody else, in this process or another, takes a statement. */
  inOrder<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock($1)`, [ORDER_LOCK]);
      return work(tx);
    });
  }

  async after(seq: bigint, tx: EntityManager = this.dataSource.manager): Promise<readonly StoredStatement[]> {
    const rows = await tx.query<{ seq: string; id: string; entry: Buffer }[]>(
      `SELECT seq, id, entry FROM registry.statement WHERE seq > $1 ORDER BY seq`,
      [seq.toString()],
    );
    return rows.map((row) => ({ ...row, seq: BigInt(row.seq) }));
  }

  async find(id: string, tx: EntityManager = this.dataSource.manager): Promise<Uint8Array | undefined> {
    const [row] = await tx.query<{ entry: Buffer }[]>(`SELECT entry FROM registry.statement WHERE id = $1`, [id]);
    return row?.entry;
  }

  /** Statement and its pending entry in the keys log: both or neither. */
  async add(id: string, kind: string, entry: Uint8Array, tx: EntityManager): Promise<void> {
    const bytes = Buffer.from(entry);
    await tx.query(`INSERT INTO registry.statement (id, kind, entry) VALUES ($1, $2, $3)`, [id, kind, bytes]);
    await tx.query(`INSERT INTO ledger.pending (log, entry_id, entry) VALUES ('keys', $1, $2)`, [id, bytes]);
  }
}
