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
}

/** It is tried again after a quarter of its age, and at least this often, in seconds. */
const AGAIN_MAX_S = 60;
const AGAIN_MIN_S = 0.1;

/** Statements that overtook what they speak of. */
export const earlyStatements = {
  /** @param subject message that a retraction takes back */
  async add(
    tx: EntityManager,
    { type, userId, body }: IncomingMessage,
    at: Date,
    subject: Omit<MessageKey, 'attempt'> | undefined,
  ): Promise<void> {
    const digest = createHash('sha256').update(`delge-early/v1\n${type}\n${userId}\n`).update(body).digest();
    await tx.query(
      `INSERT INTO exchange.early (digest, type, user_id, body, at, tried_at, sender, message_id) VALUES ($1, $2, $3, $4, $5, $5, $6, $7)
       ON CONFLICT DO NOTHING`,
      [digest, type, userId, Buffer.from(body), at, subject?.sender ?? null, subject?.messageId ?? null],
    );
  },

  /** @returns ids of those of these messages that a retraction waits for here */
  async takenBack(tx: EntityManager, all: readonly Omit<MessageKey, 'attempt'>[]): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ message_id: string }[]>(
      `SELECT message_id FROM exchange.early
       WHERE (sender, message_id) IN (SELECT * FROM unnest($1::text[], $2::uuid[])) AND message_id IS NOT NULL`,
      [all.map(({ sender }) => sender), all.map(({ messageId }) => messageId)],
    );
    return new Set(rows.map((row) => row.message_id));
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
