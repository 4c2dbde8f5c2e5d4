import { createHash } from 'node:crypto';
import type { IncomingMessage } from '#messaging';
import type { EntityManager } from 'typeorm';
import type { MessageKey } from './message.store.js';

export interface EarlyStatement {
  readonly digest: Buffer;
  readonly type: string;
  readonly userId: string;
  readonly body: Buffer;
  readonly at: Date;
  /** How often handling it failed in a way nobody foresaw. */
  readonly failures: number;
  /** How often handling it was begun since it last ended, this time included. */
  readonly begun: number;
}

/** It is tried again after a quarter of its age, and at least this often, in seconds. */
const AGAIN_MAX_S = 60;
const AGAIN_MIN_S = 0.1;
/** What failed is tried again after so many seconds: what ails the exchange for a moment sets nothing aside. */
const FAILED_S = 300;
/** What was begun and has not ended is begun again after so many seconds times the square of how often: whoever has it in hand may have stopped, by it or not. */
const LEFT_S = 5;

/** Statements that overtook what they speak of. */
export const earlyStatements = {
  /** @param subject message that a retraction takes back */
  async add(
    tx: EntityManager,
    { type, userId, body }: IncomingMessage,
    at: Date,
    subject: MessageKey | undefined,
  ): Promise<void> {
    const digest = createHash('sha256').update(`delge-early/v1\n${type}\n${userId}\n`).update(body).digest();
    await tx.query(
      `INSERT INTO exchange.early (digest, type, user_id, body, at, tried_at, sender, message_id, attempt)
       VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)
       ON CONFLICT DO NOTHING`,
      [
        digest,
        type,
        userId,
        Buffer.from(body),
        at,
        subject?.sender ?? null,
        subject?.messageId ?? null,
        subject?.attempt ?? null,
      ],
    );
  },

  /** Begins one whose turn it is, and counts that: when its process stops meanwhile that stays counted. */
  async begin(manager: EntityManager, now: Date): Promise<EarlyStatement | undefined> {
    const [[row]] = await manager.query<[(EarlyStatement & { readonly user_id: string })[], number]>(
      `UPDATE exchange.early SET begun = begun + 1, begun_at = $1 WHERE digest = (
         SELECT digest FROM exchange.early
         WHERE CASE
           WHEN begun_at IS NOT NULL THEN begun_at < $1::timestamptz - begun * begun * $5 * interval '1 second'
           WHEN failures > 0 THEN tried_at < $1::timestamptz - $4 * interval '1 second'
           ELSE tried_at < $1::timestamptz - least(greatest((tried_at - at) / 4, $2 * interval '1 second'), $3 * interval '1 second') END
         ORDER BY tried_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING digest, type, user_id, body, at, failures, begun`,
      [now, AGAIN_MIN_S, AGAIN_MAX_S, FAILED_S, LEFT_S],
    );
    return row === undefined ? undefined : { ...row, userId: row.user_id };
  },

  /** It has ended, and stays. */
  async tried(manager: EntityManager, { digest }: EarlyStatement, at: Date, failures: number): Promise<void> {
    await manager.query(
      `UPDATE exchange.early SET tried_at = $2, failures = $3, begun = 0, begun_at = NULL WHERE digest = $1`,
      [digest, at, failures],
    );
  },

  async remove(tx: EntityManager, { digest }: EarlyStatement): Promise<void> {
    await tx.query(`DELETE FROM exchange.early WHERE digest = $1`, [digest]);
  },
};
