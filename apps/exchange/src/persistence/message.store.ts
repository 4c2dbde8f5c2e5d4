import type { Receipt } from '#envelope';
import type { EntityManager } from 'typeorm';

/** A message is known by its sender, its id and its attempt. */
export interface MessageKey {
  readonly sender: string;
  readonly messageId: string;
  readonly attempt: number;
}
export interface StoredMessage extends MessageKey {
  readonly recipient: string;
  readonly caseId: string;
  /** The sender's gateway, which is told what becomes of it. */
  readonly gateway: string;
  readonly manifest: string;
  readonly manifestSha256: string;
  readonly jwe: string | undefined;
  readonly jweSha256: string;
  readonly receivedAt: Date;
  readonly expiresAt: Date;
  readonly state: 'decided' | 'released' | 'refused' | 'fetched' | 'rejected' | 'expired' | 'withdrawn' | 'discarded';
}
export interface StoredDelivery extends MessageKey {
  readonly recipient: string;
  readonly number: number;
  readonly entryId: string;
}

export interface MessageRow {
  readonly sender: string;
  readonly message_id: string;
  readonly attempt: number;
  readonly recipient: string;
  readonly case_id: string;
  readonly gateway: string;
  readonly manifest: string;
  readonly manifest_sha256: string;
  readonly jwe: string | null;
  readonly jwe_sha256: string;
  readonly received_at: Date;
  readonly expires_at: Date;
  readonly state: StoredMessage['state'];
}
export const toMessage = (row: MessageRow): StoredMessage => ({
  sender: row.sender,
  messageId: row.message_id,
  attempt: row.attempt,
  recipient: row.recipient,
  caseId: row.case_id,
  gateway: row.gateway,
  manifest: row.manifest,
  manifestSha256: row.manifest_sha256,
  jwe: row.jwe ?? undefined,
  jweSha256: row.jwe_sha256,
  receivedAt: row.received_at,
  expiresAt: row.expires_at,
  state: row.state,
});

/** By name, so that the statement is planned once. */
export const MESSAGE_COLUMNS = [
  ...['sender', 'message_id', 'attempt', 'recipient', 'case_id', 'gateway', 'manifest', 'manifest_sha256'],
  ...['jwe', 'jwe_sha256', 'received_at', 'expires_at', 'state'],
] as const;

/** States in which a sealed copy is delivered to nobody any more. */
const ENDED: ReadonlySet<StoredMessage['state']> = new Set([
  'refused',
  'fetched',
  'rejected',
  'expired',
  'withdrawn',
  'discarded',
]);

