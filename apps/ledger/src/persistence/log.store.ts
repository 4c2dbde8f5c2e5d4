import type { ReadTile, Tile } from '#tlog/build';
import { COMMITMENT_CONTEXT, TILE_WIDTH } from '#tlog/build';
import type { DataSource, EntityManager } from 'typeorm';
import type { LogName } from '../domain/log.js';

const HASH_BYTES = 32;

export interface Leaf {
  readonly index: bigint;
  readonly entryId: string;
  readonly data: Buffer;
}
/** Pending entries that were taken in hand. */
export interface Taken {
  /** All of them: those that became leaves, and those that stand in the log already. */
  readonly count: number;
  /** Data of the new leaves, in the order of the log. */
  readonly leaves: readonly Buffer[];
  /** Ids under which the log holds another entry already. */
  readonly conflicts: readonly string[];
}
/** Leaves, tiles and openings in PostgreSQL. */
export class LogStore {
  constructor(private readonly dataSource: DataSource) {}

  transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Whether anything waits to be taken. In order, so that the index is read and not the table, whose first pages hold what was taken and is not vacuumed. */
  async waiting(log: LogName): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `SELECT id FROM ledger.pending WHERE log = $1 ORDER BY id LIMIT 1`,
      [log],
    );
    return rows.length > 0;
  }

  /** Milliseconds for which the oldest pending entry has waited; 0 when none does. */
  async oldestPendingMs(log: LogName): Promise<number> {
    const [row] = await this.dataSource.query<{ ms: string }[]>(
      `SELECT extract(epoch FROM clock_timestamp() - inserted_at) * 1000 AS ms
       FROM ledger.pending WHERE log = $1 ORDER BY id LIMIT 1`,
      [log],
    );
    return Number(row?.ms ?? 0);
  }

  /**
   * Locks the log until the transaction ends: one sequencer at a time. Its key stays as it is, so that who only names the log (a checkpoint, a cosignature) waits for no sequencer, and keeps none
   * from its turn.
   * @returns its size; undefined when another process has it
   */
  async lock(tx: EntityManager, log: LogName): Promise<bigint | undefined> {
    const [row] = await tx.query<{ size: string }[]>(
      `SELECT size FROM ledger.log WHERE log = $1 FOR NO KEY UPDATE SKIP LOCKED`,
      [log],
    );
    return row === undefined ? undefined : BigInt(row.size);
  }

  /**
   * Makes pending entries leaves, in the order of their ids. A row that is committed later under a smaller id is taken the next time: what is
   * taken is deleted, and no cursor passes anything by. What stands in the log already is dropped, and never replaced.
   *
   * Commitments are computed here, next to the entries: no entry leaves the database to become a leaf. That asks for no more trust than to read
   * the entry from it, since a leaf that its opening does not open proves nothing to anybody.
   * @param tx holds the log's lock @param size of the log
   */
  async take(tx: EntityManager, log: LogName, size: bigint, limit: number): Promise<Taken> {
    const rows = await tx.query<{ data: Buffer | null; conflict: string | null }[]>(
      `WITH taken AS (
         DELETE FROM ledger.pending WHERE log = $1
           AND id IN (SELECT id FROM ledger.pending WHERE log = $1 ORDER BY id LIMIT $3)
         RETURNING id, entry_id, entry, blind, annex
       ), judged AS (
         SELECT *, CASE WHEN blind IS NULL THEN entry ELSE decode('01', 'hex') || sha256($4::bytea || blind || entry) END AS data,
           (SELECT data FROM ledger.leaf l WHERE l.log = $1 AND l.entry_id = taken.entry_id) AS known
         FROM taken
       ), fresh AS (
         SELECT *, $2::bigint + row_number() OVER (ORDER BY id) - 1 AS index FROM judged WHERE known IS NULL
       ), leaf AS (
         INSERT INTO ledger.leaf (log, index, entry_id, data) SELECT $1, index, entry_id, data FROM fresh
       ), opening AS (
         INSERT INTO ledger.opening (index, entry, blind, annex)
         SELECT index, entry, blind, annex FROM fresh WHERE blind IS NOT NULL
       )
       (SELECT data, NULL AS conflict FROM fresh ORDER BY index)
       UNION ALL SELECT NULL, CASE WHEN data <> known THEN entry_id END FROM judged WHERE known IS NOT NULL`,
      [log, size.toString(), limit, COMMITMENT_CONTEXT],
    );
    return {
      count: rows.length,
      leaves: rows.map(({ data }) => data).filter((data) => data !== null),
      conflicts: rows.map(({ conflict }) => conflict).filter((id) => id !== null),
    };
  }

  /** The partial tiles at the right edge: all that appending reads. */
  async readEdge(tx: EntityManager, log: LogName): Promise<ReadTile> {
    const rows = await tx.query<{ level: number; n: string; hashes: Buffer }[]>(
      `SELECT level, n, hashes FROM ledger.edge WHERE log = $1`,
      [log],
    );
    const edge = new Map(rows.map(({ level, n, hashes }) => [`${level}/${n}`, hashes]));
    return (level, n) => Promise.resolve(edge.get(`${level}/${n}`));
  }

  /** @param tiles that changed @param size of the log now */
  async grow(tx: EntityManager, log: LogName, tiles: readonly Tile[], size: bigint): Promise<void> {
    const full = tiles.filter(({ hashes }) => hashes.length === TILE_WIDTH * HASH_BYTES);
    const partial = tiles.filter((tile) => !full.includes(tile));
    const columns = (of: readonly Tile[]): readonly unknown[] => [
      of.map(({ level }) => level),
      of.map(({ n }) => n.toString()),
      of.map(({ hashes }) => Buffer.from(hashes)),
    ];
    await tx.query(
      `WITH tile AS (
         INSERT INTO ledger.tile (log, level, n, hashes) SELECT $1, * FROM unnest($3::int[], $4::bigint[], $5::bytea[])
       ), edge AS (
         INSERT INTO ledger.edge (log, level, n, hashes) SELECT $1, * FROM unnest($6::int[], $7::bigint[], $8::bytea[])
         ON CONFLICT (log, level) DO UPDATE SET n = EXCLUDED.n, hashes = EXCLUDED.hashes
       )
       UPDATE ledger.log SET size = $2 WHERE log = $1`,
      [log, size.toString(), ...columns(full), ...columns(partial)],
    );
  }

  /** Leaves of these entries, below `size`. */
  async find(log: LogName, entryIds: readonly string[], size: bigint): Promise<readonly Leaf[]> {
    const rows = await this.dataSource.query<{ index: string; entry_id: string; data: Buffer }[]>(
      `SELECT index, entry_id, data FROM ledger.leaf WHERE log = $1 AND entry_id = ANY($2::uuid[]) AND index < $3 ORDER BY index`,
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

  /** In one statement: a tile that fills up moves from the edge to its place in one transaction. */
  readTile(log: LogName): ReadTile {
    return async (level, n) => {
      const [row] = await this.dataSource.query<{ hashes: Buffer }[]>(
        `SELECT hashes FROM ledger.tile WHERE log = $1 AND level = $2 AND n = $3
         UNION ALL SELECT hashes FROM ledger.edge WHERE log = $1 AND level = $2 AND n = $3 LIMIT 1`,
        [log, level, n.toString()],
      );
      return row?.hashes;
    };
  }
}
