import type { RequestDirection } from '#contracts';
import type { DataSource } from 'typeorm';
import type { AskedFor, DeadlineOfRequest, RequestDeadlines } from '../application/ports/request-deadline.js';
import { asAuthority } from './authority-transaction.js';
import { ASKING } from './request.store.js';
import { cursorOf } from './rows.js';

const PAGE = 200;

/** Rows of a table that come after what was looked at, in the order in which readers see them. */
const UNSEEN = (direction: RequestDirection, table: string, condition: string): string => {
  const looked = (column: string, first: string): string =>
    `coalesce((SELECT ${column} FROM gateway.request_looked WHERE authority = $1 AND direction = '${direction}'
       AND txid < pg_snapshot_xmax(pg_current_snapshot())), ${first})`;
  return `(SELECT * FROM gateway.${table} WHERE authority = $1 AND ${condition}
    AND (txid, seq) > (${looked('txid', `'0'::xid8`)}, ${looked('seq', '0')}) AND txid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY txid, seq LIMIT ${PAGE})`;
};
/** A referral to several is one request for each. */
const ALL_UNSEEN = `
  SELECT 'received' AS direction, d.message_id AS id, d.txid, d.seq FROM ${UNSEEN('received', 'delivery', ASKING)} d
  UNION ALL SELECT 'sent', m.message_id, r.txid, r.seq FROM ${UNSEEN('sent', 'referral', `${ASKING} AND phase = 'accepted'`)} r
    JOIN gateway.message m ON m.authority = r.authority AND m.referral_id = r.id
  UNION ALL SELECT 'recorded', q.id, q.txid, q.seq FROM ${UNSEEN('recorded', 'recorded_request', 'true')} q`;

/** Days by which requests are to be answered. */
export class PostgresRequestDeadlines implements RequestDeadlines {
  constructor(private readonly dataSource: DataSource) {}

  unseen(authority: string): Promise<readonly (AskedFor & { readonly cursor: string })[]> {
    return asAuthority(this.dataSource, authority, (tx) =>
      tx.query<(AskedFor & { readonly cursor: string })[]>(
        `SELECT direction, id, txid::text || '.' || seq AS cursor FROM (${ALL_UNSEEN}) unseen ORDER BY direction, txid, seq`,
        [authority],
      ),
    );
  }

  keep(
    authority: string,
    direction: RequestDirection,
    deadlines: readonly DeadlineOfRequest[],
    cursor: string,
  ): Promise<void> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await tx.query(
        `INSERT INTO gateway.request_deadline (authority, direction, id, answer_by)
         SELECT $1, $2, * FROM unnest($3::uuid[], $4::date[]) ON CONFLICT DO NOTHING`,
        [authority, direction, deadlines.map(({ id }) => id), deadlines.map(({ answerBy }) => answerBy)],
      );
      await tx.query(
        `INSERT INTO gateway.request_looked (authority, direction, txid, seq) VALUES ($1, $2, $3::xid8, $4)
         ON CONFLICT (authority, direction) DO UPDATE SET txid = EXCLUDED.txid, seq = EXCLUDED.seq`,
        [authority, direction, ...cursorOf(cursor)],
      );
    });
  }

  passed(authority: string, today: string, after?: DeadlineOfRequest): Promise<readonly DeadlineOfRequest[]> {
    return asAuthority(this.dataSource, authority, (tx) =>
      tx.query<DeadlineOfRequest[]>(
        `SELECT direction, id, answer_by::text AS "answerBy" FROM gateway.request_deadline
         WHERE authority = $1 AND answer_by < $2::date AND alarmed_at IS NULL AND NOT settled
           AND ($3::date IS NULL OR (answer_by, direction, id) > ($3::date, $4::text, $5::uuid))
         ORDER BY answer_by, direction, id LIMIT ${PAGE}`,
        [authority, today, after?.answerBy ?? null, after?.direction ?? null, after?.id ?? null],
      ),
    );
  }

  alarm(authority: string, { direction, id }: AskedFor, at: Date): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [, told] = await tx.query<[unknown[], number]>(
        `UPDATE gateway.request_deadline SET alarmed_at = $4
         WHERE authority = $1 AND direction = $2 AND id = $3 AND alarmed_at IS NULL AND NOT settled`,
        [authority, direction, id, at],
      );
      return told === 1;
    });
  }

  settle(authority: string, { direction, id }: AskedFor): Promise<void> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await tx.query(
        `UPDATE gateway.request_deadline SET settled = true WHERE authority = $1 AND direction = $2 AND id = $3`,
        [authority, direction, id],
      );
    });
  }
}
