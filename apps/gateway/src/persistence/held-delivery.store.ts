import { parseDeliveryReleasedV1 } from '#contracts';
import type { DeliveryReleasedV1 } from '#contracts';
import { canonicalBytes } from '#json';
import type { DataSource } from 'typeorm';
import type { HeldDeliveries, HeldDelivery } from '../application/ports/held-delivery.js';
import type { KeyStore } from '../keys/key-store.js';
import { asAuthority } from './authority-transaction.js';

/** Whoever has it in hand has it for this long; then somebody else may. */
const LEASE = '15 minutes';
const MAX_WAIT_S = 300;

interface HeldRow {
  readonly message_id: string;
  readonly attempt: number;
  readonly since: Date;
  readonly tries: number;
  readonly body: Buffer;
}

/** Deliveries whose attachments are not all here. Each method is one transaction as one authority. */
export class PostgresHeldDeliveries implements HeldDeliveries {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyStore,
  ) {}

  hold(
    authority: string,
    { messageId, attempt }: { readonly messageId: string; readonly attempt: number },
    message: DeliveryReleasedV1,
    at: Date,
  ): Promise<void> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const body = Buffer.from(canonicalBytes(message)).toString('base64');
      // Decided anew it comes once more: what counts is the newest decision. Somebody may have it in hand, and keeps it.
      await tx.query(
        `INSERT INTO gateway.held_delivery (authority, message_id, attempt, since, due_at, body) VALUES ($1, $2, $3, $4, $4, $5)
         ON CONFLICT (authority, message_id, attempt) DO UPDATE SET body = EXCLUDED.body`,
        [authority, messageId, attempt, at, this.keys.cipher(authority).seal(body, 'held_delivery', messageId)],
      );
    });
  }

  due(authority: string): Promise<readonly HeldDelivery[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [rows] = await tx.query<[HeldRow[], number]>(
        `UPDATE gateway.held_delivery h SET due_at = now() + '${LEASE}'::interval, tries = tries + 1
         FROM (SELECT message_id, attempt FROM gateway.held_delivery WHERE authority = $1 AND due_at <= now()
               ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
         WHERE h.authority = $1 AND h.message_id = due.message_id AND h.attempt = due.attempt
         RETURNING h.message_id, h.attempt, h.since, h.tries, h.body`,
        [authority],
      );
      const cipher = this.keys.cipher(authority);
      return rows.map((row) => ({
        messageId: row.message_id,
        attempt: row.attempt,
        since: row.since,
        tries: row.tries,
        message: parseDeliveryReleasedV1(
          Buffer.from(cipher.open(row.body, 'held_delivery', row.message_id) as string, 'base64'),
        ),
      }));
    });
  }

  renew(authority: string, { messageId, attempt, tries }: HeldDelivery): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [, count] = await tx.query<[unknown, number]>(
        `UPDATE gateway.held_delivery SET due_at = now() + '${LEASE}'::interval
         WHERE authority = $1 AND message_id = $2 AND attempt = $3 AND tries = $4`,
        [authority, messageId, attempt, tries],
      );
      return count === 1;
    });
  }

  async postpone(authority: string, { messageId, attempt, tries }: HeldDelivery): Promise<void> {
    await asAuthority(this.dataSource, authority, (tx) =>
      tx.query(
        `UPDATE gateway.held_delivery
         SET due_at = now() + least(power(2, least(tries, 16)), ${MAX_WAIT_S}) * interval '1 second'
         WHERE authority = $1 AND message_id = $2 AND attempt = $3 AND tries = $4`,
        [authority, messageId, attempt, tries],
      ),
    );
  }

  async done(authority: string, { messageId, attempt }: HeldDelivery): Promise<void> {
    await asAuthority(this.dataSource, authority, (tx) =>
      tx.query(`DELETE FROM gateway.held_delivery WHERE authority = $1 AND message_id = $2 AND attempt = $3`, [
        authority,
        messageId,
        attempt,
      ]),
    );
  }
}
