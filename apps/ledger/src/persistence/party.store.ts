import type { DataSource, EntityManager } from 'typeorm';
import type { Parties } from '../application/parties.js';

/** Whose each entry is, in PostgreSQL. */
export class PartyStore {
  constructor(private readonly dataSource: DataSource) {}

  transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Entries below have been read for their parties. */
  async read(): Promise<bigint> {
    return sizeOf(await this.dataSource.query<{ size: string }[]>(`SELECT size FROM ledger.party_read`));
  }

  /** Whether entries stand in the log that have not been read, without a lock: mostly none do. */
  async isBehind(): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `SELECT 1 FROM ledger.leaf WHERE log = 'disclosure' AND index >= (SELECT size FROM ledger.party_read) LIMIT 1`,
    );
    return rows.length > 0;
  }

  /** As `read`; one reader at a time until the transaction ends. */
  async lock(tx: EntityManager): Promise<bigint> {
    return sizeOf(await tx.query<{ size: string }[]>(`SELECT size FROM ledger.party_read FOR UPDATE`));
  }

  /** The entries from this index on; those whose openings are erased are absent. */
  async entries(
    tx: EntityManager,
    from: bigint,
    limit: number,
  ): Promise<readonly { readonly index: bigint; readonly entry?: Buffer }[]> {
    const rows = await tx.query<{ index: string; entry: Buffer | null }[]>(
      `SELECT l.index, o.entry FROM ledger.leaf l LEFT JOIN ledger.opening o USING (index)
       WHERE l.log = 'disclosure' AND l.index >= $1 ORDER BY l.index LIMIT $2`,
      [from.toString(), limit],
    );
    return rows.map(({ index, entry }) => ({ index: BigInt(index), ...(entry === null ? {} : { entry }) }));
  }

  /** Annexes of these entries, by index. */
  async annexes(tx: EntityManager, indices: readonly bigint[]): Promise<ReadonlyMap<bigint, Buffer>> {
    if (indices.length === 0) return new Map();
    const rows = await tx.query<{ index: string; annex: Buffer }[]>(
      `SELECT index, annex FROM ledger.opening WHERE index = ANY ($1::bigint[]) AND annex IS NOT NULL`,
      [indices.map(String)],
    );
    return new Map(rows.map(({ index, annex }) => [BigInt(index), annex]));
  }

  /** @param size how far has been read now */
  async add(
    tx: EntityManager,
    parties: readonly (Parties & { readonly index: bigint })[],
    size: bigint,
  ): Promise<void> {
    const rows = parties.flatMap(({ authorities, index, messageId, caseId }) =>
      authorities.map((authority) => ({
        authority,
        index: index.toString(),
        messageId: messageId ?? null,
        caseId: caseId ?? null,
      })),
    );
    await tx.query(
      `INSERT INTO ledger.party (authority, index, message_id, case_id)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::uuid[])`,
      [
        rows.map((row) => row.authority),
        rows.map((row) => row.index),
        rows.map((row) => row.messageId),
        rows.map((row) => row.caseId),
      ],
    );
    await tx.query(`UPDATE ledger.party_read SET size = $1`, [size.toString()]);
  }
}

const sizeOf = (rows: readonly { readonly size: string }[]): bigint => BigInt(rows[0]?.size ?? 0);
