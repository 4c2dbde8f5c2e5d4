import type { DataSource, EntityManager } from 'typeorm';
import type {
  CheckWebhook,
  NewWebhook,
  StoredWebhook,
  WebhookAttempt,
  WebhookPut,
  WebhookStore,
  WebhookTarget,
} from '../application/ports/webhook.js';
import { GatewayError } from '../domain/errors.js';
import type { KeyStore } from '../keys/key-store.js';
import type { WebhookKey } from '../webhooks/signing.js';
import { alone, asAuthority } from './authority-transaction.js';
import { placeOf } from './event.store.js';
import { cursorOf } from './rows.js';
import { SENT_EVENTS } from './system.store.js';
import { WebhookKeys } from './webhook-keys.js';
import { KEPT_MS, noted, toAttempt } from './webhook.rows.js';
import type { WebhookAttemptRow, WebhookRow } from './webhook.rows.js';

const COLUMNS = 'webhook_id, url, system, state, registered_at, event_id, failures, due_at';
/** The year 9999: a cursor names any number. */
const LATEST_MS = 253_402_300_799_999;

/** What an authority's systems do with its webhooks. */
export class PostgresWebhookStore implements WebhookStore {
  private readonly keys: WebhookKeys;

  constructor(
    private readonly dataSource: DataSource,
    keys: Pick<KeyStore, 'cipher'>,
  ) {
    this.keys = new WebhookKeys(keys);
  }

  put(
    authority: string,
    webhook: NewWebhook,
    key: WebhookKey,
    most: number,
    at: Date,
    check?: CheckWebhook,
  ): Promise<WebhookPut> {
    const { id, url, system, kid, after } = webhook;
    return asAuthority(this.dataSource, authority, async (tx) => {
      await alone(tx, `webhooks ${authority}`);
      // Until this is committed it gets no other: what another key, its end or a scope less suspends is not set going again by what was let in before.
      const [own] = await tx.query<{ readonly kid: string; readonly may: boolean }[]>(
        `SELECT kid, end_statement IS NULL AND scopes @> $2::text[] AS may FROM gateway.system WHERE id = $1 FOR SHARE`,
        [system, SENT_EVENTS],
      );
      if (own?.kid !== kid || own?.may === false) throw new GatewayError('UNAUTHENTICATED', { reason: 'access-token' });
      if (after !== undefined) await placeOf(tx, authority, after);
      if (check !== undefined) check(await this.locked(tx, authority, id, at));
      const known = await tx.query<WebhookRow[]>(`SELECT ${COLUMNS} FROM gateway.webhook WHERE authority = $1`, [
        authority,
      ]);
      const before = known.find((row) => row.webhook_id === id);
      if (before !== undefined) return this.putAgain(tx, authority, webhook, before, key, at);
      if (known.length >= most) return 'too-many';
      await tx.query(
        `INSERT INTO gateway.webhook (authority, webhook_id, url, system, registered_at, due_at, event_id)
         VALUES ($1, $2, $3, $5, $4, $4, coalesce($6, (SELECT event_id FROM gateway.event
           WHERE authority = $1 AND txid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY txid DESC, seq DESC LIMIT 1)))`,
        [authority, id, url, at, system, after ?? null],
      );
      await this.keys.add(tx, authority, id, key, at);
      return 'created';
    });
  }

  list(authority: string, at: Date): Promise<readonly StoredWebhook[]> {
    return asAuthority(this.dataSource, authority, (tx) => this.stored(tx, authority, undefined, at));
  }

