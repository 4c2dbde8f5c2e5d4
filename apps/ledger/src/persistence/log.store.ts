import type { ReadTile, Tile } from '#tlog/build';
import { TILE_WIDTH } from '#tlog/build';
import type { DataSource, EntityManager } from 'typeorm';
import type { LogName } from '../domain/log.js';

const HASH_BYTES = 32;

export interface Pending {
  readonly entryId: string;
  readonly entry: Buffer;
  /** `disclosure` alone. */
  readonly blind: Buffer | null;
  readonly annex: Buffer | null;
}
export interface Leaf {
  readonly index: bigint;
  readonly entryId: string;
  readonly data: Buffer;
}
/** Leaves, tiles and openings in PostgreSQL. */
export class LogStore {
  constructor(private readonly dataSource: DataSource) {}

  transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Locks the log until the transaction ends: one sequencer at a time. @returns its size */
  async lock(tx: EntityManager, log: LogName): Promise<bigint> {
    const [row] = await tx.query<{ size: string }[]>(`SELECT size FROM ledger.log WHERE log = $1 FOR UPDATE`, [log]);
    return BigInt(row?.size ?? 0);
  }

  /**
   * Takes pending entries away, in the order of their ids. A row that is committed later under a smaller id is taken the next time:
   * what is taken is deleted, and no cursor passes anything by.
   */
  async take(tx: EntityManager, log: LogName, limit: number): Promise<readonly Pending[]> {
    const [rows] = await tx.query<
      [{ id: string; entry_id: string; entry: Buffer; blind: Buffer | null; annex: Buffer | null }[], number]
    >(
      `DELETE FROM ledger.pending WHERE id IN (
         SELECT id FROM ledger.pending WHERE log = $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id, entry_id, entry, blind, annex`,
      [log, limit],
    );
    return [...rows]
      .sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)))
      .map(({ entry_id: entryId, entry, blind, annex }) => ({ entryId, entry, blind, annex }));
  }

  async add(tx: EntityManager, log: LogName, leaves: readonly Leaf[]): Promise<void> {
    await tx.query(
      `INSERT INTO ledger.leaf (log, index, entry_id, data)
       SELECT $1, * FROM unnest($2::bigint[], $3::uuid[], $4::bytea[])`,
      [
        log,
        leaves.map(({ index }) => index.toString()),
        leaves.map(({ entryId }) => entryId),
        leaves.map(({ data }) => data),
      ],
    );
  }

  async addOpenings(tx: EntityManager, first: bigint, entries: readonly Pending[]): Promise<void> {
    await tx.query(
      `INSERT INTO ledger.opening (index, entry, blind, annex)
       SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])`,
      [
        entries.map((_, at) => (first + BigInt(at)).toString()),
        entries.map(({ entry }) => entry),
        entries.map(({ blind }) => blind),
        entries.map(({ annex }) => annex),
      ],
    );
  }

  async addTiles(tx: EntityManager, log: LogName, tiles: readonly Tile[]): Promise<void> {
    for (const { level, n, hashes } of tiles) {
      const values = [log, level, n.toString(), Buffer.from(hashes)];
      if (hashes.length === TILE_WIDTH * HASH_BYTES) {
        await tx.query(`INSERT INTO ledger.tile (log, level, n, hashes) VALUES ($1, $2, $3, $4)`, values);
      } else {
        await tx.query(
          `INSERT INTO ledger.edge (log, level, n, hashes) VALUES ($1, $2, $3, $4)
           ON CONFLICT (log, level) DO UPDATE SET n = EXCLUDED.n, hashes = EXCLUDED.hashes`,
          values,
        );
      }
    }
  }

  async grow(tx: EntityManager, log: LogName, size: bigint): Promise<void> {
    await tx.query(`UPDATE ledger.log SET size = $2 WHERE log = $1`, [log, size.toString()]);
  }

  /** Leaves of these entries, below `size`. */
  async find(
    log: LogName,
    entryIds: readonly string[],
    size: bigint,
    tx: EntityManager = this.dataSource.manager,
  ): Promise<readonly Leaf[]> {
    const rows = await tx.query<{ index: string; entry_id: string; data: Buffer }[]>(
      `SELECT index, entry_id, data FROM ledger.leaf WHERE log = $1 AND entry_id = ANY($2::uuid[]) AND index < $3`,
      [log, entryIds, size.toString()],
    );
    return rows.map((row) => ({ index: BigInt(row.index), entryId: row.entry_id, data: row.data }));
  }

  /** Leaves [from, to). */
  async leaves(log: LogName, from: bigint, to: bigint): Promise<readonly Leaf[]> {
    const rows = await this.dataSource.query<{ index: string; entry_id: string; data: Buffer }[]>(
      `SELECT index, entry_id, data FROM ledger.leaf WHERE log = $1 AND index >= $2 AND index < $3 ORDER BY index`,
      [log, from.toString(), to.toString()],
    );
    return rows.map((row) => ({ index: BigInt(row.index), entryId: row.entry_id, data: row.data }));
  }

  async opening(entryId: string): Promise<{ entry: Buffer; blind: Buffer; annex: Buffer | null } | undefined> {
    const [row] = await this.dataSource.query<{ entry: Buffer; blind: Buffer; annex: Buffer | null }[]>(
      `SELECT o.entry, o.blind, o.annex FROM ledger.opening o JOIN ledger.leaf l ON l.log = 'disclosure' AND l.index = o.index
       WHERE l.entry_id = $1`,
      [entryId],
    );
    return row;
  }

  /** In one statement: a tile that fills up moves from the edge to its place in one transaction. */
  readTile(log: LogName, tx: EntityManager = this.dataSource.manager): ReadTile {
    return async (level, n) => {
      const [row] = await tx.query<{ hashes: Buffer }[]>(
        `SELECT hashes FROM ledger.tile WHERE log = $1 AND level = $2 AND n = $3
         UNION ALL SELECT hashes FROM ledger.edge WHERE log = $1 AND level = $2 AND n = $3 LIMIT 1`,
        [log, level, n.toString()],
      );
      return row?.hashes;
    };
  }
}
