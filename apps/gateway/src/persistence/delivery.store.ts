import { createHash } from 'node:crypto';
import { QuarantineError } from '#messaging';
import { Gathered, Octets } from '#persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { mayFollow } from '../application/give-receipt.js';
import type {
  CaseDeliveries,
  DeliveryStore,
  ListedDelivery,
  StoredDelivery,
  StoredReceipt,
  TakenDelivery,
} from '../application/ports/delivery.js';
import type { HandlingFilter } from '../application/ports/handling.js';
import type { NewIncident } from '../application/ports/incident.js';
import type { Outgoing } from '../application/ports/outgoing.js';
import type { KeyStore } from '../keys/key-store.js';
import { RejectedDelivery, erasedAt } from '../domain/errors.js';
import { clocksOf } from '../domain/handling.js';
import { alone, asAuthority } from './authority-transaction.js';
import { handlingOf, listedBy } from './handling.store.js';
import { openIncident } from './incident.store.js';
import type { Outbox } from './outbox.js';
import { namedRows } from './person-index.store.js';
import { cursorOf, toDelivery, toDeliveryDetail, toReceipt } from './rows.js';
import type { DeliveryRow, ReceiptRow } from './rows.js';

const COLUMNS = `authority, message_id, attempt, sender, case_id, type, function, delivery_number, received_at, jwe_sha256,
  decision_entry_id, erased_at, txid::text || '.' || seq AS cursor,
  (SELECT due_at FROM gateway.delivery_due u WHERE u.authority = gateway.delivery.authority
     AND u.message_id = gateway.delivery.message_id AND u.what = 'accepted') AS taken_up_by`;

/** Deliveries to the authorities hosted here. */
export class PostgresDeliveryStore implements DeliveryStore, CaseDeliveries {
  private readonly taking: Gathered<
    object,
    Pick<DeliveryRow, 'attempt' | 'sender' | 'jwe_sha256' | 'decision_entry_id'> & { readonly n: number }
  >;
  private readonly receiving: Gathered<
    object,
    { readonly n: number; readonly outcome: 'received' | 'known' | 'erased' | 'id-reuse' }
  >;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyStore,
    private readonly outbox: Outbox,
  ) {
    this.taking = new Gathered(
      dataSource,
      `SELECT n, attempt, sender, jwe_sha256, decision_entry_id FROM gateway.taken($1)`,
    );
    this.receiving = new Gathered(dataSource, `SELECT n, outcome FROM gateway.receive_with_dues($1, $2)`);
  }

  async taken(authority: string, messageId: string): Promise<TakenDelivery | undefined> {
    const [row] = await this.taking.ask({ authority, message_id: messageId });
    if (row === undefined) return undefined;
    const { attempt, sender, jwe_sha256: jweSha256, decision_entry_id: decisionEntryId } = row;
    return { attempt, sender, jweSha256, decisionEntryId };
  }

  async receive(
    delivery: StoredDelivery,
    manifestSha256: string,
    receipt: StoredReceipt,
    outgoing: Outgoing,
  ): Promise<boolean> {
    const { authority, messageId } = delivery;
    const cipher = this.keys.cipher(authority);
    const { items, committed } = this.outbox.items([outgoing]);
    const [row] = await this.receiving.ask({
      authority,
      message_id: messageId,
      attempt: delivery.attempt,
      sender: delivery.sender,
      case_id: delivery.caseId,
      type: delivery.type,
      function: delivery.function,
      delivery_number: delivery.deliveryNumber,
      received_at: delivery.receivedAt,
      dues: clocksOf(delivery, 'requested'),
      jwe_sha256: delivery.jweSha256,
      decision_entry_id: delivery.decisionEntryId,
      detail: new Octets(cipher.seal(delivery.detail, 'delivery', messageId)),
      named: namedRows(this.keys, authority, delivery.type, delivery.detail.content),
      digest: new Octets(createHash('sha256').update(manifestSha256).digest()),
      receipt_id: receipt.receiptId,
      receipt_kind: receipt.kind,
      receipt: receipt.receipt,
      receipt_detail: new Octets(cipher.seal(receipt.detail, 'delivery_receipt', receipt.receiptId)),
      receipt_at: receipt.at,
      ...items[0],
    });
    if (row?.outcome === 'erased') throw new RejectedDelivery('erased');
    if (row?.outcome === 'id-reuse') throw new QuarantineError('id-reuse');
    const isFresh = row?.outcome === 'received';
    if (isFresh) committed();
    return isFresh;
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
    query: { readonly after?: string; readonly limit: number; readonly caseId?: string } & HandlingFilter,
  ): Promise<readonly ListedDelivery[]> {
    const [txid, seq] = cursorOf(query.after);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const { from, order } = await listedBy(tx, authority, query);
      const rows = await tx.query<DeliveryRow[]>(
        `SELECT ${COLUMNS} FROM ${from} AND ($4::uuid IS NULL OR case_id = $4) ORDER BY ${order} LIMIT $5`,
        [authority, txid, seq, query.caseId ?? null, query.limit, ...handlingOf(query)],
      );
      return rows.map(toDelivery);
    });
  }

  inOrder(authority: string, caseId: string, after: number, limit: number): Promise<readonly ListedDelivery[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<DeliveryRow[]>(
        `SELECT ${COLUMNS} FROM gateway.delivery WHERE authority = $1 AND case_id = $2 AND delivery_number > $3
         ORDER BY delivery_number LIMIT $4`,
        [authority, caseId, after, limit],
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
      `INSERT INTO gateway.delivery_receipt (authority, message_id, kind, receipt_id, receipt, detail, at, system)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        authority,
        messageId,
        receipt.kind,
        receipt.receiptId,
        receipt.receipt,
        this.keys.cipher(authority).seal(receipt.detail, 'delivery_receipt', receipt.receiptId),
        receipt.at,
        receipt.system ?? null,
      ],
    );
  }
}
