import type { DataSource } from 'typeorm';
import type { Outgoing, ReceivedRetraction, RetractionStore, StoredRetraction } from '../application/ports.js';
import { GatewayError } from '../domain/errors.js';
import { alone, asAuthority } from './authority-transaction.js';
import type { Outbox } from './outbox.js';

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
    retractions: readonly StoredRetraction[],
    outgoing: readonly Outgoing[],
  ): Promise<void> {
    await asAuthority(this.dataSource, authority, async (tx) => {
      for (const [place, one] of retractions.entries()) {
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
    });
    this.outbox.wake();
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
