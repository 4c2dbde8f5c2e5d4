import type { EntityManager } from 'typeorm';
import type { KeyStore } from '../keys/key-store.js';
import type { WebhookKey, WebhookSecret } from '../webhooks/signing.js';
import type { WebhookKeyRow } from './webhook.rows.js';

/** Keys that sign what a webhook is sent, their private halves encrypted at rest. */
export class WebhookKeys {
  constructor(private readonly keys: Pick<KeyStore, 'cipher'>) {}

  /** Those that hold, newest first. */
  of(tx: EntityManager, authority: string, ids: readonly string[], at: Date): Promise<readonly WebhookKeyRow[]> {
    return tx.query<WebhookKeyRow[]>(
      `SELECT webhook_id, public_key, detail, made_at, until FROM gateway.webhook_key
       WHERE authority = $1 AND webhook_id = ANY($2::uuid[]) AND (until IS NULL OR until > $3) ORDER BY until DESC NULLS FIRST`,
      [authority, ids, at],
    );
  }

  async add(tx: EntityManager, authority: string, id: string, key: WebhookKey, at: Date): Promise<void> {
    const detail = this.keys.cipher(authority).seal(key.secret, 'webhook_key', `${id} ${key.publicKey}`);
    await tx.query(
      `INSERT INTO gateway.webhook_key (authority, webhook_id, public_key, detail, made_at) VALUES ($1, $2, $3, $4, $5)`,
      [authority, id, key.publicKey, detail, at],
    );
  }

  /** Those that end later end then; without a time, all end now. */
  async end(tx: EntityManager, authority: string, id: string, until: Date | undefined): Promise<void> {
    await (until === undefined
      ? tx.query(`DELETE FROM gateway.webhook_key WHERE authority = $1 AND webhook_id = $2`, [authority, id])
      : tx.query(
          `UPDATE gateway.webhook_key SET until = $3 WHERE authority = $1 AND webhook_id = $2 AND until IS NULL`,
          [authority, id, until],
        ));
  }

  /** Takes away those that do not open any more, and makes another in the place of the newest. @returns whether any did not */
  async mend(tx: EntityManager, authority: string, id: string, key: WebhookKey, at: Date): Promise<boolean> {
    const broken = (await this.of(tx, authority, [id], at)).filter((row) => !this.opens(authority, row));
    if (broken.length === 0) return false;
    await tx.query(
      `DELETE FROM gateway.webhook_key WHERE authority = $1 AND webhook_id = $2 AND public_key = ANY($3::text[])`,
      [authority, id, broken.map((row) => row.public_key)],
    );
    if (broken.some(({ until }) => until === null)) await this.add(tx, authority, id, key, at);
    return true;
  }

  /** @throws {Error} when the storage key under which it was written is gone */
  open(authority: string, { webhook_id: id, public_key: publicKey, detail }: WebhookKeyRow): WebhookSecret {
    const opened: unknown = this.keys.cipher(authority).open(detail, 'webhook_key', `${id} ${publicKey}`);
    return opened as WebhookSecret;
  }

  private opens(authority: string, row: WebhookKeyRow): boolean {
    try {
      this.open(authority, row);
      return true;
    } catch {
      return false;
    }
  }
}
