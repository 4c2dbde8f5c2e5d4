import type { EntityManager } from 'typeorm';

/** A ciphertext that a gateway announced. */
export interface AnnouncedBlob {
  readonly id: string;
  readonly gateway: string;
  /** Authority whose message it belongs to. */
  readonly sender: string;
  readonly messageId: string;
  readonly sha256: string;
  /** Octets. */
  readonly length: number;
}
export interface StoredBlob extends AnnouncedBlob {
  /** Octets that are here, from the beginning. */
  readonly received: number;
  readonly isComplete: boolean;
  /** Octets of each of its parts in the store, but the last. */
  readonly partBytes: number;
}

interface BlobRow {
  readonly id: string;
  readonly gateway: string;
  readonly sender: string;
  readonly message_id: string;
  readonly sha256: string;
  readonly length: string;
  readonly received: string;
  readonly completed_at: Date | null;
  readonly part_bytes: number;
}
const toBlob = (row: BlobRow): StoredBlob => ({
  id: row.id,
  gateway: row.gateway,
  sender: row.sender,
  messageId: row.message_id,
  sha256: row.sha256,
  length: Number(row.length),
  received: Number(row.received),
  isComplete: row.completed_at !== null,
  partBytes: row.part_bytes,
});

/** What is known of ciphertexts, always within a caller's transaction. */
export const blobs = {
  async find(tx: EntityManager, id: string): Promise<StoredBlob | undefined> {
    const [row] = await tx.query<BlobRow[]>(`SELECT * FROM exchange.blob WHERE id = $1`, [id]);
    return row === undefined ? undefined : toBlob(row);
  },

  /** As `find`; nobody else changes it before the transaction ends. */
  async locked(tx: EntityManager, id: string): Promise<StoredBlob | undefined> {
    const [row] = await tx.query<BlobRow[]>(`SELECT * FROM exchange.blob WHERE id = $1 FOR NO KEY UPDATE`, [id]);
    return row === undefined ? undefined : toBlob(row);
  },

  /** Octets that a gateway has announced and that are not deleted. One gateway's announcements wait for each other. */
  async announced(tx: EntityManager, gateway: string): Promise<number> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('blobs of ' || $1, 0))`, [gateway]);
    const [row] = await tx.query<{ sum: string | null }[]>(`SELECT sum(length) FROM exchange.blob WHERE gateway = $1`, [
      gateway,
    ]);
    return Number(row?.sum ?? 0);
  },

  /** @returns false when there is one with this id */
  async announce(tx: EntityManager, blob: AnnouncedBlob, partBytes: number, at: Date): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO exchange.blob (id, gateway, sender, message_id, sha256, length, part_bytes, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id`,
      [blob.id, blob.gateway, blob.sender, blob.messageId, blob.sha256, blob.length, partBytes, at],
    );
    return rows.length === 1;
  },

  /** How much of one is here, of a blob that is locked. @param completedAt undefined while it is not whole */
  async put(tx: EntityManager, { id, received, partBytes }: StoredBlob, completedAt?: Date): Promise<void> {
    await tx.query(`UPDATE exchange.blob SET received = $2, part_bytes = $3, completed_at = $4 WHERE id = $1`, [
      id,
      received,
      partBytes,
      completedAt ?? null,
    ]);
  },

  /** @returns the recipient of a released message that this blob belongs to, and that message's manifest */
  async released(
    tx: EntityManager,
    { sender, messageId }: AnnouncedBlob,
  ): Promise<readonly { readonly recipient: string; readonly manifest: string }[]> {
    return tx.query(
      `SELECT recipient, manifest FROM exchange.message
       WHERE sender = $1 AND message_id = $2 AND state IN ('released', 'fetched') AND jwe IS NOT NULL`,
      [sender, messageId],
    );
  },

  /**
   * Those whose messages have no sealed copy left, or will reach nobody, since they expired or were taken back before they were released; and those announced before
   * `abandoned` for a message that never came. What was received stays as long as its sealed copy: a recipient that is restored from a backup fetches both.
   * @returns ids
   */
  async due(tx: EntityManager, abandoned: Date, limit: number): Promise<readonly StoredBlob[]> {
    const rows = await tx.query<BlobRow[]>(
      `SELECT b.* FROM exchange.blob b
       LEFT JOIN LATERAL (
         SELECT count(*) AS known, count(m.jwe) FILTER (WHERE m.state NOT IN ('expired', 'withdrawn')) AS kept FROM exchange.message m
         WHERE m.sender = b.sender AND m.message_id = b.message_id) m ON true
       WHERE (m.known > 0 AND m.kept = 0) OR (m.known = 0 AND b.created_at < $1) LIMIT $2`,
      [abandoned, limit],
    );
    return rows.map(toBlob);
  },

  async forget(tx: EntityManager, id: string): Promise<void> {
    await tx.query(`DELETE FROM exchange.blob WHERE id = $1`, [id]);
  },
};
