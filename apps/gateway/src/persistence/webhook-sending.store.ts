import type { EventView } from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import type {
  HeldWebhook,
  SettledWebhook,
  WebhookAttempt,
  WebhookLease,
  WebhookOutcome,
  WebhookSending,
} from '../application/ports/webhook.js';
import type { KeyStore } from '../keys/key-store.js';
import { asAuthority } from './authority-transaction.js';
import { eventsAfter } from './event.store.js';
import { WebhookKeys } from './webhook-keys.js';
import { KEPT_MS, noted } from './webhook.rows.js';
import type { WebhookKeyRow, WebhookRow } from './webhook.rows.js';

type Changed = Pick<WebhookRow, 'url' | 'failures' | 'event_id'>;
interface Next {
  readonly url: string;
  readonly failures: number;
  readonly event: EventView;
  readonly keys: readonly WebhookKeyRow[];
}

/** What the loops of a gateway's processes share of its webhooks. */
export class PostgresWebhookSending implements WebhookSending {
  private readonly keys: WebhookKeys;

  constructor(
    private readonly dataSource: DataSource,
    keys: Pick<KeyStore, 'cipher'>,
  ) {
    this.keys = new WebhookKeys(keys);
  }

  async due(
    authorities: readonly string[],
    at: Date,
    most: number,
  ): Promise<readonly { readonly authority: string; readonly id: string }[]> {
    const rows = await this.dataSource.query<{ of_authority: string; id: string }[]>(
      `SELECT of_authority, id FROM gateway.due_webhooks($1::text[], $2, $3) ORDER BY due, id LIMIT $3`,
      [authorities, at, most],
    );
    return rows.map(({ of_authority: authority, id }) => ({ authority, id }));
  }

  /** The lease is kept when what comes after it fails: what fails again and again is tried once in that time. */
  async take(lease: WebhookLease, at: Date, until: Date): Promise<HeldWebhook | undefined> {
    const { authority, id } = lease;
    const taken = await asAuthority(this.dataSource, authority, async (tx) => {
      const [rows] = await tx.query<[Changed[], number]>(
        `UPDATE gateway.webhook SET lease = $3, leased_until = $5
         WHERE authority = $1 AND webhook_id = $2 AND state = 'active' AND due_at <= $4
           AND (leased_until IS NULL OR leased_until <= $4) RETURNING url, failures, event_id`,
        [authority, id, lease.lease, at, until],
      );
      return rows[0];
    });
    if (taken === undefined) return undefined;
    return this.opened(
      authority,
      await asAuthority(this.dataSource, authority, (tx) => this.next(tx, lease, taken, at)),
    );
  }

  async settle(
    lease: WebhookLease,
    attempt: WebhookAttempt,
    outcome: WebhookOutcome,
    at: Date,
    until: Date,
  ): Promise<SettledWebhook> {
    const { authority, id } = lease;
    const { isOurs, next } = await asAuthority(this.dataSource, authority, async (tx) => {
      await noted(tx, authority, id, attempt);
      if (outcome.is === 'taken') {
        const [rows] = await tx.query<[Changed[], number]>(
          `UPDATE gateway.webhook SET event_id = $4, failures = 0, due_at = $5, leased_until = $6
           WHERE authority = $1 AND webhook_id = $2 AND lease = $3 RETURNING url, failures, event_id`,
          [authority, id, lease.lease, attempt.eventId, at, until],
        );
        const [moved] = rows;
        if (moved === undefined) return { isOurs: false, next: undefined };
        return { isOurs: true, next: await this.next(tx, lease, moved, at) };
      }
      if (outcome.is === 'broken-off') return { isOurs: await released(tx, lease), next: undefined };
      const [, count] = await tx.query<[unknown[], number]>(
        `UPDATE gateway.webhook SET failures = failures + 1, state = $4, due_at = $5, lease = NULL, leased_until = NULL
         WHERE authority = $1 AND webhook_id = $2 AND lease = $3`,
        [
          authority,
          id,
          lease.lease,
          outcome.is === 'again' ? 'active' : outcome.is,
          outcome.is === 'again' ? outcome.dueAt : at,
        ],
      );
      return { isOurs: count > 0, next: undefined };
    });
    const held = this.opened(authority, next);
    return { isOurs, ...(held === undefined ? {} : { next: held }) };
  }

  async release(lease: WebhookLease): Promise<void> {
    await asAuthority(this.dataSource, lease.authority, (tx) => released(tx, lease));
  }

  async stopped(authorities: readonly string[]): Promise<number> {
    const [row] = await this.dataSource.query<{ count: string }[]>(
      `SELECT gateway.stopped_webhooks($1::text[]) AS count`,
      [authorities],
    );
    return Number(row?.count ?? 0);
  }

  async prune(authorities: readonly string[], at: Date): Promise<void> {
    await this.dataSource.query(`SELECT gateway.prune_webhooks($1::text[], $2, $3)`, [
      authorities,
      new Date(at.getTime() - KEPT_MS),
      at,
    ]);
  }

  /** With the event that comes next, looked for when nobody else can move the cursor; without one it is let go. */
  private async next(
    tx: EntityManager,
    lease: WebhookLease,
    { url, failures, event_id: after }: Changed,
    at: Date,
  ): Promise<Next | undefined> {
    const [event] = await eventsAfter(tx, lease.authority, after ?? undefined, 1);
    if (event !== undefined)
      return { url, failures, event, keys: await this.keys.of(tx, lease.authority, [lease.id], at) };
    await released(tx, lease);
    return undefined;
  }

  /** Behind the transaction: what was taken stays taken although a key does not open. */
  private opened(authority: string, next: Next | undefined): HeldWebhook | undefined {
    if (next === undefined) return undefined;
    const { url, failures, event, keys } = next;
    return { url, failures, event, secrets: keys.map((key) => this.keys.open(authority, key)) };
  }
}

/** @returns whether it was in hand by this lease */
const released = async (tx: EntityManager, { authority, id, lease }: WebhookLease): Promise<boolean> => {
  const [, count] = await tx.query<[unknown[], number]>(
    `UPDATE gateway.webhook SET lease = NULL, leased_until = NULL WHERE authority = $1 AND webhook_id = $2 AND lease = $3`,
    [authority, id, lease],
  );
  return count > 0;
};
