import type { ReleaseHold } from '#envelope';
import type { EntityManager } from 'typeorm';
import type { StoredMessage } from './message.store.js';

/** Of each sender: shared by whoever releases of it until its transaction ends, and alone with whoever takes its hold: what is released after a hold was taken has seen it. */
const RELEASE_HOLD_LOCK = 7_100_005;

const STANDING = (message: string): string =>
  `SELECT h.code FROM exchange.release_hold h
   WHERE h.sender = ${message}.sender AND h.case_id = ${message}.case_id AND h.recipient = ${message}.recipient ORDER BY h.number DESC LIMIT 1`;

/** SQL: whether its sender holds nothing of the case from the recipient. @param message alias of a row of `exchange.message` */
export const isUnheldSql = (message: string): string => `coalesce((${STANDING(message)}), 'lifted') = 'lifted'`;

/** What a hold is of. */
export type Line = Pick<StoredMessage, 'sender' | 'caseId' | 'recipient'>;
/** The newest that a sender said of a case and recipient. */
export interface StandingHold {
  readonly code: ReleaseHold['code'];
  /** When it was taken. */
  readonly at: Date;
}

/** What senders hold, and what they have lifted: all of it stays, and the highest number of a (sender, case, recipient) stands. */
export const releaseHolds = {
  /** @returns false when this very one is here already; undefined when another has its number */
  async add(tx: EntityManager, hold: ReleaseHold, sha256: string, at: Date): Promise<boolean | undefined> {
    const { sender, caseId, recipient, number } = hold;
    await tx.query(`SELECT pg_advisory_xact_lock($1, hashtext($2))`, [RELEASE_HOLD_LOCK, sender]);
    const rows = await tx.query<unknown[]>(
      `INSERT INTO exchange.release_hold (sender, case_id, recipient, number, hold_id, code, statement_sha256, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING 1`,
      [sender, caseId, recipient, number, hold.holdId, hold.code, sha256, at],
    );
    if (rows.length === 1) return true;
    const same = await tx.query<unknown[]>(
      `SELECT 1 FROM exchange.release_hold
       WHERE sender = $1 AND case_id = $2 AND recipient = $3 AND number = $4 AND statement_sha256 = $5`,
      [sender, caseId, recipient, number, sha256],
    );
    return same.length === 1 ? false : undefined;
  },

  /** No hold of these senders is taken from here on until the transaction ends. @returns the newest of each message's (sender, case, recipient) */
  async standing(tx: EntityManager, all: readonly Line[]): Promise<(message: Line) => StandingHold | undefined> {
    await tx.query(
      `SELECT pg_advisory_xact_lock_shared($1, locked)
       FROM (SELECT DISTINCT hashtext(sender) AS locked FROM unnest($2::text[]) AS sender ORDER BY locked) AS senders`,
      [RELEASE_HOLD_LOCK, all.map(({ sender }) => sender)],
    );
    const rows = await tx.query<
      { sender: string; case_id: string; recipient: string; code: StandingHold['code']; at: Date }[]
    >(
      `SELECT DISTINCT ON (h.sender, h.case_id, h.recipient) h.sender, h.case_id, h.recipient, h.code, h.at
       FROM exchange.release_hold h
       WHERE (h.sender, h.case_id, h.recipient) IN (SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[]))
       ORDER BY h.sender, h.case_id, h.recipient, h.number DESC`,
      [all.map(({ sender }) => sender), all.map(({ caseId }) => caseId), all.map(({ recipient }) => recipient)],
    );
    const found = new Map(rows.map(({ code, at, ...row }) => [lineOf({ ...row, caseId: row.case_id }), { code, at }]));
    return (message) => found.get(lineOf(message));
  },
};

const lineOf = ({ sender, caseId, recipient }: Line): string => `${sender} ${caseId} ${recipient}`;
