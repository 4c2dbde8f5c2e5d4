import type { Retraction } from '#envelope';
import type { EntityManager } from 'typeorm';
import type { MessageKey, StoredMessage } from './message.store.js';

type Named = Pick<Retraction, 'retractionId' | 'sender' | 'messageId' | 'attempt'>;

/**
 * SQL: whether nothing takes back a row of `exchange.message`: a retraction that was taken, or one that came and is not, since it waits for what it speaks of or lies in
 * quarantine until a person has settled it. Of one in quarantine all that is known for certain is the account that published it: it counts against that gateway's own
 * messages. A message is taken back whole, whichever of its attempts is named: it has one retraction.
 * @param message alias of the row; its `sender`, `message_id` and `gateway` are looked at
 */
export const isFreeSql = (message: string): string =>
  `NOT EXISTS (SELECT FROM exchange.retraction r WHERE r.sender = ${message}.sender AND r.message_id = ${message}.message_id)
   AND NOT EXISTS (SELECT FROM exchange.early e
     WHERE e.message_id = ${message}.message_id AND e.sender = ${message}.sender AND e.user_id = 'gw-' || ${message}.gateway)
   AND NOT EXISTS (SELECT FROM exchange.quarantine q
     WHERE q.message_id = ${message}.message_id AND q.sender = ${message}.sender AND q.user_id = 'gw-' || ${message}.gateway
       AND q.type = 'retraction.signed.v1' AND q.state = 'held')`;

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

  /** @returns whether its sender takes a message back, though that may not be taken yet */
  async takingBack(
    tx: EntityManager,
    all: readonly Pick<StoredMessage, 'sender' | 'messageId' | 'gateway'>[],
  ): Promise<(message: Pick<MessageKey, 'sender' | 'messageId'>) => boolean> {
    const rows = await tx.query<{ sender: string; message_id: string }[]>(
      `SELECT sender, message_id FROM unnest($1::text[], $2::uuid[], $3::text[]) AS m (sender, message_id, gateway)
       WHERE NOT (${isFreeSql('m')})`,
      [all.map(({ sender }) => sender), all.map(({ messageId }) => messageId), all.map(({ gateway }) => gateway)],
    );
    const found = new Set(rows.map((row) => `${row.sender} ${row.message_id}`));
    return ({ sender, messageId }) => found.has(`${sender} ${messageId}`);
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