/** Messages and deliveries, always within a caller's transaction. */
export const messages = {
  async add(tx: EntityManager, message: StoredMessage): Promise<void> {
    await tx.query(
      `INSERT INTO exchange.message (sender, message_id, attempt, recipient, case_id, gateway, manifest, manifest_sha256,
         jwe, jwe_sha256, received_at, expires_at, state)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        message.sender,
        message.messageId,
        message.attempt,
        message.recipient,
        message.caseId,
        message.gateway,
        message.manifest,
        message.manifestSha256,
        message.jwe ?? null,
        message.jweSha256,
        message.receivedAt,
        message.expiresAt,
        message.state,
      ],
    );
  },

  /** Locks the row. */
  async find(tx: EntityManager, { sender, messageId, attempt }: MessageKey): Promise<StoredMessage | undefined> {
    const [row] = await tx.query<MessageRow[]>(
      `SELECT ${MESSAGE_COLUMNS.join(', ')} FROM exchange.message WHERE sender = $1 AND message_id = $2 AND attempt = $3 FOR UPDATE`,
      [sender, messageId, attempt],
    );
    return row === undefined ? undefined : toMessage(row);
  },

  /** @returns whether another attempt of the message was, or may yet be, delivered */
  async mayArrive(tx: EntityManager, { sender, messageId, attempt }: MessageKey): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `SELECT 1 FROM exchange.message
       WHERE sender = $1 AND message_id = $2 AND attempt <> $3 AND state IN ('decided', 'released', 'fetched')`,
      [sender, messageId, attempt],
    );
    return rows.length > 0;
  },

  async move(tx: EntityManager, key: MessageKey, state: StoredMessage['state'], at: Date): Promise<void> {
    await tx.query(
      `UPDATE exchange.message SET state = $4, ended_at = CASE WHEN $5::boolean THEN $6::timestamptz ELSE ended_at END
       WHERE sender = $1 AND message_id = $2 AND attempt = $3`,
      [key.sender, key.messageId, key.attempt, state, ENDED.has(state), at],
    );
  },

  /** Deletes sealed copies of messages of which an attempt ended before `until` by arriving, or which ended themselves: there is nobody left to give them to. @returns how many */
  async forgetSealed(tx: EntityManager, until: Date): Promise<number> {
    const [, count] = await tx.query<[unknown, number]>(
      `UPDATE exchange.message AS m SET jwe = NULL WHERE m.jwe IS NOT NULL AND (m.ended_at < $1 OR EXISTS (
         SELECT 1 FROM exchange.message AS other
         WHERE other.sender = m.sender AND other.message_id = m.message_id AND other.state = 'fetched' AND other.ended_at < $1))`,
      [until],
    );
    return count;
  },

  /** @returns the delivery of this message to this recipient, on that decision */
  async delivery(
    tx: EntityManager,
    messageId: string,
    attempt: number,
    recipient: string,
    entryId: string,
  ): Promise<StoredDelivery | undefined> {
    const [row] = await tx.query<{ sender: string; number: string; entry_id: string }[]>(
      `SELECT sender, number, entry_id FROM exchange.delivery WHERE message_id = $1 AND attempt = $2 AND recipient = $3 AND entry_id = $4`,
      [messageId, attempt, recipient, entryId],
    );
    if (row === undefined) return undefined;
    return { sender: row.sender, messageId, attempt, recipient, number: Number(row.number), entryId: row.entry_id };
  },

  /** @returns whether this attempt was ever released */
  async isReleased(tx: EntityManager, { sender, messageId, attempt }: MessageKey): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `SELECT 1 FROM exchange.delivery WHERE sender = $1 AND message_id = $2 AND attempt = $3`,
      [sender, messageId, attempt],
    );
    return rows.length > 0;
  },

  /** @returns the next number of (recipient, case), from 1 and gapless */
  async deliver(tx: EntityManager, message: StoredMessage, entryId: string, at: Date): Promise<number> {
    const { sender, messageId, attempt, recipient, caseId } = message;
    const [row] = await tx.query<{ last: string }[]>(
      `INSERT INTO exchange.case_number AS c (recipient, case_id, last) VALUES ($1, $2, 1)
       ON CONFLICT (recipient, case_id) DO UPDATE SET last = c.last + 1 RETURNING last`,
      [recipient, caseId],
    );
    const number = Number(row?.last);
    await tx.query(
      `INSERT INTO exchange.delivery (sender, message_id, attempt, recipient, case_id, number, entry_id, released_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [sender, messageId, attempt, recipient, caseId, number, entryId, at],
    );
    return number;
  },

  /** Kinds of receipt that were taken for an attempt; its row is locked by the caller. */
  async receiptKinds(tx: EntityManager, key: MessageKey): Promise<ReadonlySet<Receipt['kind']>> {
    const rows = await tx.query<{ kind: Receipt['kind'] }[]>(
      `SELECT kind FROM exchange.receipt WHERE sender = $1 AND message_id = $2 AND attempt = $3`,
      [key.sender, key.messageId, key.attempt],
    );
    return new Set(rows.map(({ kind }) => kind));
  },

  /** Whether the recipient's gateway said that it has not the key for it. */
  async isUnopened(tx: EntityManager, { sender, messageId, attempt }: MessageKey): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `SELECT 1 FROM exchange.receipt
       WHERE sender = $1 AND message_id = $2 AND attempt = $3 AND kind = 'rejected' AND reason = 'seal-not-openable'`,
      [sender, messageId, attempt],
    );
    return rows.length > 0;
  },

  /** @returns false when this very receipt is here already, undefined when another one is in its place */
  async addReceipt(
    tx: EntityManager,
    key: MessageKey,
    receipt: Pick<Receipt, 'receiptId' | 'kind' | 'reason' | 'number'> & { readonly sha256: string; readonly at: Date },
  ): Promise<boolean | undefined> {
    const added = await tx.query<unknown[]>(
      `INSERT INTO exchange.receipt (receipt_id, sender, message_id, attempt, kind, reason, statement_sha256, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING receipt_id`,
      [
        receipt.receiptId,
        key.sender,
        key.messageId,
        key.attempt,
        // One of each kind; of answers to who asked for a subscription one of each number.
        receipt.number === undefined ? receipt.kind : `${receipt.kind}.${receipt.number}`,
        receipt.reason ?? null,
        receipt.sha256,
        receipt.at,
      ],
    );
    if (added.length === 1) return true;
    return (await this.holdsReceipt(tx, receipt.receiptId, receipt.sha256)) ? false : undefined;
  },

  /** @returns whether this very receipt is here */
  async holdsReceipt(manager: EntityManager, receiptId: string, sha256: string): Promise<boolean> {
    const [same] = await manager.query<unknown[]>(
      `SELECT 1 FROM exchange.receipt WHERE receipt_id = $1 AND statement_sha256 = $2`,
      [receiptId, sha256],
    );
    return same !== undefined;
  },
};
