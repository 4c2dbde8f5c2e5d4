import type { EntityManager } from 'typeorm';
import type { StoredMessage, StoredReferral, StoredRefusal } from '../application/ports/referral.js';
import { GatewayError } from '../domain/errors.js';
import type { StorageCipher } from '../keys/storage-cipher.js';
import type { Outbox } from './outbox.js';
import { MESSAGE_COLUMNS, toMessage } from './rows.js';
import type { MessageRow } from './rows.js';

export const clockOf = ({ detail }: StoredMessage): string | undefined =>
  (detail.verdict.codes as { readonly clock?: string }).clock;

export const insertReferral = async (
  tx: EntityManager,
  cipher: StorageCipher,
  referral: StoredReferral,
): Promise<boolean> => {
  const rows = await tx.query<unknown[]>(
    `INSERT INTO gateway.referral
         (authority, id, case_id, type, phase, body_digest, body, assessments, version, submitted_at, lapses_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING id`,
    [
      referral.authority,
      referral.id,
      referral.caseId,
      referral.type,
      referral.phase,
      referral.bodyDigest,
      cipher.seal(referral.body, 'referral', referral.id),
      cipher.seal(referral.assessments, 'assessment', referral.id),
      referral.version,
      referral.submittedAt,
      referral.lapsesAt ?? null,
    ],
  );
  return rows.length === 1;
};

export const insertMessage = async (
  tx: EntityManager,
  cipher: StorageCipher,
  referral: StoredReferral,
  message: StoredMessage,
  position: number,
): Promise<boolean> => {
  const rows = await tx.query<unknown[]>(
    `INSERT INTO gateway.message (authority, message_id, referral_id, position, recipient, function, state, attempt,
         changed_at, expires_at, outbox_id, manifest_sha256, jwe_sha256, detail, clock)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (authority, message_id) DO NOTHING RETURNING 1`,
    [
      referral.authority,
      message.messageId,
      referral.id,
      position,
      message.recipient,
      message.function,
      message.state,
      message.attempt,
      message.changedAt,
      message.expiresAt ?? null,
      message.outboxId ?? null,
      message.manifestSha256 ?? null,
      message.jweSha256 ?? null,
      cipher.seal(message.detail, 'message', message.messageId),
      clockOf(message) ?? null,
    ],
  );
  return rows.length === 1;
};

/** Takes up what this gateway was given back after a restore (`RebuildSent`): it keeps its state and what was signed then, and is not sent again. */
export const adoptMessage = async (
  tx: EntityManager,
  cipher: StorageCipher,
  { authority, id }: StoredReferral,
  message: StoredMessage,
  position: number,
): Promise<void> => {
  const { messageId } = message;
  const [row] = await tx.query<MessageRow[]>(
    `SELECT ${MESSAGE_COLUMNS} FROM gateway.message WHERE authority = $1 AND message_id = $2 AND referral_id = $2 FOR UPDATE`,
    [authority, messageId],
  );
  if (row === undefined) throw new GatewayError('ID_REUSE');
  const { document: _, ...detail } = message.detail;
  const { manifest } = toMessage(row, cipher).detail;
  const kept = { ...detail, ...(manifest === undefined ? {} : { manifest }) };
  await tx.query(
    `UPDATE gateway.message SET referral_id = $3, position = $4, detail = $5, clock = $6 WHERE authority = $1 AND message_id = $2`,
    [authority, messageId, id, position, cipher.seal(kept, 'message', messageId), clockOf(message) ?? null],
  );
  await tx.query(`DELETE FROM gateway.referral WHERE authority = $1 AND id = $2 AND body_digest = ''`, [
    authority,
    messageId,
  ]);
};

export const insertRefusals = async (
  tx: EntityManager,
  outbox: Outbox,
  authority: string,
  refusals: readonly StoredRefusal[],
): Promise<void> => {
  for (const refusal of refusals) {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO gateway.refusal (authority, refusal_id, fingerprint, message_id, referral_id, recipient, statement, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (authority, fingerprint) DO NOTHING RETURNING refusal_id`,
      [
        authority,
        refusal.refusalId,
        refusal.fingerprint,
        refusal.messageId,
        refusal.referralId,
        refusal.recipient,
        refusal.statement,
        refusal.at,
      ],
    );
    if (rows.length === 1) await outbox.add(tx, [refusal.outgoing]);
  }
};
