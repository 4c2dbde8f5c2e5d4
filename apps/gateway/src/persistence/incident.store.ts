import type { IncidentClock, IncidentCode } from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import type { IncidentAlarm, IncidentStore, NewIncident, StoredIncident } from '../application/ports/incident.js';
import { clocksFrom } from '../domain/incident.js';
import { asAuthority } from './authority-transaction.js';
import { FOLLOWING, cursorOf } from './rows.js';

interface Row {
  readonly incident_id: string;
  readonly message_id: string;
  readonly side: StoredIncident['side'];
  readonly other: string;
  readonly opened_at: Date;
  readonly cursor: string;
}
interface ClockRow {
  readonly incident_id: string;
  readonly clock: IncidentClock;
  readonly due_at: Date;
  readonly code: IncidentCode | null;
  readonly met_at: Date | null;
}
const COLUMNS = `incident_id, message_id, side, other, opened_at, txid::text || '.' || seq AS cursor`;

/** Opens it in the transaction of the receipt that says so; once, however often that comes. */
export const openIncident = async (
  tx: EntityManager,
  authority: string,
  { incidentId, messageId, side, other, openedAt }: NewIncident,
): Promise<void> => {
  const rows = await tx.query<unknown[]>(
    `INSERT INTO gateway.incident (authority, incident_id, message_id, side, other, opened_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1`,
    [authority, incidentId, messageId, side, other, openedAt],
  );
  if (rows.length === 0) return;
  for (const { clock, dueAt } of clocksFrom(openedAt))
    await tx.query(
      `INSERT INTO gateway.incident_clock (authority, incident_id, clock, due_at) VALUES ($1, $2, $3, $4)`,
      [authority, incidentId, clock, dueAt],
    );
};

/** Incidents of the authorities hosted here: ids, codes and times. They stay when the message is erased, since a breach has to be documented (GDPR art. 33.5). */
export class PostgresIncidentStore implements IncidentStore {
  constructor(private readonly dataSource: DataSource) {}

  list(
    authority: string,
    query: { readonly after?: string; readonly limit: number; readonly open?: 'true' },
  ): Promise<readonly (StoredIncident & { readonly cursor: string })[]> {
    const [txid, seq] = cursorOf(query.after);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<Row[]>(
        `SELECT ${COLUMNS} FROM gateway.incident i
         WHERE authority = $1 AND ${FOLLOWING}
           AND ($4::text IS NULL OR EXISTS (SELECT FROM gateway.incident_clock c
             WHERE c.authority = $1 AND c.incident_id = i.incident_id AND c.met_at IS NULL))
         ORDER BY i.txid, seq LIMIT $5`,
        [authority, txid, seq, query.open ?? null, query.limit],
      );
      return this.whole(tx, authority, rows);
    });
  }

  find(authority: string, incidentId: string): Promise<StoredIncident | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<Row[]>(
        `SELECT ${COLUMNS} FROM gateway.incident WHERE authority = $1 AND incident_id = $2`,
        [authority, incidentId],
      );
      return (await this.whole(tx, authority, rows))[0];
    });
  }

  meet(
    authority: string,
    incidentId: string,
    clocks: readonly IncidentClock[],
    code: IncidentCode,
    at: Date,
  ): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await tx.query(
        `UPDATE gateway.incident_clock SET code = $4, met_at = $5
         WHERE authority = $1 AND incident_id = $2 AND clock = ANY($3::text[]) AND met_at IS NULL`,
        [authority, incidentId, clocks, code, at],
      );
      const other = await tx.query<unknown[]>(
        `SELECT 1 FROM gateway.incident_clock
         WHERE authority = $1 AND incident_id = $2 AND clock = ANY($3::text[]) AND code IS DISTINCT FROM $4`,
        [authority, incidentId, clocks, code],
      );
      return other.length === 0;
    });
  }

  alarm(authority: string, at: Date): Promise<readonly IncidentAlarm[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [opened] = await tx.query<[{ incident_id: string; message_id: string }[], number]>(
        `UPDATE gateway.incident SET told_at = $2 WHERE authority = $1 AND told_at IS NULL RETURNING incident_id, message_id`,
        [authority, at],
      );
      const [ran] = await tx.query<[{ message_id: string; clock: IncidentClock }[], number]>(
        `UPDATE gateway.incident_clock c SET alarmed_at = $2 FROM gateway.incident i
         WHERE c.authority = $1 AND (i.authority, i.incident_id) = (c.authority, c.incident_id)
           AND c.due_at <= $2 AND c.met_at IS NULL AND c.alarmed_at IS NULL RETURNING i.message_id, c.clock`,
        [authority, at],
      );
      return [
        ...opened.map((row) => ({ messageId: row.message_id, what: 'opened' as const })),
        ...ran.map((row) => ({ messageId: row.message_id, what: row.clock })),
      ];
    });
  }

  overdue(authority: string, at: Date): Promise<number> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<{ count: string }[]>(
        `SELECT count(*) FROM gateway.incident_clock WHERE authority = $1 AND due_at <= $2 AND met_at IS NULL`,
        [authority, at],
      );
      return Number(row?.count ?? 0);
    });
  }

  private async whole(
    tx: EntityManager,
    authority: string,
    rows: readonly Row[],
  ): Promise<readonly (StoredIncident & { readonly cursor: string })[]> {
    const clocks = await tx.query<ClockRow[]>(
      `SELECT incident_id, clock, due_at, code, met_at FROM gateway.incident_clock
       WHERE authority = $1 AND incident_id = ANY($2::uuid[]) ORDER BY due_at`,
      [authority, rows.map((row) => row.incident_id)],
    );
    return rows.map((row) => ({
      incidentId: row.incident_id,
      messageId: row.message_id,
      side: row.side,
      other: row.other,
      openedAt: row.opened_at,
      cursor: row.cursor,
      clocks: clocks
        .filter((one) => one.incident_id === row.incident_id)
        .map((one) => ({
          clock: one.clock,
          dueAt: one.due_at,
          ...(one.code === null ? {} : { code: one.code }),
          ...(one.met_at === null ? {} : { metAt: one.met_at }),
        })),
    }));
  }
}
