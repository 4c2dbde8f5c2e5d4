import type { DataSource } from 'typeorm';
import type { LogName } from '../domain/log.js';

export interface SignedCheckpoint {
  readonly id: bigint;
  readonly size: bigint;
  /** With the log's signature alone. */
  readonly note: string;
  readonly signedAt: Date;
  /** The newest signature line of each witness, as it was stored. */
  readonly lines: readonly string[];
}
/** The checkpoints of one log that matter now. */
export interface Heads {
  readonly newest?: SignedCheckpoint;
  /** What the witnesses are asked about. */
  readonly offered?: SignedCheckpoint & { readonly ageMs: number };
  /** The last that had its quorum before another was offered. */
  readonly witnessed?: SignedCheckpoint;
}
/** A witness's signature line on a checkpoint. */
export interface Cosignature {
  readonly size: bigint;
  /** Verifier key of the witness. */
  readonly witness: string;
  readonly line: string;
  readonly at: Date;
}

interface HeadRow {
  readonly head: 'newest' | 'offered' | 'witnessed';
  readonly age_ms: string;
  readonly id: string;
  readonly size: string;
  readonly note: string;
  readonly signed_at: Date;
  readonly lines: readonly string[];
}

/** Checkpoints and their cosignatures in PostgreSQL. */
export class CheckpointStore {
  constructor(private readonly dataSource: DataSource) {}

  async heads(log: LogName): Promise<Heads> {
    const rows = await this.dataSource.query<HeadRow[]>(
      `WITH round AS (SELECT * FROM ledger.round WHERE log = $1), head AS (
         (SELECT 'newest' AS head, id FROM ledger.checkpoint WHERE log = $1 ORDER BY id DESC LIMIT 1)
         UNION ALL SELECT 'offered', offered FROM round UNION ALL SELECT 'witnessed', witnessed FROM round)
       SELECT head, (SELECT extract(epoch FROM clock_timestamp() - began_at) * 1000 FROM round) AS age_ms,
         c.id, c.size, c.note, c.signed_at,
         ARRAY (SELECT line FROM ledger.cosignature s WHERE s.log = $1 AND s.size = c.size ORDER BY witness) AS lines
       FROM head JOIN ledger.checkpoint c USING (id)`,
      [log],
    );
    return Object.fromEntries(
      rows.map(({ head, age_ms: age, id, size, note, signed_at: signedAt, lines }) => [
        head,
        {
          id: BigInt(id),
          size: BigInt(size),
          note,
          signedAt,
          lines,
          ...(head === 'offered' ? { ageMs: Number(age) } : {}),
        },
      ]),
    ) as Heads;
  }

  /**
   * Offers another checkpoint to the witnesses, unless another process has done so already.
   * @param before what is offered now @param witnessed what the log's readers have until this one has its quorum
   * @returns whether this process did
   */
  async offer(log: LogName, before: bigint | undefined, next: bigint, witnessed: bigint | undefined): Promise<boolean> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE ledger.round SET offered = $3, began_at = now(), witnessed = coalesce($4, witnessed)
       WHERE log = $1 AND offered IS NOT DISTINCT FROM $2`,
      [log, before?.toString(), next.toString(), witnessed?.toString()],
    );
    return count === 1;
  }

  /** Size of the newest checkpoint that was signed by then; 0 when there was none. */
  async sizeAt(log: LogName, at: Date): Promise<bigint> {
    const [row] = await this.dataSource.query<{ size: string }[]>(
      `SELECT size FROM ledger.checkpoint WHERE log = $1 AND signed_at <= $2 ORDER BY signed_at DESC, size DESC LIMIT 1`,
      [log, at],
    );
    return BigInt(row?.size ?? 0);
  }

  /** Notes that the signer published for this size: one, unless something is wrong. */
  async notes(log: LogName, size: bigint): Promise<readonly string[]> {
    const rows = await this.dataSource.query<{ note: string }[]>(
      `SELECT DISTINCT note FROM ledger.checkpoint WHERE log = $1 AND size = $2`,
      [log, size.toString()],
    );
    return rows.map(({ note }) => note);
  }

  /**
   * Checkpoints on one side of an index, the nearest first: smaller than or as large as it with the newest line of each witness (`before`), or larger
   * with the first (`after`).
   * @param cosigned only those that a witness has cosigned
   */
  async near(
    log: LogName,
    index: bigint,
    side: 'before' | 'after',
    { cosigned, limit }: { readonly cosigned: boolean; readonly limit: number },
  ): Promise<readonly Pick<SignedCheckpoint, 'size' | 'note' | 'lines'>[]> {
    const [compared, order, line] = side === 'after' ? ['>', 'ASC', 'first_line'] : ['<=', 'DESC', 'line'];
    const rows = await this.dataSource.query<Pick<HeadRow, 'size' | 'note' | 'lines'>[]>(
      `SELECT c.size, c.note,
         ARRAY (SELECT ${line} FROM ledger.cosignature s WHERE s.log = $1 AND s.size = c.size ORDER BY witness) AS lines
       FROM (SELECT DISTINCT ON (size) size, note FROM ledger.checkpoint k WHERE log = $1 AND size ${compared} $2
           AND (NOT $3 OR EXISTS (SELECT FROM ledger.cosignature s WHERE s.log = $1 AND s.size = k.size))
         ORDER BY size ${order}, id LIMIT $4) c
       ORDER BY c.size ${order}`,
      [log, index.toString(), cosigned, limit],
    );
    return rows.map(({ size, note, lines }) => ({ size: BigInt(size), note, lines }));
  }

  /** @param cosignatures each of another witness or on another checkpoint */
  async keep(log: LogName, cosignatures: readonly Cosignature[]): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO ledger.cosignature AS known (log, size, witness, first_line, line, cosigned_at)
         SELECT $1, size, witness, line, line, at FROM unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[]) AS t (size, witness, line, at)
       ON CONFLICT (log, size, witness) DO UPDATE SET line = EXCLUDED.line, cosigned_at = EXCLUDED.cosigned_at
         WHERE known.cosigned_at < EXCLUDED.cosigned_at`,
      [
        log,
        cosignatures.map(({ size }) => size.toString()),
        cosignatures.map(({ witness }) => witness),
        cosignatures.map(({ line }) => line),
        cosignatures.map(({ at }) => at),
      ],
    );
  }
}
