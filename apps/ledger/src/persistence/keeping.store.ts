import type { LedgerNotice } from '#envelope';
import { QueryFailedError } from 'typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { hand } from './hand.js';
import type { HandedStatement } from './hand.js';

/** Serialises holds and erasures over all replicas: a hold comes before an erasure or after it, in the log as here. */
const LOCK = 6_471_904;
const NOT_ENDED = 'DE001';

export interface Opened {
  readonly index: bigint;
  readonly entryId: string;
  /** Absent when it is erased. */
  readonly opening?: { readonly entry: string; readonly annex?: string };
}
export interface Vote {
  readonly entryId: string;
  readonly authority: string;
  readonly decisionId: string;
  readonly messageId: string;
  readonly caseId: string;
  readonly parties: readonly string[];
}
/** A vote on an opening that is still there. */
export interface StandingVote extends Vote {
  readonly index: bigint;
  readonly entry: string;
}
export interface About {
  readonly parties: readonly string[];
  readonly caseIds: readonly string[];
}
export interface StoredHold {
  readonly holdId: string;
  readonly authority: string;
  readonly caseId?: string;
  readonly messageIds?: readonly string[];
}

/** What parties have stated about keeping and erasing, always within a caller's transaction. */
export class KeepingStore {
  constructor(private readonly dataSource: DataSource) {}

