import { KEYS_SEEN_LOCK } from '#operator';
import type { EntityManager } from 'typeorm';
import type { MessageKey } from './message.store.js';
import { isUnheldSql } from './release-hold.store.js';
import type { Line } from './release-hold.store.js';
import { isFreeSql } from './retraction.store.js';

export interface StoredDecision extends MessageKey {
  readonly entryId: string;
  readonly outcome: 'permit' | 'assess' | 'deny';
  readonly decision: string;
  readonly blind: Buffer;
  readonly keysSize: bigint;
  readonly decidedAt: Date;
}
export interface StoredNotice {
  readonly entryId: string;
  readonly kind: string;
  /** Gateway that is told. */
  readonly gateway: string;
  readonly notice: string;
  readonly blind: Buffer;
  readonly statement?: string;
  readonly sealed?: string;
  readonly at: Date;
  /** Of a retraction alone: who is told of it too, and of which message. */
  readonly recipient?: string | undefined;
  readonly messageId?: string | undefined;
}
/** What waits to be proven, in the order it was committed. */
export interface Waiting {
  readonly entryId: string;
  readonly is: 'decision' | 'notice';
  /** Recipient authority and case of a decision: in their order its permits are numbered. */
  readonly line: string;
  /** Of what is sent when it is released, about. */
  readonly octets: number;
}

export interface DecisionRow {
  readonly entry_id: string;
  readonly sender: string;
  readonly message_id: string;
  readonly attempt: number;
  readonly outcome: StoredDecision['outcome'];
  readonly decision: string;
  readonly blind: Buffer;
  readonly keys_size: string;
  readonly decided_at: Date;
}
export const toDecision = (row: DecisionRow): StoredDecision => ({
  entryId: row.entry_id,
  sender: row.sender,
  messageId: row.message_id,
  attempt: row.attempt,
  outcome: row.outcome,
  decision: row.decision,
  blind: row.blind,
  keysSize: BigInt(row.keys_size),
  decidedAt: row.decided_at,
});

/** A permit that a retraction stops waits for people, one that a hold stops for its sender: it is in nobody's way meanwhile. */
const MAY_LEAVE = `(d.outcome <> 'permit' OR (${isFreeSql('m')} AND ${isUnheldSql('m')}))`;

/** As the index `decision_unheld` has it: those that are marked as held are not walked. */
const UNMARKED = `d.released_at IS NULL AND d.superseded_at IS NULL AND NOT d.held`;

const DECISION_COLUMNS = 'entry_id, sender, message_id, attempt, outcome, decision, blind, keys_size, decided_at';

export type NoticeRow = Omit<StoredNotice, 'entryId' | 'statement' | 'sealed'> & {
  readonly entry_id: string;
  readonly statement: string | null;
  readonly sealed: string | null;
};
export const toNotice = ({ entry_id: entryId, kind, gateway, notice, blind, at, ...row }: NoticeRow): StoredNotice => ({
  entryId,
  kind,
  gateway,
  notice,
  blind,
  at,
  ...(row.statement === null ? {} : { statement: row.statement }),
  ...(row.sealed === null ? {} : { sealed: row.sealed }),
});

