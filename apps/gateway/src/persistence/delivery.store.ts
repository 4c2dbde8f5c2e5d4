import { createHash } from 'node:crypto';
import { claimInbox } from '#messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { mayFollow } from '../application/give-receipt.js';
import type {
  DeliveryStore,
  ListedDelivery,
  NewIncident,
  Outgoing,
  StoredDelivery,
  StoredReceipt,
  TakenDelivery,
} from '../application/ports.js';
import type { KeyStore } from '../keys/key-store.js';
import { RejectedDelivery, erasedAt } from '../domain/errors.js';
import { alone, asAuthority } from './authority-transaction.js';
import { openIncident } from './incident.store.js';
import { schema } from './index.js';
import type { Outbox } from './outbox.js';
import { cursorOf, toDelivery, toDeliveryDetail, toReceipt } from './rows.js';
import type { DeliveryRow, ReceiptRow } from './rows.js';

const COLUMNS = `authority, message_id, attempt, sender, case_id, type, function, delivery_number, received_at, jwe_sha256,
  decision_entry_id, erased_at, txid::text || '.' || seq AS cursor`;

/** Deliveries to the authorities hosted here. */
export class PostgresDeliveryStore implements DeliveryStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyStore,
    private readonly outbox: Outbox,
  ) {}

  taken(authority: string, messageId: string): Promise<TakenDelivery | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<DeliveryRow[]>(
        `SELECT ${COLUMNS} FROM gateway.delivery WHERE authority = $1 AND message_id = $2`,
        [authority, messageId],
      );
      return row === undefined ? undefined : toDelivery(row);
    });
  }

  async receive(
    delivery: StoredDelivery,
    manifestSha256: string,
    receipt: StoredReceipt,
    outgoing: Outgoing,
  ): Promise<boolean> {
    const { authority, messageId, attempt } = delivery;
    const fresh = await asAuthority(this.dataSource, authority, async (tx) => {
      // Inbox and replay key are (message id, attempt); two manifests under one of them are two different things.
      const digest = createHash('sha256').update(manifestSha256).digest();
      await alone(tx, messageId);
      if (await wasRejected(tx, delivery)) return false;
      if (await wasErased(tx, authority, messageId)) throw new RejectedDelivery('erased');
      if (!(await claimInbox(tx, schema, 'delivery', `${messageId}.${attempt}`, digest))) return false;
      const rows = await tx.query<unknown[]>(
        `INSERT INTO gateway.delivery (authority, message_id, attempt, sender, case_id, type, function, delivery_number,
           received_at, jwe_sha256, decision_entry_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (authority, message_id) DO NOTHING RETURNING message_id`,
        [
          authority,
          messageId,
          attempt,
          delivery.sender,
          delivery.caseId,
          delivery.type,
          delivery.function,
          delivery.deliveryNumber,
          delivery.receivedAt,
          delivery.jweSha256,
          delivery.decisionEntryId,
          this.keys.cipher(authority).seal(delivery.detail, 'delivery', messageId),
        ],
      );
      if (rows.length === 0) return false;
      await this.insertReceipt(tx, authority, messageId, receipt);
      await this.outbox.add(tx, [outgoing]);
      return true;
    });
    if (fresh) this.outbox.wake();
    return fresh;
  }

  async reject(
    authority: string,
    rejection: Parameters<DeliveryStore['reject']>[1],
    outgoing: Outgoing,
  ): Promise<boolean> {
    const fresh = await asAuthority(this.dataSource, authority, async (tx) => {
      await alone(tx, rejection.messageId);
      const taken = await tx.query<unknown[]>(
        `SELECT 1 FROM gateway.delivery WHERE authority = $1 AND message_id = $2 AND attempt >= $3`,
        [authority, rejection.messageId, rejection.attempt],
      );
      if (taken.length > 0) return false;
      const rows = await tx.query<unknown[]>(
        `INSERT INTO gateway.rejection (authority, message_id, attempt, decision_entry_id, jwe_sha256, delivery_sha256, reason, receipt, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING message_id`,
        [
          authority,
          rejection.messageId,
          rejection.attempt,
          rejection.decisionEntryId,
          rejection.jweSha256,
          rejection.deliverySha256,
          rejection.reason,
          rejection.receipt,
          rejection.at,
        ],
      );
      if (rows.length === 1) await this.outbox.add(tx, [outgoing]);
      return rows.length === 1;
    });
    if (fresh) this.outbox.wake();
    return fresh;
  }

  find(authority: string, messageId: string): Promise<StoredDelivery | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<(DeliveryRow & { detail: Buffer })[]>(
        `SELECT ${COLUMNS}, detail FROM gateway.delivery WHERE authority = $1 AND message_id = $2`,
        [authority, messageId],
      );
      if (row === undefined) return undefined;
      if (row.erased_at !== null) throw erasedAt(row.erased_at);
      return { ...toDelivery(row), detail: toDeliveryDetail(row.detail, messageId, this.keys.cipher(authority)) };
    });
  }

  list(
    authority: string,
    query: { readonly after?: string; readonly limit: number; readonly caseId?: string },
  ): Promise<readonly ListedDelivery[]> {
    const [txid, seq] = cursorOf(query.after);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<DeliveryRow[]>(
        `SELECT ${COLUMNS} FROM gateway.delivery
         WHERE authority = $1 AND (txid, seq) > ($2::xid8, $3::bigint) AND txid < pg_snapshot_xmin(pg_current_snapshot())
           AND ($4::uuid IS NULL OR case_id = $4)
         ORDER BY gateway.delivery.txid, seq LIMIT $5`,
        [authority, txid, seq, query.caseId ?? null, query.limit],
      );
      return rows.map(toDelivery);
    });
  }

  receipts(authority: string, messageId: string): Promise<readonly StoredReceipt[]> {
    return asAuthority(this.dataSource, authority, (tx) => this.selectReceipts(tx, authority, messageId));
  }

  async addReceipt(
    authority: string,
    messageId: string,
    receipt: StoredReceipt,
    outgoing: Outgoing,
    incident?: NewIncident,
  ): Promise<StoredReceipt | undefined> {
    const earlier = await asAuthority(this.dataSource, authority, async (tx) => {
      // One at a time, so that what contradicts another sees it; and no note stays behind in what is erased meanwhile.
      await alone(tx, messageId);
      const [delivery] = await tx.query<{ erased_at: Date | null }[]>(
        `SELECT erased_at FROM gateway.delivery WHERE authority = $1 AND message_id = $2`,
        [authority, messageId],
      );
      if (delivery !== undefined && delivery.erased_at !== null) throw erasedAt(delivery.erased_at);
      const before = await this.selectReceipts(tx, authority, messageId);
      const same = before.find((r) => r.kind === receipt.kind);
      if (same !== undefined) return same;
      mayFollow(receipt.kind, before);
      await this.insertReceipt(tx, authority, messageId, receipt);
      await this.outbox.add(tx, [outgoing]);
      if (incident !== undefined) await openIncident(tx, authority, incident);
      return undefined;
    });
    if (earlier === undefined) this.outbox.wake();
    return earlier;
  }

  private async selectReceipts(
    tx: EntityManager,
    authority: string,
    messageId: string,
  ): Promise<readonly StoredReceipt[]> {
    const rows = await tx.query<ReceiptRow[]>(
      `SELECT receipt_id, kind, receipt, at, detail FROM gateway.delivery_receipt
       WHERE authority = $1 AND message_id = $2 ORDER BY at, kind`,
      [authority, messageId],
    );
    return rows.map((row) => toReceipt(row, this.keys.cipher(authority)));
  }

  private async insertReceipt(
    tx: EntityManager,
    authority: string,
    messageId: string,
    receipt: StoredReceipt,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO gateway.delivery_receipt (authority, message_id, kind, receipt_id, receipt, detail, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        authority,
        messageId,
        receipt.kind,
        receipt.receiptId,
        receipt.receipt,
        this.keys.cipher(authority).seal(receipt.detail, 'delivery_receipt', receipt.receiptId),
        receipt.at,
      ],
    );
  }
}

/** The sender has a signed receipt, or will have, that it was not taken: it stays so (design.md I1). */
const wasRejected = async (tx: EntityManager, delivery: StoredDelivery): Promise<boolean> => {
  const { authority, messageId, attempt, decisionEntryId, jweSha256 } = delivery;
  const rows = await tx.query<unknown[]>(
    `SELECT 1 FROM gateway.rejection
     WHERE authority = $1 AND message_id = $2 AND attempt = $3 AND decision_entry_id = $4 AND jwe_sha256 = $5`,
    [authority, messageId, attempt, decisionEntryId, jweSha256],
  );
  return rows.length > 0;
};

/** Its authority decided that nothing of it is kept, before it arrived: it is not stored after all. What had arrived is known by its row. */
const wasErased = async (tx: EntityManager, authority: string, messageId: string): Promise<boolean> => {
  const rows = await tx.query<unknown[]>(
    `SELECT 1 FROM gateway.erasure WHERE authority = $1 AND message_id = $2
       AND NOT EXISTS (SELECT FROM gateway.delivery WHERE authority = $1 AND message_id = $2) LIMIT 1`,
    [authority, messageId],
  );
  return rows.length > 0;
};
