import type { Retraction } from '#envelope';
import type { EntityManager } from 'typeorm';
import type { MessageKey } from './message.store.js';

type Named = Pick<Retraction, 'retractionId' | 'sender' | 'messageId' | 'attempt'>;

/** Retractions that were taken: one of each message, for ever. */
export const retractions = {
  /** @returns false when one stands already */
  async add(tx: EntityManager, { retractionId, sender, messageId, attempt }: Named, sha256: string, at: Date) {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO exchange.retraction (sender, message_id, attempt, retraction_id, statement_sha256, at)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1`,
      [sender, messageId, attempt, retractionId, sha256, at],
    );
    return rows.length === 1;
  },

  /** @returns whether this very retraction is here */
  async holds(manager: EntityManager, { sender, messageId, retractionId }: Named, sha256: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `SELECT 1 FROM exchange.retraction
       WHERE sender = $1 AND message_id = $2 AND retraction_id = $3 AND statement_sha256 = $4`,
      [sender, messageId, retractionId, sha256],
    );
    return rows.length === 1;
  },

  /** @returns whether its sender takes the message back, in whichever attempt */
  async anyOf(tx: EntityManager, { sender, messageId }: Omit<MessageKey, 'attempt'>): Promise<boolean> {
    const rows = await tx.query<unknown[]>(`SELECT 1 FROM exchange.retraction WHERE sender = $1 AND message_id = $2`, [
      sender,
      messageId,
    ]);
    return rows.length > 0;
  },

  /** @returns id of the one that stands for this attempt */
  async of(tx: EntityManager, { sender, messageId, attempt }: MessageKey): Promise<string | undefined> {
    const [row] = await tx.query<{ retraction_id: string }[]>(
      `SELECT retraction_id FROM exchange.retraction WHERE sender = $1 AND message_id = $2 AND attempt = $3`,
      [sender, messageId, attempt],
    );
    return row?.retraction_id;
  },
};
