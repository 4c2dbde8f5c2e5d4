import type { DataSource, EntityManager } from 'typeorm';
import type { HandlingFilter, HandlingStore, OverdueDelivery } from '../application/ports/handling.js';
import { ACCEPTED_WITHIN, acceptedWithin } from '../domain/deadlines.js';
import { erasedAt } from '../domain/errors.js';
import { RECEIPT_OF, RUNS_IN, TAKEN_OVER_MS, handlingOf as saidBy, inOrder } from '../domain/handling.js';
import type { HandlingChange } from '../domain/handling.js';
import { alone, asAuthority } from './authority-transaction.js';
import { FOLLOWING, cursorOf } from './rows.js';

interface ChangeRow {
  readonly message_id: string;
  /** Of a receipt; null: that a system has taken it over. */
  readonly kind: string | null;
  readonly at: Date;
  readonly system: string | null;
}
/** Deliveries that are looked through at once. */
const PAGE = 5_000;
/** Deliveries that get clocks, and clocks that are told of, at once: each writes two rows, or an event. */
const WRITTEN = 1_000;
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

  keepClocks(authority: string, after: string | undefined): Promise<string | undefined> {
    const types = Object.entries(ACCEPTED_WITHIN);
    return asAuthority(this.dataSource, authority, async (tx) => {
      // Asked first: what is filled in afterwards may lie before what was looked through.
      if (!(await isFilled(tx, authority))) return undefined;
      const [furthest] = await tx.query<{ cursor: string }[]>(
        `WITH page AS MATERIALIZED (
           SELECT message_id, txid, seq FROM gateway.handling_status
           WHERE authority = $1 AND status IN ('requested', 'received') AND ${FOLLOWING}
           ORDER BY gateway.handling_status.txid, gateway.handling_status.seq LIMIT ${WRITTEN}),
         kept AS (
           INSERT INTO gateway.delivery_due (authority, message_id, what, due_at)
           SELECT $1, d.message_id, c.what, d.received_at + make_interval(secs => CASE c.what WHEN 'received' THEN $4 ELSE
               coalesce((SELECT t.s FROM unnest($5::text[], $6::float8[]) AS t(name, s) WHERE t.name = split_part(d.type, '/', 1)), $7) END)
           FROM page JOIN gateway.delivery d ON d.authority = $1 AND d.message_id = page.message_id,
             (VALUES ('received'), ('accepted')) AS c(what) ON CONFLICT DO NOTHING)
         SELECT txid::text || '.' || seq AS cursor FROM page ORDER BY page.txid DESC, page.seq DESC LIMIT 1`,
        [
          ...[authority, ...cursorOf(after), TAKEN_OVER_MS / 1_000],
          ...[types.map(([type]) => type), types.map(([, { ms }]) => ms / 1_000), acceptedWithin('') / 1_000],
        ],
      );
      return furthest?.cursor;
    });
  }

  alarm(authority: string, at: Date): Promise<{ readonly told: readonly OverdueDelivery[]; readonly isMore: boolean }> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      // What does not run when its time comes never runs again.
      const [rows] = await tx.query<[{ message_id: string; what: OverdueDelivery['what']; runs: boolean }[], number]>(
        `UPDATE gateway.delivery_due u SET alarmed_at = CASE WHEN passed.runs THEN $2::timestamptz END, settled = NOT passed.runs
         FROM (SELECT w.message_id, w.what, erased_at IS NULL AND NOT ${RETRACTED} AND ${runs('w.what', 's.status')} AS runs
           FROM gateway.delivery_due w JOIN gateway.handling_status s USING (authority, message_id)
             JOIN gateway.delivery USING (authority, message_id)
           WHERE w.authority = $1 AND w.due_at <= $2 AND w.alarmed_at IS NULL AND NOT w.settled
           ORDER BY w.due_at, w.message_id, w.what LIMIT ${WRITTEN} FOR UPDATE OF w) passed
         WHERE u.authority = $1 AND u.message_id = passed.message_id AND u.what = passed.what
         RETURNING u.message_id, u.what, passed.runs`,
        [authority, at],
      );
      const told = rows.flatMap((row) => (row.runs ? [{ messageId: row.message_id, what: row.what }] : []));
      return { told, isMore: rows.length === WRITTEN };
    });
  }

  /** Notes the status of a page of what was received before it was kept. @returns whether there is more */
  fill(authority: string, at: Date): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      if (await isFilled(tx, authority)) return false;
      const [before] = await tx.query<{ txid: string; seq: string }[]>(
        `SELECT txid::text, seq::text FROM gateway.handling_filled WHERE authority = $1`,
        [authority],
      );
      // What was said meanwhile has its row, or waits for this one and then writes it anew.
      const [row] = await tx.query<{ count: string }[]>(
        `WITH page AS MATERIALIZED (
           SELECT message_id, received_at, txid, seq FROM gateway.delivery
           WHERE authority = $1 AND ${FOLLOWING} ORDER BY gateway.delivery.txid, gateway.delivery.seq LIMIT $4),
         noted AS (
           INSERT INTO gateway.handling_status (authority, message_id, status, received_at, txid, seq)
           SELECT $1, message_id, ${statusOf('page.message_id')}, received_at, txid, seq FROM page ON CONFLICT DO NOTHING),
         furthest AS (SELECT txid, seq FROM page ORDER BY page.txid DESC, page.seq DESC LIMIT 1)
         INSERT INTO gateway.handling_filled AS f (authority, txid, seq, completed_at)
           SELECT $1, coalesce((SELECT txid FROM furthest), $2::xid8), coalesce((SELECT seq FROM furthest), $3::bigint),
             CASE WHEN (SELECT count(*) FROM page) < $4 THEN $5::timestamptz END
           ON CONFLICT (authority) DO UPDATE SET txid = EXCLUDED.txid, seq = EXCLUDED.seq, completed_at = EXCLUDED.completed_at
         RETURNING (SELECT count(*) FROM page)`,
        [authority, before?.txid ?? '0', before?.seq ?? '0', PAGE, at],
      );
      return Number(row?.count ?? 0) === PAGE;
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

