import type { DataSource, EntityManager } from 'typeorm';
import type { HandlingFilter, HandlingStore } from '../application/ports.js';
import { ACCEPTED_WITHIN, acceptedWithin } from '../domain/deadlines.js';
import { erasedAt } from '../domain/errors.js';
import { RECEIPT_OF, RUNS_IN, TAKEN_OVER_MS, handlingOf as saidBy, inOrder } from '../domain/handling.js';
import type { HandlingChange } from '../domain/handling.js';
import { alone, asAuthority } from './authority-transaction.js';

interface ChangeRow {
  readonly message_id: string;
  /** Of a receipt; null: that a system has taken it over. */
  readonly kind: string | null;
  readonly at: Date;
  readonly system: string | null;
}
/** Receipts that say something of handling. */
const KINDS = Object.values(RECEIPT_OF);

/** What receipts say, and beside them what no receipt does: that a system has taken it over. */
export class PostgresHandlingStore implements HandlingStore {
  constructor(private readonly dataSource: DataSource) {}

  changes(authority: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, readonly HandlingChange[]>> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const found = new Map<string, HandlingChange[]>();
      for (const { message_id: messageId, kind, at, system } of await rows(tx, authority, messageIds)) {
        const status = saidBy(kind ?? '') ?? ('received' as const);
        const change: HandlingChange = { status, at, ...(system === null ? {} : { system }) };
        found.set(messageId, [...(found.get(messageId) ?? []), change]);
      }
      return new Map([...found].map(([messageId, changes]) => [messageId, inOrder(changes)]));
    });
  }

  receive(authority: string, messageId: string, system: string, at: Date): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      // As receipts are: what was said meanwhile is seen, and nothing is said of what was erased meanwhile.
      await alone(tx, messageId);
      const [delivery] = await tx.query<{ erased_at: Date | null }[]>(
        `SELECT erased_at FROM gateway.delivery WHERE authority = $1 AND message_id = $2`,
        [authority, messageId],
      );
      if (delivery !== undefined && delivery.erased_at !== null) throw erasedAt(delivery.erased_at);
      const said = await rows(tx, authority, [messageId]);
      if (said.some(({ kind }) => kind === null)) return true;
      if (said.length > 0) return false;
      await tx.query(
        `INSERT INTO gateway.handling (authority, message_id, status, at, system) VALUES ($1, $2, 'received', $3, $4)`,
        [authority, messageId, at, system],
      );
      return true;
    });
  }
}

const rows = (tx: EntityManager, authority: string, messageIds: readonly string[]): Promise<readonly ChangeRow[]> =>
  tx.query<ChangeRow[]>(
    `SELECT message_id, NULL AS kind, at, system FROM gateway.handling WHERE authority = $1 AND message_id = ANY($2::uuid[])
     UNION ALL SELECT message_id, kind, at, system FROM gateway.delivery_receipt
       WHERE authority = $1 AND message_id = ANY($2::uuid[]) AND kind = ANY($3::text[])`,
    [authority, messageIds, KINDS],
  );

const SAID = (kind: string): string =>
  `EXISTS (SELECT FROM gateway.delivery_receipt s WHERE s.authority = $1 AND s.message_id = gateway.delivery.message_id AND s.kind = '${kind}')`;
const STATUS = `CASE WHEN ${SAID(RECEIPT_OF.completed)} THEN 'completed' WHEN ${SAID(RECEIPT_OF.rejected)} THEN 'rejected'
  WHEN ${SAID(RECEIPT_OF.accepted)} THEN 'accepted'
  WHEN EXISTS (SELECT FROM gateway.handling h WHERE h.authority = $1 AND h.message_id = gateway.delivery.message_id) THEN 'received'
  ELSE 'requested' END`;

/** By the seal that it was taken back under. */
const RETRACTED = `EXISTS (SELECT FROM gateway.received_retraction t WHERE (t.authority, t.message_id, t.sender, t.attempt, t.jwe_sha256)
  = ($1, gateway.delivery.message_id, gateway.delivery.sender, gateway.delivery.attempt, gateway.delivery.jwe_sha256))`;

/** Of deliveries, with what `handlingOf` gives as `$6` to `$12`. No clock runs of what is erased or taken back. */
export const IN_HANDLING = `($6::text IS NULL OR ${STATUS} = $6)
  AND ($7::timestamptz IS NULL OR (erased_at IS NULL AND NOT ${RETRACTED} AND ((received_at <= $7 AND ${STATUS} = ANY($10::text[]))
    OR (received_at <= coalesce((SELECT within.at FROM unnest($8::text[], $9::timestamptz[]) AS within(type, at)
        WHERE within.type = split_part(gateway.delivery.type, '/', 1)), $12::timestamptz) AND ${STATUS} = ANY($11::text[])))))`;

/** Parameters of `IN_HANDLING`. */
export const handlingOf = ({ handling, overdueAt }: HandlingFilter): readonly unknown[] => {
  const before = (ms: number): Date | null => (overdueAt === undefined ? null : new Date(overdueAt.getTime() - ms));
  const types = Object.entries(ACCEPTED_WITHIN);
  return [
    handling ?? null,
    before(TAKEN_OVER_MS),
    types.map(([type]) => type),
    types.map(([, { ms }]) => before(ms)),
    RUNS_IN.received,
    RUNS_IN.accepted,
    before(acceptedWithin('')),
  ];
};
