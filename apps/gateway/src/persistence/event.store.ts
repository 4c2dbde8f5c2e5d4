import type { EventType, EventView } from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import type { EventStore } from '../application/ports/event.js';
import { GatewayError } from '../domain/errors.js';
import { asAuthority } from './authority-transaction.js';
import { FOLLOWING } from './rows.js';

export interface EventRow {
  readonly event_id: string;
  readonly type: EventType;
  readonly at: Date;
  readonly message_id: string | null;
  readonly referral_id: string | null;
  readonly case_id: string | null;
  readonly message_type: string | null;
  readonly delivery_number: string | null;
  readonly code: string | null;
}
interface Place {
  readonly txid: string;
  readonly seq: string;
}
export const EVENT_COLUMNS = `event_id, type, at, message_id, referral_id, case_id, message_type, delivery_number, code`;
const BEGINNING: Place = { txid: '0', seq: '0' };

/** What the database noted of each authority (`Events1768000000000`). */
export class PostgresEventStore implements EventStore {
  constructor(private readonly dataSource: DataSource) {}

  list(authority: string, after: string | undefined, limit: number, since?: Date): Promise<readonly EventView[]> {
    return asAuthority(this.dataSource, authority, (tx) => eventsAfter(tx, authority, after, limit, since));
  }

  find(authority: string, eventId: string): Promise<EventView | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<EventRow[]>(
        `SELECT ${EVENT_COLUMNS} FROM gateway.event
         WHERE authority = $1 AND event_id = $2 AND txid < pg_snapshot_xmin(pg_current_snapshot())`,
        [authority, eventId],
      );
      return rows.map(toEvent)[0];
    });
  }

  async newest(authorities: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> {
    const rows = await this.dataSource.query<{ told_to: string; newest: string | null }[]>(
      `SELECT told_to, newest FROM gateway.newest_events($1::text[])`,
      [authorities],
    );
    return new Map(rows.map(({ told_to: authority, newest }) => [authority, newest ?? undefined]));
  }

  acknowledged(authority: string, system: string): Promise<string | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<{ event_id: string }[]>(
        `SELECT event_id FROM gateway.event_cursor WHERE authority = $1 AND system = $2`,
        [authority, system],
      );
      return row?.event_id;
    });
  }

  acknowledge(authority: string, system: string, through: string, at: Date): Promise<string> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await placeOf(tx, authority, through);
      // Two of its processes may say so at once, in either order.
      await tx.query(
        `INSERT INTO gateway.event_cursor AS c (authority, system, event_id, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (authority, system) DO UPDATE SET event_id = EXCLUDED.event_id, at = EXCLUDED.at
           WHERE (SELECT (txid, seq) FROM gateway.event WHERE authority = $1 AND event_id = EXCLUDED.event_id)
             > (SELECT (txid, seq) FROM gateway.event WHERE authority = $1 AND event_id = c.event_id)`,
        [authority, system, through, at],
      );
      const [row] = await tx.query<{ event_id: string }[]>(
        `SELECT event_id FROM gateway.event_cursor WHERE authority = $1 AND system = $2`,
        [authority, system],
      );
      return row?.event_id ?? through;
    });
  }
}

/** Those after an event, in order; without one and with a time, from the first that happened at or after it. @throws {GatewayError} NOT_FOUND */
export const eventsAfter = async (
  tx: EntityManager,
  authority: string,
  after: string | undefined,
  limit: number,
  since?: Date,
): Promise<readonly EventView[]> => {
  const { txid, seq } =
    after !== undefined
      ? await placeOf(tx, authority, after)
      : since === undefined
        ? BEGINNING
        : await placeBefore(tx, authority, since);
  const rows = await tx.query<EventRow[]>(
    // Below the oldest running transaction nothing can appear any more, so a reader with a cursor misses no event.
    `SELECT ${EVENT_COLUMNS} FROM gateway.event
     WHERE authority = $1 AND ${FOLLOWING}
       AND ($5::timestamptz IS NULL OR at >= $5)
     ORDER BY gateway.event.txid, seq LIMIT $4`,
    [authority, txid, seq, limit, since ?? null],
  );
  return rows.map(toEvent);
};

/** Before the first that happened at or after a time: found by that time, and not by going through all that happened before. */
const placeBefore = async (tx: EntityManager, authority: string, since: Date): Promise<Place> => {
  const [first] = await tx.query<Place[]>(
    `WITH later AS MATERIALIZED (SELECT txid, seq FROM gateway.event WHERE authority = $1 AND at >= $2)
     SELECT txid::text, (seq - 1)::text AS seq FROM later ORDER BY later.txid, later.seq LIMIT 1`,
    [authority, since],
  );
  return first ?? BEGINNING;
};

/** @throws {GatewayError} NOT_FOUND */
export const placeOf = async (tx: EntityManager, authority: string, eventId: string): Promise<Place> => {
  const [place] = await tx.query<Place[]>(
    `SELECT txid::text, seq::text FROM gateway.event WHERE authority = $1 AND event_id = $2`,
    [authority, eventId],
  );
  if (place === undefined) throw new GatewayError('NOT_FOUND');
  return place;
};

export const toEvent = (row: EventRow): EventView => ({
  id: row.event_id,
  type: row.type,
  timestamp: row.at.toISOString(),
  data: {
    ...(row.message_id === null ? {} : { messageId: row.message_id }),
    ...(row.referral_id === null ? {} : { referralId: row.referral_id }),
    ...(row.case_id === null ? {} : { caseId: row.case_id }),
    ...(row.message_type === null ? {} : { messageType: row.message_type }),
    ...(row.delivery_number === null ? {} : { deliveryNumber: Number(row.delivery_number) }),
    ...(row.code === null ? {} : { code: row.code }),
  },
});