const said = (id: string, kind: string): string =>
  `EXISTS (SELECT FROM gateway.delivery_receipt s WHERE s.authority = $1 AND s.message_id = ${id} AND s.kind = '${kind}')`;
/** As receipts say, of a delivery. @param id its message's, in SQL */
const statusOf = (id: string): string => `CASE WHEN ${said(id, RECEIPT_OF.completed)} THEN 'completed'
  WHEN ${said(id, RECEIPT_OF.rejected)} THEN 'rejected' WHEN ${said(id, RECEIPT_OF.accepted)} THEN 'accepted'
  WHEN EXISTS (SELECT FROM gateway.handling h WHERE h.authority = $1 AND h.message_id = ${id}) THEN 'received'
  ELSE 'requested' END`;

/** By the seal that it was taken back under. */
const RETRACTED = `EXISTS (SELECT FROM gateway.received_retraction t WHERE (t.authority, t.message_id, t.sender, t.attempt, t.jwe_sha256)
  = ($1, gateway.delivery.message_id, gateway.delivery.sender, gateway.delivery.attempt, gateway.delivery.jwe_sha256))`;

/** Whether a clock of this name still runs. */
const runs = (what: string, status: string): string =>
  `${status} = ANY(CASE ${what} WHEN 'received' THEN ${codes(RUNS_IN.received)} ELSE ${codes(RUNS_IN.accepted)} END)`;
const codes = (statuses: readonly string[]): string => `ARRAY[${statuses.map((one) => `'${one}'`).join(', ')}]`;

/** Of deliveries, with what `handlingOf` gives as `$6` and `$7`. No clock runs of what is erased or taken back. */
const inHandling = (status: string): string => `($6::text IS NULL OR ${status} = $6)
  AND ($7::timestamptz IS NULL OR (erased_at IS NULL AND NOT ${RETRACTED} AND EXISTS (SELECT FROM gateway.delivery_due u
    WHERE u.authority = $1 AND u.message_id = gateway.delivery.message_id AND u.due_at <= $7 AND ${runs('u.what', status)})))`;

/** Whether all deliveries of an authority have their status in `gateway.handling_status`. */
const isFilled = async (tx: EntityManager, authority: string): Promise<boolean> => {
  const rows = await tx.query<unknown[]>(
    `SELECT FROM gateway.handling_filled WHERE authority = $1 AND completed_at IS NOT NULL`,
    [authority],
  );
  return rows.length > 0;
};

/**
 * Which deliveries a list is of, and its order. In the index of statuses where that is asked for; until it is filled, by looking through all of them.
 * @returns after `FROM`, with `authority` as `$1`, a cursor as `$2` and `$3`, and what `handlingOf` gives as `$6` and `$7`
 */
export const listedBy = async (
  tx: EntityManager,
  authority: string,
  { handling, overdueAt }: HandlingFilter,
): Promise<{ readonly from: string; readonly order: string }> => {
  const isAsked = handling !== undefined || overdueAt !== undefined;
  if (!isAsked || !(await isFilled(tx, authority)))
    return {
      from: `gateway.delivery WHERE authority = $1 AND ${FOLLOWING} AND ${inHandling(statusOf('gateway.delivery.message_id'))}`,
      order: 'gateway.delivery.txid, gateway.delivery.seq',
    };
  return {
    from: `(SELECT message_id AS of_message, status, txid AS listed_txid, seq AS listed_seq FROM gateway.handling_status
        WHERE authority = $1 AND ${FOLLOWING} ${handling === undefined ? '' : 'AND status = $6::text'}
          ${overdueAt === undefined ? '' : `AND status IN ('requested', 'received')`}) s
      JOIN gateway.delivery ON authority = $1 AND message_id = s.of_message WHERE ${inHandling('s.status')}`,
    order: 's.listed_txid, s.listed_seq',
  };
};

/** Parameters of `listedBy`. */
export const handlingOf = ({ handling, overdueAt }: HandlingFilter): readonly unknown[] => [
  handling ?? null,
  overdueAt ?? null,
];
