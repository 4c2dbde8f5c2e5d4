import type { DataSource, EntityManager } from 'typeorm';
import type { DueStore, Dues, MessageDue, Overdue } from '../application/ports/due.js';
import { asAuthority } from './authority-transaction.js';

/** Within a transaction of the message's authority. */
export const noteDues = async (
  tx: EntityManager,
  authority: string,
  messageId: string,
  { set = [], met = [], at }: Dues,
): Promise<void> => {
  await tx.query(
    `INSERT INTO gateway.due (authority, message_id, what, due_at)
     SELECT $1, $2, * FROM unnest($3::text[], $4::timestamptz[])
     ON CONFLICT (authority, message_id, what) DO UPDATE SET due_at = coalesce(gateway.due.due_at, EXCLUDED.due_at)`,
    [authority, messageId, set.map(({ what }) => what), set.map((due) => due.at)],
  );
  await tx.query(
    `INSERT INTO gateway.due (authority, message_id, what, met_at) SELECT $1, $2, unnest($3::text[]), $4
     ON CONFLICT (authority, message_id, what) DO UPDATE SET met_at = coalesce(gateway.due.met_at, EXCLUDED.met_at)`,
    [authority, messageId, met, at],
  );
};

/** Of what ended without arriving nobody can say what became of it. Within a transaction of the message's authority. */
export const dropAnswer = async (tx: EntityManager, authority: string, messageId: string): Promise<void> => {
  await tx.query(
    `DELETE FROM gateway.due WHERE authority = $1 AND message_id = $2 AND what = 'retraction-acknowledged' AND met_at IS NULL`,
    [authority, messageId],
  );
};

/** What messages of an authority wait for. */
export class PostgresDueStore implements DueStore {
  constructor(private readonly dataSource: DataSource) {}

  async open(authority: string, messageIds: readonly string[]): Promise<readonly MessageDue[]> {
    return (await this.all(authority, messageIds)).filter(({ metAt }) => metAt === undefined);
  }

  all(authority: string, messageIds: readonly string[]): Promise<readonly MessageDue[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<
        { message_id: string; what: MessageDue['what']; due_at: Date; met_at: Date | null }[]
      >(
        `SELECT message_id, what, due_at, met_at FROM gateway.due
         WHERE authority = $1 AND message_id = ANY($2::uuid[]) AND due_at IS NOT NULL ORDER BY due_at, what`,
        [authority, messageIds],
      );
      return rows.map((row) => ({
        messageId: row.message_id,
        what: row.what,
        at: row.due_at,
        ...(row.met_at === null ? {} : { metAt: row.met_at }),
      }));
    });
  }

  alarm(authority: string, at: Date): Promise<readonly Overdue[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [rows] = await tx.query<[{ message_id: string; what: Overdue['what'] }[], number]>(
        `UPDATE gateway.due SET alarmed_at = $2 WHERE authority = $1 AND due_at <= $2 AND met_at IS NULL AND alarmed_at IS NULL
         RETURNING message_id, what`,
        [authority, at],
      );
      return rows.map((row) => ({ messageId: row.message_id, what: row.what }));
    });
  }

  overdue(authority: string, at: Date): Promise<number> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<{ count: string }[]>(
        `SELECT count(*) FROM gateway.due WHERE authority = $1 AND due_at <= $2 AND met_at IS NULL`,
        [authority, at],
      );
      return Number(row?.count ?? 0);
    });
  }
}