  /** One at a time. */
  alone<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock($1)`, [LOCK]);
      return work(tx);
    });
  }

  async find(tx: EntityManager, kind: LedgerNotice['kind'], id: string) {
    const [row] = await tx.query<{ authority: string; statement: string; entry_id: string }[]>(
      `SELECT authority, statement, entry_id FROM ledger.keeping WHERE kind = $1 AND id = $2`,
      [kind, id],
    );
    return row === undefined
      ? undefined
      : { authority: row.authority, statement: row.statement, entryId: row.entry_id };
  }

  async add(
    tx: EntityManager,
    kind: LedgerNotice['kind'],
    id: string,
    authority: string,
    { entryId, annex }: HandedStatement,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO ledger.keeping (kind, id, authority, statement, entry_id) VALUES ($1, $2, $3, $4, $5)`,
      [kind, id, authority, annex, entryId],
    );
  }

  async openings(tx: EntityManager, entryIds: readonly string[]): Promise<readonly Opened[]> {
    const rows = await tx.query<{ index: string; entry_id: string; entry: Buffer | null; annex: Buffer | null }[]>(
      `SELECT l.index, l.entry_id, o.entry, o.annex FROM ledger.leaf l LEFT JOIN ledger.opening o ON o.index = l.index
       WHERE l.log = 'disclosure' AND l.entry_id = ANY ($1::uuid[])`,
      [entryIds],
    );
    return rows.map(({ index, entry_id: entryId, entry, annex }) => ({
      index: BigInt(index),
      entryId,
      ...(entry === null
        ? {}
        : {
            opening: { entry: entry.toString('ascii'), ...(annex === null ? {} : { annex: annex.toString('ascii') }) },
          }),
    }));
  }

  /** A party's newest vote on an opening takes the place of its vote before. */
  async addVotes(tx: EntityManager, votes: readonly Vote[]): Promise<void> {
    for (const { entryId, authority, decisionId, messageId, caseId, parties } of votes) {
      await tx.query(
        `INSERT INTO ledger.erasure_vote (entry_id, authority, decision_id, message_id, case_id, parties)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (entry_id, authority) DO UPDATE SET decision_id = EXCLUDED.decision_id, case_id = EXCLUDED.case_id`,
        [entryId, authority, decisionId, messageId, caseId, parties],
      );
    }
  }

  /** Who is party to an entry about this message, and which cases these entries name; erased or not. All that is sequenced must have been read for its parties. */
  async about(tx: EntityManager, messageId: string): Promise<About> {
    const rows = await tx.query<{ authority: string; case_id: string | null }[]>(
      `SELECT DISTINCT authority, case_id FROM ledger.party WHERE message_id = $1`,
      [messageId],
    );
    return {
      parties: [...new Set(rows.map(({ authority }) => authority))],
      caseIds: [...new Set(rows.flatMap(({ case_id: caseId }) => caseId ?? []))],
    };
  }

  /** Exact characters of decisions, by their ids. */
  async decisions(tx: EntityManager, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await tx.query<{ id: string; statement: string }[]>(
      `SELECT id, statement FROM ledger.keeping WHERE kind = 'erasure-decided' AND id = ANY ($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map(({ id, statement }) => [id, statement]));
  }

  /** Votes on openings of this message that are still there. */
  async votes(tx: EntityManager, messageId: string): Promise<readonly StandingVote[]> {
    const rows = await tx.query<
      {
        entry_id: string;
        authority: string;
        decision_id: string;
        message_id: string;
        case_id: string;
        parties: string[];
        index: string;
        entry: Buffer;
      }[]
    >(
      `SELECT v.*, l.index, o.entry FROM ledger.erasure_vote v
       JOIN ledger.leaf l ON l.log = 'disclosure' AND l.entry_id = v.entry_id
       JOIN ledger.opening o ON o.index = l.index
       WHERE v.message_id = $1 ORDER BY l.index, v.authority`,
      [messageId],
    );
    return rows.map((row) => ({
      entryId: row.entry_id,
      authority: row.authority,
      decisionId: row.decision_id,
      messageId: row.message_id,
      caseId: row.case_id,
      parties: row.parties,
      index: BigInt(row.index),
      entry: row.entry.toString('ascii'),
    }));
  }

  /** The first messages after this one, in the order of their ids, of which an opening could be erased as far as votes and holds go. */
  async due(after: string, limit: number): Promise<readonly string[]> {
    const rows = await this.dataSource.query<{ message_id: string }[]>(
      `SELECT DISTINCT v.message_id FROM ledger.erasure_vote v
       WHERE v.message_id > $1 AND NOT EXISTS (SELECT FROM ledger.erased e WHERE e.entry_id = v.entry_id)
         AND NOT EXISTS (SELECT FROM unnest(v.parties) AS party WHERE NOT EXISTS (
           SELECT FROM ledger.erasure_vote w WHERE w.entry_id = v.entry_id AND w.authority = party AND w.case_id = v.case_id))
         AND NOT EXISTS (SELECT FROM ledger.hold h WHERE h.lifted_at IS NULL AND h.authority = ANY (v.parties)
           AND (h.case_id = v.case_id OR v.message_id = ANY (h.message_ids)))
       ORDER BY 1 LIMIT $2`,
      [after, limit],
    );
    return rows.map((row) => row.message_id);
  }

  async layHold(tx: EntityManager, { holdId, authority, caseId, messageIds }: StoredHold): Promise<void> {
    await tx.query(`INSERT INTO ledger.hold (hold_id, authority, case_id, message_ids) VALUES ($1, $2, $3, $4)`, [
      holdId,
      authority,
      caseId ?? null,
      messageIds ?? null,
    ]);
  }

  /** @returns false when this authority laid no such hold */
  async liftHold(tx: EntityManager, holdId: string, authority: string, at: Date): Promise<boolean> {
    const [, count] = await tx.query<[unknown, number]>(
      `UPDATE ledger.hold SET lifted_at = coalesce(lifted_at, $3) WHERE hold_id = $1 AND authority = $2`,
      [holdId, authority, at],
    );
    return count === 1;
  }

  /** Whether a hold of one of these parties stands on the message or one of these cases. */
  async isHeld(tx: EntityManager, messageId: string, { parties, caseIds }: About): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `SELECT 1 FROM ledger.hold WHERE lifted_at IS NULL AND authority = ANY ($1::text[])
         AND (case_id = ANY ($3::uuid[]) OR $2 = ANY (message_ids)) LIMIT 1`,
      [parties, messageId, caseIds],
    );
    return rows.length > 0;
  }

  /** Deletes what the erasure names that was handed in within this transaction. @returns false, and nothing is changed, while a message has not ended */
  async erase(tx: EntityManager, erasure: HandedStatement): Promise<boolean> {
    await tx.query('SAVEPOINT erasing');
    try {
      await hand(tx, erasure);
      await tx.query(`SELECT ledger.erase($1)`, [erasure.entryId]);
      return true;
    } catch (error) {
      if (!(error instanceof QueryFailedError) || (error.driverError as { code?: string }).code !== NOT_ENDED)
        throw error;
      await tx.query('ROLLBACK TO SAVEPOINT erasing');
      return false;
    }
  }
}
