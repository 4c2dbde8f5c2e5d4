import type { DataSource, EntityManager } from 'typeorm';
import type { Outgoing } from '../application/ports/outgoing.js';
import type {
  NewRetraction,
  ReceivedRetraction,
  RetractionStore,
  StoredRetraction,
} from '../application/ports/retraction.js';
import { GatewayError } from '../domain/errors.js';
import { alone, asAuthority } from './authority-transaction.js';
import { isDisclosed } from '../domain/message-state.js';
import type { Outbox } from './outbox.js';
import { RecentOutlines } from './recent-outlines.js';
import type { MessageRow } from './rows.js';
import { noteGiven } from './waiting.store.js';

interface GivenRow {
  readonly message_id: string;
  readonly retraction_id: string;
  readonly reason: StoredRetraction['reason'];
  readonly statement: string;
  readonly at: Date;
}

/** Retractions that authorities hosted here gave, and that they received. */
export class PostgresRetractionStore implements RetractionStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly recent = new RecentOutlines(),
  ) {}

  given(authority: string, messageIds: readonly string[]): Promise<readonly StoredRetraction[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<GivenRow[]>(
        `SELECT message_id, retraction_id, reason, statement, at FROM gateway.retraction
         WHERE authority = $1 AND message_id = ANY($2::uuid[])`,
        [authority, messageIds],
      );
      return rows.map((row) => ({
        messageId: row.message_id,
        retractionId: row.retraction_id,
        reason: row.reason,
        statement: row.statement,
        at: row.at,
      }));
    });
  }

  async give(
    authority: string,
    retractions: readonly NewRetraction[],
    outgoing: readonly Outgoing[],
    again: readonly Outgoing[] = [],
  ): Promise<boolean> {
    const given = await asAuthority(this.dataSource, authority, async (tx) => {
      const held = await locked(
        tx,
        authority,
        retractions.map(({ messageId }) => messageId),
      );
      if (retractions.some((one) => held.get(one.messageId)?.attempt !== one.attempt)) return false;
      for (const [place, one] of retractions.entries()) {
        // Before it has left there is nothing to take back at anybody's.
        const { state, outbox_id: waits } = held.get(one.messageId) ?? {};
        if (one.given !== undefined) {
          if (state === undefined || isDisclosed(state)) throw new GatewayError('TOO_LATE');
          await noteGiven(tx, authority, one.messageId, one.given);
        }
        const stays =
          state === 'accepted' && typeof waits === 'string' && (await this.outbox.takeBack(tx, [waits])).length === 1;
        // Of one that waits for a key no further attempt is made.
        if (stays || state === 'awaiting-key') await withdraw(tx, authority, one.messageId, one.at);
        if (stays) continue;
        const rows = await tx.query<unknown[]>(
          `INSERT INTO gateway.retraction (authority, message_id, retraction_id, reason, statement, at)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1`,
          [authority, one.messageId, one.retractionId, one.reason, one.statement, one.at],
        );
        const next = outgoing[place];
        if (rows.length === 1 && next !== undefined) await this.outbox.add(tx, [next]);
        if (rows.length === 1) continue;
        // Somebody else gave one meanwhile.
        const same = await tx.query<unknown[]>(
          `SELECT 1 FROM gateway.retraction WHERE authority = $1 AND message_id = $2 AND reason = $3`,
          [authority, one.messageId, one.reason],
        );
        if (same.length === 0) throw new GatewayError('RETRACTION_EXISTS');
      }
      if (again.length > 0) await this.outbox.add(tx, again);
      return true;
    });
    for (const { messageId } of retractions) this.recent.forget(authority, messageId);
    this.outbox.wake();
    return given;
  }

  receive(authority: string, one: ReceivedRetraction): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await alone(tx, one.messageId);
      // What its authority decided to erase is not kept in what comes late about it either.
      const rows = await tx.query<unknown[]>(
        `INSERT INTO gateway.received_retraction (authority, message_id, sender, attempt, jwe_sha256, retraction_id, reason, statement,
           notice, blind, proof, at, received_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
           WHERE NOT EXISTS (SELECT FROM gateway.erasure WHERE authority = $1 AND message_id = $2)
         ON CONFLICT DO NOTHING RETURNING 1`,
        [
          authority,
          one.messageId,
          one.sender,
          one.attempt,
          one.jweSha256,
          one.retractionId,
          one.reason,
          one.statement,
          one.notice,
          one.blind,
          one.proof,
          one.at,
          one.receivedAt,
        ],
      );
      return rows.length === 1;
    });
  }

  received(authority: string, messageIds: readonly string[]): Promise<readonly ReceivedRetraction[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<
        (GivenRow &
          Record<'sender' | 'jwe_sha256' | 'notice' | 'blind' | 'proof', string> & {
            attempt: number;
            received_at: Date;
          })[]
      >(
        // Of the delivery as it was sealed: what names another is of no message here.
        `SELECT r.* FROM gateway.received_retraction r JOIN gateway.delivery d
           USING (authority, message_id, sender, attempt, jwe_sha256)
         WHERE r.authority = $1 AND r.message_id = ANY($2::uuid[])`,
        [authority, messageIds],
      );
      return rows.map((row) => ({
        messageId: row.message_id,
        sender: row.sender,
        attempt: row.attempt,
        jweSha256: row.jwe_sha256,
        retractionId: row.retraction_id,
        reason: row.reason,
        statement: row.statement,
        notice: row.notice,
        blind: row.blind,
        proof: row.proof,
        at: row.at,
        receivedAt: row.received_at,
      }));
    });
  }
}

/** Locks them, in one order whoever asks. */
const locked = async (
  tx: EntityManager,
  authority: string,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, Pick<MessageRow, 'state' | 'attempt' | 'outbox_id'>>> => {
  const rows = await tx.query<MessageRow[]>(
    `SELECT message_id, state, attempt, outbox_id FROM gateway.message
     WHERE authority = $1 AND message_id = ANY($2::uuid[]) ORDER BY message_id FOR UPDATE`,
    [authority, messageIds],
  );
  return new Map(rows.map((row) => [row.message_id, row]));
};

const withdraw = async (tx: EntityManager, authority: string, messageId: string, at: Date): Promise<void> => {
  await tx.query(
    `UPDATE gateway.message SET state = 'withdrawn', changed_at = $3 WHERE authority = $1 AND message_id = $2`,
    [authority, messageId, at],
  );
};

/** Locks nothing: within a transaction that holds the message. @returns whether its sender takes it back */
export const isRetracted = async (tx: EntityManager, authority: string, messageId: string): Promise<boolean> => {
  const rows = await tx.query<unknown[]>(`SELECT FROM gateway.retraction WHERE authority = $1 AND message_id = $2`, [
    authority,
    messageId,
  ]);
  return rows.length > 0;
};