/** Entries that the exchange has signed, always within a caller's transaction. */
export const entries = {
  /** Takes the sender authority's next number; the row stays locked until the transaction ends. */
  async nextNumber(tx: EntityManager, sender: string): Promise<number> {
    const [row] = await tx.query<{ last: string }[]>(
      `INSERT INTO exchange.sender_number AS n (sender, last) VALUES ($1, 1)
       ON CONFLICT (sender) DO UPDATE SET last = n.last + 1 RETURNING last`,
      [sender],
    );
    return Number(row?.last);
  },

  /** Size of the keys log that any process of the exchange has signed by or may; it does not grow until the transaction ends. */
  async keysSeen(tx: EntityManager): Promise<bigint> {
    await tx.query(`SELECT pg_advisory_xact_lock_shared($1)`, [KEYS_SEEN_LOCK]);
    const [row] = await tx.query<{ size: string }[]>(`SELECT size FROM exchange.keys_seen`);
    return BigInt(row?.size ?? 0);
  },

  /** @returns the standing decision on an attempt; undefined when there is none, or it was erased */
  async standing(
    tx: EntityManager,
    { sender, messageId, attempt }: Pick<StoredDecision, 'sender' | 'messageId' | 'attempt'>,
  ): Promise<string | undefined> {
    const [row] = await tx.query<{ decision: string }[]>(
      `SELECT decision FROM exchange.decision
       WHERE sender = $1 AND message_id = $2 AND attempt = $3 AND superseded_at IS NULL AND decision <> ''`,
      [sender, messageId, attempt],
    );
    return row?.decision;
  },

  /** Oldest first, but for what a retraction or a hold stops. @param except ids of those that are passed over */
  async waiting(tx: EntityManager, limit: number, except: readonly string[] = []): Promise<readonly Waiting[]> {
    const rows = await tx.query<{ entry_id: string; is: Waiting['is']; line: string; octets: number }[]>(
      `(SELECT d.entry_id, 'decision' AS is, d.decided_at AS at, m.recipient || ' ' || m.case_id AS line,
            pg_column_size(d.decision) * 2 + coalesce(pg_column_size(m.manifest), 0) + coalesce(pg_column_size(m.jwe), 0) AS octets
          FROM exchange.decision d JOIN exchange.message m USING (sender, message_id, attempt)
          WHERE ${UNMARKED} AND d.entry_id <> ALL ($2::uuid[]) AND ${MAY_LEAVE}
          ORDER BY d.seq LIMIT $1)
       UNION ALL
       (SELECT entry_id, 'notice' AS is, at, '' AS line, pg_column_size(notice) + coalesce(pg_column_size(statement), 0)
            + coalesce(pg_column_size(sealed), 0) AS octets
          FROM exchange.notice WHERE released_at IS NULL AND entry_id <> ALL ($2::uuid[]) ORDER BY seq LIMIT $1)
       ORDER BY at LIMIT $1`,
      [limit, except],
    );
    return rows.map((row) => ({ entryId: row.entry_id, is: row.is, line: row.line, octets: row.octets }));
  },

  /**
   * How many wait to be released, counted no further than to `most`, and since when the oldest of them does. Not those that a retraction or a hold stops: these wait for
   * people, and say nothing of the log.
   */
  async unreleased(
    tx: EntityManager,
    most: number,
  ): Promise<{ readonly count: number; readonly oldest: Date | undefined }> {
    const [row] = await tx.query<{ count: number; oldest: Date | null }[]>(
      `SELECT count(*)::int AS count, min(at) AS oldest FROM (
         (SELECT d.decided_at AS at FROM exchange.decision d JOIN exchange.message m USING (sender, message_id, attempt)
            WHERE ${UNMARKED} AND ${MAY_LEAVE}
            ORDER BY d.seq LIMIT $1)
         UNION ALL
         (SELECT at FROM exchange.notice WHERE released_at IS NULL ORDER BY seq LIMIT $1)) waiting`,
      [most],
    );
    return { count: row?.count ?? 0, oldest: row?.oldest ?? undefined };
  },

  /** Permits that are held and not marked so, oldest first, with their lines: for `markHeld` to look at again. */
  async unmarkedHeld(tx: EntityManager, limit: number): Promise<readonly (Line & { readonly entryId: string })[]> {
    const rows = await tx.query<{ entry_id: string; sender: string; case_id: string; recipient: string }[]>(
      `SELECT d.entry_id, m.sender, m.case_id, m.recipient
       FROM exchange.decision d JOIN exchange.message m USING (sender, message_id, attempt)
       WHERE ${UNMARKED} AND d.outcome = 'permit' AND NOT ${isUnheldSql('m')} ORDER BY d.seq LIMIT $1`,
      [limit],
    );
    return rows.map(({ entry_id: entryId, sender, case_id: caseId, recipient }) => ({
      entryId,
      sender,
      caseId,
      recipient,
    }));
  },

  /** What releases one has it locked and is not waited for. */
  async markHeld(tx: EntityManager, entryIds: readonly string[]): Promise<void> {
    await tx.query(
      `UPDATE exchange.decision SET held = true WHERE entry_id IN (
         SELECT entry_id FROM exchange.decision WHERE entry_id = ANY ($1::uuid[]) AND released_at IS NULL AND superseded_at IS NULL
         FOR UPDATE SKIP LOCKED)`,
      [entryIds],
    );
  },

  /**
   * Locks it, if nobody else has it in hand and it still waits.
   * @param evenHeld whether one that is marked as held too: whoever has it may ask for no lock on its sender's holds, since who takes one of them waits for it
   */
  async decisionWaiting(tx: EntityManager, entryId: string, evenHeld = false): Promise<StoredDecision | undefined> {
    const [row] = await tx.query<DecisionRow[]>(
      `SELECT ${DECISION_COLUMNS} FROM exchange.decision WHERE entry_id = $1 AND released_at IS NULL AND superseded_at IS NULL AND ($2 OR NOT held)
       FOR UPDATE SKIP LOCKED`,
      [entryId, evenHeld],
    );
    return row === undefined ? undefined : toDecision(row);
  },

  /** The decision on an attempt that has neither been released nor replaced; it is locked. */
  async waitingOn(
    tx: EntityManager,
    { sender, messageId, attempt }: MessageKey,
  ): Promise<Pick<StoredDecision, 'entryId' | 'outcome'> | undefined> {
    const [row] = await tx.query<Pick<DecisionRow, 'entry_id' | 'outcome'>[]>(
      `SELECT entry_id, outcome FROM exchange.decision
       WHERE sender = $1 AND message_id = $2 AND attempt = $3 AND released_at IS NULL AND superseded_at IS NULL FOR UPDATE`,
      [sender, messageId, attempt],
    );
    return row === undefined ? undefined : { entryId: row.entry_id, outcome: row.outcome };
  },

  /** @returns whether the entry is a decision on this attempt */
  async isDecisionOn(tx: EntityManager, key: MessageKey, entryId: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `SELECT 1 FROM exchange.decision WHERE entry_id = $1 AND sender = $2 AND message_id = $3 AND attempt = $4`,
      [entryId, key.sender, key.messageId, key.attempt],
    );
    return rows.length > 0;
  },

  /** Permits that wait although their message has expired or they were decided before `decidedBefore`. */
  async overdue(tx: EntityManager, now: Date, decidedBefore: Date, limit: number): Promise<readonly string[]> {
    const rows = await tx.query<{ entry_id: string }[]>(
      `SELECT d.entry_id FROM exchange.decision d JOIN exchange.message m USING (sender, message_id, attempt)
       WHERE d.released_at IS NULL AND d.superseded_at IS NULL AND d.outcome = 'permit'
         AND (m.expires_at < $1 OR d.decided_at < $2) ORDER BY d.seq LIMIT $3`,
      [now, decidedBefore, limit],
    );
    return rows.map((row) => row.entry_id);
  },

  async noticeWaiting(tx: EntityManager, entryId: string): Promise<StoredNotice | undefined> {
    const [row] = await tx.query<NoticeRow[]>(
      `SELECT entry_id, kind, gateway, notice, blind, statement, sealed, at FROM exchange.notice
       WHERE entry_id = $1 AND released_at IS NULL FOR UPDATE SKIP LOCKED`,
      [entryId],
    );
    return row === undefined ? undefined : toNotice(row);
  },

  async released(tx: EntityManager, is: Waiting['is'], entryId: string, at: Date): Promise<void> {
    await tx.query(`UPDATE exchange.${is} SET released_at = $2 WHERE entry_id = $1`, [entryId, at]);
  },

  async supersede(tx: EntityManager, entryId: string, at: Date): Promise<void> {
    await tx.query(`UPDATE exchange.decision SET superseded_at = $2 WHERE entry_id = $1`, [entryId, at]);
  },

  /** Decisions with the manifests they are about, in the order they were made: for computing them again. Not those of which either was erased. */
  async decisions(
    tx: EntityManager,
    after: bigint,
    limit: number,
  ): Promise<readonly { seq: string; entry_id: string; decision: string; manifest: string }[]> {
    return tx.query(
      `SELECT d.seq, d.entry_id, d.decision, m.manifest FROM exchange.decision d
       JOIN exchange.message m USING (sender, message_id, attempt) WHERE d.seq > $1 AND d.decision <> '' AND m.manifest <> '' ORDER BY d.seq LIMIT $2`,
      [after.toString(), limit],
    );
  },
};
