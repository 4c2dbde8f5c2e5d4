import type { WebhookAttemptKind, WebhookFault } from '#contracts';
import type { EntityManager } from 'typeorm';
import type { StoredWebhook, WebhookAttempt } from '../application/ports/webhook.js';

export interface WebhookRow {
  readonly webhook_id: string;
  readonly url: string;
  readonly system: string;
  readonly state: StoredWebhook['state'];
  readonly registered_at: Date;
  readonly event_id: string | null;
  readonly failures: number;
  readonly due_at: Date;
}
export interface WebhookKeyRow {
  readonly webhook_id: string;
  readonly public_key: string;
  readonly detail: Buffer;
  readonly made_at: Date;
  readonly until: Date | null;
}
export interface WebhookAttemptRow {
  readonly kind: WebhookAttemptKind;
  readonly event_id: string;
  readonly at: Date;
  readonly status: number | null;
  readonly code: WebhookFault | null;
  readonly milliseconds: number;
  readonly body_sha256: string;
  readonly seq: string;
}

export const toAttempt = (row: WebhookAttemptRow): WebhookAttempt & { readonly cursor: string } => ({
  kind: row.kind,
  eventId: row.event_id,
  at: row.at,
  ...(row.status === null ? {} : { status: row.status }),
  ...(row.code === null ? {} : { code: row.code }),
  milliseconds: row.milliseconds,
  bodySha256: row.body_sha256,
  cursor: `${row.at.getTime()}.${row.seq}`,
});

/** For how long attempts can be read. */
export const KEPT_MS = 30 * 24 * 3_600_000;

/** Unless the webhook was removed meanwhile. */
export const noted = async (
  tx: EntityManager,
  authority: string,
  id: string,
  attempt: WebhookAttempt,
): Promise<void> => {
  const { kind, eventId, at, status, code, milliseconds, bodySha256 } = attempt;
  await tx.query(
    `INSERT INTO gateway.webhook_attempt (authority, webhook_id, at, kind, event_id, status, code, milliseconds, body_sha256)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM gateway.webhook WHERE authority = $1 AND webhook_id = $2
     FOR KEY SHARE`,
    [authority, id, at, kind, eventId, status ?? null, code ?? null, milliseconds, bodySha256],
  );
};
