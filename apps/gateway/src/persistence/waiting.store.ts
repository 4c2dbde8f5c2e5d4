import type { ListWaitingQueryDto, MessageState } from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import type { GivenAnotherWay, GivenStore, WaitingMessage, WaitingStore } from '../application/ports/waiting.js';
import { CLOCK_MS } from '../domain/deadlines.js';
import { asAuthority } from './authority-transaction.js';
import { cursorOf } from './rows.js';

interface WaitingRow {
  readonly message_id: string;
  readonly referral_id: string;
  readonly case_id: string;
  readonly type: string;
  readonly recipient: string;
  readonly function: string;
  readonly state: MessageState;
  readonly clock: WaitingMessage['clock'];
  readonly submitted_at: Date;
  readonly due_at: Date;
  readonly expires_at: Date | null;
  readonly is_here: boolean;
  readonly cursor: string;
}
interface GivenRow {
  readonly message_id: string;
  readonly how: GivenAnotherWay['how'];
  readonly office: string;
  readonly given_at: Date;
  readonly marked_at: Date;
}

/** What was accepted and is not released, or lies in quarantine, and what was given another way. */
export class PostgresWaitingStore implements WaitingStore, GivenStore {
  constructor(private readonly dataSource: DataSource) {}

  list(authority: string, { after, limit }: ListWaitingQueryDto): Promise<readonly WaitingMessage[]> {
    const [rank, due] = cursorOf(after);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<WaitingRow[]>(
        `SELECT waiting.*, rank || '.' || place AS cursor FROM (
           SELECT due.*, (extract(epoch FROM due_at) * 1000)::bigint * 1000000 + tie AS place FROM (
             SELECT m.message_id, m.referral_id, r.case_id, r.type, m.recipient, m.function, m.state,
               coalesce(m.clock, 'none') AS clock, r.submitted_at, m.expires_at,
               CASE m.clock WHEN 'genast' THEN 0 WHEN 'skyndsamt' THEN 1 ELSE 2 END AS rank,
               date_trunc('milliseconds', least(m.expires_at, r.submitted_at + CASE m.clock
                 WHEN 'genast' THEN $2::float8 * interval '1 ms' WHEN 'skyndsamt' THEN $3::float8 * interval '1 ms' END)) AS due_at,
               -- Those of one referral are due at once: each has a place of its own, so that a page may end between them.
               ('x' || substr(m.message_id::text, 1, 5))::bit(20)::int % 1000000 AS tie,
               EXISTS (SELECT FROM gateway.outbox o WHERE o.id = m.outbox_id AND o.published_at IS NULL AND o.attempts = 0) AS is_here
             FROM gateway.message m JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
             WHERE m.authority = $1 AND m.erased_at IS NULL
               AND (m.state = 'accepted' OR m.state = 'awaiting-key' OR m.state = 'quarantined'
                 OR m.state = 'delivery-quarantined')) due) waiting
         WHERE (rank, place) > ($4::bigint, $5::bigint) ORDER BY rank, place LIMIT $6`,
        [authority, CLOCK_MS['genast'], CLOCK_MS['skyndsamt'], rank, after === undefined ? -1 : due, limit],
      );
      return rows.map((row) => ({
        messageId: row.message_id,
        referralId: row.referral_id,
        caseId: row.case_id,
        type: row.type,
        recipient: row.recipient,
        function: row.function,
        state: row.state,
        clock: row.clock,
        submittedAt: row.submitted_at,
        dueAt: row.due_at,
        ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
        isHere: row.is_here,
        cursor: row.cursor,
      }));
    });
  }

  given(authority: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, GivenAnotherWay>> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<GivenRow[]>(
        `SELECT * FROM gateway.given_another_way WHERE authority = $1 AND message_id = ANY($2::uuid[])`,
        [authority, messageIds],
      );
      return new Map(
        rows.map(({ message_id: id, how, office, given_at: at, marked_at: markedAt }) => [
          id,
          { how, office, at, markedAt },
        ]),
      );
    });
  }
}

/** In the transaction that keeps it from being sent. */
export const noteGiven = async (
  tx: EntityManager,
  authority: string,
  messageId: string,
  { how, office, at, markedAt }: GivenAnotherWay,
): Promise<void> => {
  await tx.query(
    `INSERT INTO gateway.given_another_way (authority, message_id, how, office, given_at, marked_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [authority, messageId, how, office, at, markedAt],
  );
};