  async find(authority: string, id: string, at: Date): Promise<StoredWebhook | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => (await this.stored(tx, authority, id, at))[0]);
  }

  async target(authority: string, id: string, at: Date): Promise<WebhookTarget | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<{ readonly url: string }[]>(
        `SELECT url FROM gateway.webhook WHERE authority = $1 AND webhook_id = $2`,
        [authority, id],
      );
      if (row === undefined) return undefined;
      const keys = await this.keys.of(tx, authority, [id], at);
      return { url: row.url, secrets: keys.map((key) => this.keys.open(authority, key)) };
    });
  }

  remove(authority: string, id: string, at: Date, check?: CheckWebhook): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      // Nobody is giving it a key meanwhile.
      await alone(tx, `webhooks ${authority}`);
      if (check !== undefined) {
        const webhook = await this.locked(tx, authority, id, at);
        if (webhook === undefined) return false;
        check(webhook);
      }
      const [, count] = await tx.query<[unknown[], number]>(
        `DELETE FROM gateway.webhook WHERE authority = $1 AND webhook_id = $2`,
        [authority, id],
      );
      return count > 0;
    });
  }

  rotate(authority: string, id: string, key: WebhookKey, at: Date, until: Date | undefined): Promise<void> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await alone(tx, `webhooks ${authority}`);
      const [webhook] = await this.stored(tx, authority, id, at);
      if (webhook === undefined) throw new GatewayError('NOT_FOUND');
      if (until !== undefined && webhook.keys.length > 1) return;
      await this.keys.end(tx, authority, id, until);
      await this.keys.add(tx, authority, id, key, at);
    });
  }

  attempts(
    authority: string,
    id: string,
    query: { readonly after?: string; readonly limit: number },
    at: Date,
  ): Promise<readonly (WebhookAttempt & { readonly cursor: string })[]> {
    const [ms, seq] = cursorOf(query.after ?? `${LATEST_MS}.0`);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<WebhookAttemptRow[]>(
        `SELECT kind, event_id, at, status, code, milliseconds, body_sha256, seq FROM gateway.webhook_attempt
         WHERE authority = $1 AND webhook_id = $2 AND (at, seq) < ($3::timestamptz, $4::numeric) AND at > $6
         ORDER BY at DESC, seq DESC LIMIT $5`,
        [authority, id, new Date(Math.min(Number(ms), LATEST_MS)), seq, query.limit, new Date(at.getTime() - KEPT_MS)],
      );
      return rows.map(toAttempt);
    });
  }

  note(authority: string, id: string, attempt: WebhookAttempt): Promise<void> {
    return asAuthority(this.dataSource, authority, (tx) => noted(tx, authority, id, attempt));
  }

  private async putAgain(
    tx: EntityManager,
    authority: string,
    { id, url, system, after }: NewWebhook,
    before: WebhookRow,
    key: WebhookKey,
    at: Date,
  ): Promise<WebhookPut> {
    const isMended = await this.keys.mend(tx, authority, id, key, at);
    const put = before.url !== url ? 'moved' : before.state !== 'active' || isMended ? 'resumed' : 'kept';
    if (put === 'kept' && after === undefined) {
      // How often it was tried stays: nobody asks for more attempts than the schedule has.
      await tx.query(
        `UPDATE gateway.webhook SET system = $3, due_at = CASE WHEN failures > 0 THEN $4 ELSE due_at END
         WHERE authority = $1 AND webhook_id = $2`,
        [authority, id, system, at],
      );
      return put;
    }
    // A loop that still has it in hand moves nothing.
    await tx.query(
      `UPDATE gateway.webhook SET url = $5, system = $3, state = 'active', failures = 0, due_at = $4, lease = NULL,
         leased_until = NULL, event_id = coalesce($6, event_id) WHERE authority = $1 AND webhook_id = $2`,
      [authority, id, system, at, url, after ?? null],
    );
    return put;
  }

  /** As it is until the transaction ends: no loop moves its cursor meanwhile. */
  private async locked(tx: EntityManager, authority: string, id: string, at: Date): Promise<StoredWebhook | undefined> {
    await tx.query(`SELECT FROM gateway.webhook WHERE authority = $1 AND webhook_id = $2 FOR UPDATE`, [authority, id]);
    return (await this.stored(tx, authority, id, at))[0];
  }

  private async stored(
    tx: EntityManager,
    authority: string,
    id: string | undefined,
    at: Date,
  ): Promise<readonly StoredWebhook[]> {
    const rows = await tx.query<WebhookRow[]>(
      `SELECT ${COLUMNS} FROM gateway.webhook WHERE authority = $1 AND ($2::uuid IS NULL OR webhook_id = $2) ORDER BY webhook_id`,
      [authority, id ?? null],
    );
    const ids = rows.map((row) => row.webhook_id);
    const keys = await this.keys.of(tx, authority, ids, at);
    return rows.map((row) => ({
      id: row.webhook_id,
      url: row.url,
      system: row.system,
      state: row.state,
      registeredAt: row.registered_at,
      ...(row.event_id === null ? {} : { cursor: row.event_id }),
      failures: row.failures,
      dueAt: row.due_at,
      keys: keys
        .filter((key) => key.webhook_id === row.webhook_id)
        .map((key) => ({
          publicKey: key.public_key,
          madeAt: key.made_at,
          ...(key.until === null ? {} : { until: key.until }),
        })),
    }));
  }
}
