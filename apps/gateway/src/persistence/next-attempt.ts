import type { EntityManager } from 'typeorm';
import type { EarlierAttempt, StoredMessage, StoredReferral } from '../application/ports/referral.js';
import type { StorageCipher } from '../keys/storage-cipher.js';
import { bringAttachments } from './attachment.store.js';
import { isRetracted } from './retraction.store.js';
import { MESSAGE_COLUMNS, toEarlier, toMessage } from './rows.js';
import type { EarlierRow, MessageRow } from './rows.js';

/** @returns the message with its earlier attempts; undefined when it has none */
export const earlierOf = async (
  tx: EntityManager,
  authority: string,
  message: StoredMessage,
  cipher: StorageCipher,
): Promise<StoredMessage | undefined> => {
  if (message.attempt === 1 || message.erasedAt !== undefined) return undefined;
  const rows = await tx.query<EarlierRow[]>(
    `SELECT attempt, manifest_sha256, jwe_sha256, detail FROM gateway.earlier_attempt
     WHERE authority = $1 AND message_id = $2 ORDER BY attempt`,
    [authority, message.messageId],
  );
  return { ...message, earlier: rows.map((row) => toEarlier(row, message.messageId, cipher)) };
};

export const withEarlier = async (
  tx: EntityManager,
  cipher: StorageCipher,
  authority: string,
  referral: StoredReferral,
): Promise<StoredReferral> => {
  const messages: StoredMessage[] = [];
  for (const message of referral.messages) messages.push((await earlierOf(tx, authority, message, cipher)) ?? message);
  return { ...referral, messages };
};

/** Locks the row. */
export const awaitingKeyOf = async (
  tx: EntityManager,
  authority: string,
  messageId: string,
  attempt: number,
): Promise<MessageRow | undefined> => {
  const [row] = await tx.query<MessageRow[]>(
    `SELECT ${MESSAGE_COLUMNS} FROM gateway.message
       WHERE authority = $1 AND message_id = $2 AND attempt = $3 AND state = 'awaiting-key' AND erased_at IS NULL FOR UPDATE`,
    [authority, messageId, attempt],
  );
  // What its sender has taken back is disclosed by no further attempt.
  return row === undefined || (await isRetracted(tx, authority, messageId)) ? undefined : row;
};

/** Puts it in the place of the one that waits, which is kept. @returns false when that one waits no longer */
export const nextAttempt = async (
  tx: EntityManager,
  cipher: StorageCipher,
  authority: string,
  message: StoredMessage,
): Promise<boolean> => {
  const before = await awaitingKeyOf(tx, authority, message.messageId, message.attempt - 1);
  if (before === undefined) return false;
  const { messageId, attempt, detail } = toMessage(before, cipher);
  const kept: EarlierAttempt['detail'] = { manifest: detail.manifest ?? '', document: detail.document ?? '' };
  await tx.query(
    `INSERT INTO gateway.earlier_attempt (authority, message_id, attempt, manifest_sha256, jwe_sha256, detail)
         VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      authority,
      messageId,
      attempt,
      before.manifest_sha256,
      before.jwe_sha256,
      cipher.seal(kept, 'earlier_attempt', `${messageId}.${attempt}`),
    ],
  );
  await tx.query(
    `UPDATE gateway.message SET state = $3, attempt = $4, changed_at = $5, expires_at = $6, outbox_id = $7,
           manifest_sha256 = $8, jwe_sha256 = $9, detail = $10 WHERE authority = $1 AND message_id = $2`,
    [
      authority,
      messageId,
      message.state,
      message.attempt,
      message.changedAt,
      message.expiresAt,
      message.outboxId,
      message.manifestSha256,
      message.jweSha256,
      cipher.seal(message.detail, 'message', messageId),
    ],
  );
  // What is awaited of it begins anew with its release.
  await tx.query(`DELETE FROM gateway.due WHERE authority = $1 AND message_id = $2`, [authority, messageId]);
  await bringAttachments(tx, authority, message, cipher);
  return true;
};
