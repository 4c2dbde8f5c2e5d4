import type { DataSource, EntityManager } from 'typeorm';
import type {
  AttachmentStore,
  OutgoingAttachment,
  StoredUpload,
  UploadDetail,
  WaitingAttachment,
} from '../application/ports/attachment.js';
import type { StoredMessage, StoredReferral } from '../application/ports/referral.js';
import { GatewayError } from '../domain/errors.js';
import { isEnded } from '../domain/message-state.js';
import type { MessageState } from '../domain/message-state.js';
import type { KeyStore } from '../keys/key-store.js';
import type { StorageCipher } from '../keys/storage-cipher.js';
import { asAuthority } from './authority-transaction.js';
import type { Outbox } from './outbox.js';

interface UploadRow {
  readonly id: string;
  readonly body_digest: string;
  readonly length: string;
  readonly received: string;
  readonly expires_at: Date;
  readonly detail: Buffer;
}
interface WaitingRow {
  readonly message_id: string;
  readonly id: string;
  readonly attachment_id: string;
  readonly recipient: string;
  readonly sha256: string;
  readonly length: string;
  readonly secret: Buffer;
}

/** Uploads of the authorities hosted here, and what of them is on its way. Each method is one transaction as one authority. */
export class PostgresAttachmentStore implements AttachmentStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyStore,
    private readonly outbox: Outbox,
  ) {}

  upload(authority: string, id: string): Promise<StoredUpload | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<UploadRow[]>(`SELECT * FROM gateway.attachment WHERE authority = $1 AND id = $2`, [
        authority,
        id,
      ]);
      return row === undefined ? undefined : toUpload(row, this.keys.cipher(authority));
    });
  }

  announce(authority: string, upload: StoredUpload, quotaBytes = Number.MAX_SAFE_INTEGER): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      // One at a time of an authority, so that two do not share what is left.
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('attachments of ' || $1, 0))`, [authority]);
      const [held] = await tx.query<{ sum: string }[]>(
        `SELECT coalesce(sum(length), 0) AS sum FROM gateway.attachment WHERE authority = $1`,
        [authority],
      );
      if (Number(held?.sum) + upload.length > quotaBytes) return false;
      const rows = await tx.query<unknown[]>(
        `INSERT INTO gateway.attachment (authority, id, body_digest, length, received, expires_at, detail)
         VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT DO NOTHING RETURNING id`,
        [authority, upload.id, upload.bodyDigest, upload.length, upload.expiresAt, this.sealed(authority, upload)],
      );
      return rows.length === 1;
    });
  }

  grow(
    authority: string,
    id: string,
    grown: (before: StoredUpload) => Promise<StoredUpload>,
  ): Promise<StoredUpload | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<UploadRow[]>(
        `SELECT * FROM gateway.attachment WHERE authority = $1 AND id = $2 FOR NO KEY UPDATE`,
        [authority, id],
      );
      if (row === undefined) return undefined;
      const upload = await grown(toUpload(row, this.keys.cipher(authority)));
      await tx.query(`UPDATE gateway.attachment SET received = $3, detail = $4 WHERE authority = $1 AND id = $2`, [
        authority,
        id,
        upload.received,
        this.sealed(authority, upload),
      ]);
      return upload;
    });
  }

  waiting(authority: string): Promise<readonly WaitingAttachment[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<WaitingRow[]>(
        `SELECT o.*, m.recipient FROM gateway.attachment_outgoing o
         JOIN gateway.message m ON m.authority = o.authority AND m.message_id = o.message_id
         WHERE o.authority = $1 AND o.carried_at IS NULL AND m.state = 'accepted' ORDER BY m.changed_at, o.message_id LIMIT 100`,
        [authority],
      );
      return rows.map((row) => toWaiting(row, this.keys.cipher(authority)));
    });
  }

  async carried(authority: string, messageId: string, id: string): Promise<void> {
    const isLast = await asAuthority(this.dataSource, authority, async (tx) => {
      // One at a time per message: two that are last at once would each see the other waiting.
      const [message] = await tx.query<{ outbox_id: string | null }[]>(
        `SELECT outbox_id FROM gateway.message WHERE authority = $1 AND message_id = $2 FOR UPDATE`,
        [authority, messageId],
      );
      await tx.query(
        `UPDATE gateway.attachment_outgoing SET carried_at = now() WHERE authority = $1 AND message_id = $2 AND id = $3`,
        [authority, messageId, id],
      );
      const left = await tx.query<unknown[]>(
        `SELECT 1 FROM gateway.attachment_outgoing WHERE authority = $1 AND message_id = $2 AND carried_at IS NULL LIMIT 1`,
        [authority, messageId],
      );
      if (left.length > 0 || message === undefined || message.outbox_id === null) return false;
      await this.outbox.letGo(tx, message.outbox_id);
      return true;
    });
    if (isLast) this.outbox.wake();
  }

  expire(authority: string, at: Date): Promise<readonly string[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      // Locked first, and looked at after: a referral that takes it into use at this moment keeps it from being locked, or is seen.
      const locked = await tx.query<{ id: string }[]>(
        `SELECT id FROM gateway.attachment WHERE authority = $1 AND expires_at <= $2 FOR UPDATE SKIP LOCKED`,
        [authority, at],
      );
      if (locked.length === 0) return [];
      const due = await tx.query<{ id: string; states: MessageState[] }[]>(
        `SELECT a.id, array_remove(array_agg(DISTINCT m.state), NULL) AS states FROM gateway.attachment a
         LEFT JOIN gateway.attachment_use u ON u.authority = a.authority AND u.attachment_id = a.id
         LEFT JOIN gateway.message m ON m.authority = u.authority AND m.referral_id = u.referral_id
         WHERE a.authority = $1 AND a.id = ANY($2::uuid[]) GROUP BY a.id`,
        [authority, locked.map(({ id }) => id)],
      );
      const unused = due.filter(({ states }) => states.every(isEnded)).map(({ id }) => id);
      if (unused.length > 0)
        await tx.query(`DELETE FROM gateway.attachment WHERE authority = $1 AND id = ANY($2::uuid[])`, [
          authority,
          unused,
        ]);
      return unused;
    });
  }

  private sealed(authority: string, { id, detail }: StoredUpload): Buffer {
    return this.keys.cipher(authority).seal(detail, 'attachment', id);
  }
}

/**
 * Says that a referral needs its uploads, which are kept for it from then on, and what of them each message brings.
 * @throws {GatewayError} ATTACHMENT_MISSING
 */
export async function useAttachments(
  tx: EntityManager,
  { authority, id, body, messages }: StoredReferral,
  cipher: StorageCipher,
): Promise<void> {
  const ids = (body.attachments ?? []).map((attached) => attached.id);
  if (ids.length === 0) return;
  const found = await tx.query<unknown[]>(
    `SELECT id FROM gateway.attachment WHERE authority = $1 AND id = ANY($2::uuid[]) AND received = length FOR KEY SHARE`,
    [authority, ids],
  );
  if (found.length !== ids.length)
    throw new GatewayError('ATTACHMENT_MISSING', { faults: [{ path: 'attachments', code: 'not-uploaded' }] });
  for (const attachmentId of ids)
    await tx.query(`INSERT INTO gateway.attachment_use (authority, referral_id, attachment_id) VALUES ($1, $2, $3)`, [
      authority,
      id,
      attachmentId,
    ]);
  for (const message of messages) await bringAttachments(tx, authority, message, cipher);
}

/** What a message brings in its newest attempt, and in no earlier one. */
export async function bringAttachments(
  tx: EntityManager,
  authority: string,
  { messageId, attachments = [] }: StoredMessage,
  cipher: StorageCipher,
): Promise<void> {
  await tx.query(`DELETE FROM gateway.attachment_outgoing WHERE authority = $1 AND message_id = $2`, [
    authority,
    messageId,
  ]);
  for (const outgoing of attachments)
    await tx.query(
      `INSERT INTO gateway.attachment_outgoing (authority, message_id, id, attachment_id, sha256, length, secret)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        authority,
        messageId,
        outgoing.id,
        outgoing.uploadId,
        outgoing.sha256,
        outgoing.length,
        cipher.seal(outgoing.secret, 'attachment_outgoing', outgoing.id),
      ],
    );
}

const toUpload = (row: UploadRow, cipher: StorageCipher): StoredUpload => ({
  id: row.id,
  bodyDigest: row.body_digest,
  length: Number(row.length),
  received: Number(row.received),
  expiresAt: row.expires_at,
  detail: cipher.open(row.detail, 'attachment', row.id) as unknown as UploadDetail,
});
const toWaiting = (row: WaitingRow, cipher: StorageCipher): WaitingAttachment => ({
  messageId: row.message_id,
  recipient: row.recipient,
  id: row.id,
  uploadId: row.attachment_id,
  sha256: row.sha256,
  length: Number(row.length),
  secret: cipher.open(row.secret, 'attachment_outgoing', row.id) as unknown as OutgoingAttachment['secret'],
});
