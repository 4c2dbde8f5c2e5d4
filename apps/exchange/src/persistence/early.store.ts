import { createHash } from 'node:crypto';
import type { IncomingMessage } from '#messaging';
import type { EntityManager } from 'typeorm';

export interface EarlyStatement {
  readonly digest: Buffer;
  readonly type: string;
  readonly userId: string;
  readonly body: Buffer;
  readonly at: Date;
}

/** It is tried again after a quarter of its age, and at least this often, in seconds. */
const AGAIN_MAX_S = 60;
const AGAIN_MIN_S = 0.1;

/** Statements that overtook what they speak of. */
export const earlyStatements = {
  async add(tx: EntityManager, { type, userId, body }: IncomingMessage, at: Date): Promise<void> {
    const digest = createHash('sha256').update(`delge-early/v1\n${type}\n${userId}\n`).update(body).digest();
    await tx.query(
      `INSERT INTO exchange.early (digest, type, user_id, body, at, tried_at) VALUES ($1, $2, $3, $4, $5, $5)
       ON CONFLICT DO NOTHING`,
      [digest, type, userId, Buffer.from(body), at],
    );
  },

  /** Locks one whose turn it is. */
  async due(tx: EntityManager, now: Date): Promise<EarlyStatement | undefined> {
    const [row] = await tx.query<(EarlyStatement & { readonly user_id: string })[]>(
      `SELECT digest, type, user_id, body, at FROM exchange.early
       WHERE tried_at < $1::timestamptz - least(greatest((tried_at - at) / 4, $2 * interval '1 second'), $3 * interval '1 second')
       ORDER BY tried_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [now, AGAIN_MIN_S, AGAIN_MAX_S],
    );
    return row === undefined ? undefined : { ...row, userId: row.user_id };
  },

  async tried(tx: EntityManager, { digest }: EarlyStatement, at: Date): Promise<void> {
    await tx.query(`UPDATE exchange.early SET tried_at = $2 WHERE digest = $1`, [digest, at]);
  },

  async remove(tx: EntityManager, { digest }: EarlyStatement): Promise<void> {
    await tx.query(`DELETE FROM exchange.early WHERE digest = $1`, [digest]);
  },
};
