import type { MessageState } from '#contracts';
import type { DataSource } from 'typeorm';
import type { CorrectionStore, NewCorrection, StoredCorrection } from '../application/ports/correction.js';
import type { Stopped } from '../domain/correction.js';
import { asAuthority } from './authority-transaction.js';

interface CorrectionRow {
  readonly message_id: string;
  readonly referral_id: string;
  readonly stopped: Stopped | null;
}

/** Which referrals of an authority put its messages right. */
export class PostgresCorrectionStore implements CorrectionStore {
  constructor(private readonly dataSource: DataSource) {}

  begin(authority: string, { messageId, referralId, fallsBack }: NewCorrection, at: Date): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<unknown[]>(
        `INSERT INTO gateway.correction (authority, message_id, referral_id, at, falls_back) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING RETURNING 1`,
        [authority, messageId, referralId, at, fallsBack],
      );
      return rows.length > 0;
    });
  }

  note(authority: string, { messageId, referralId, stopped, fallsBack }: NewCorrection, at: Date): Promise<void> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await tx.query(
        `INSERT INTO gateway.correction (authority, message_id, referral_id, at, stopped, falls_back, noted) VALUES ($1, $2, $3, $4, $5, $6, true)
         ON CONFLICT (authority, message_id, referral_id) DO UPDATE
           SET stopped = EXCLUDED.stopped, falls_back = EXCLUDED.falls_back, noted = true`,
        [authority, messageId, referralId, at, stopped ?? null, fallsBack],
      );
      if (stopped !== undefined) return;
      await tx.query(`DELETE FROM gateway.correction WHERE authority = $1 AND referral_id = $2 AND message_id <> $3`, [
        authority,
        referralId,
        messageId,
      ]);
    });
  }

  forget(authority: string, { messageId, referralId }: StoredCorrection, at: Date): Promise<void> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await tx.query(
        `DELETE FROM gateway.correction
         WHERE authority = $1 AND message_id = $2 AND referral_id = $3 AND at = $4 AND NOT noted`,
        [authority, messageId, referralId, at],
      );
    });
  }

  ended(authority: string): Promise<readonly NewCorrection[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<(CorrectionRow & { readonly falls_back: boolean })[]>(
        `SELECT c.message_id, c.referral_id, c.stopped, m.state = ANY($2) AND ${isTaken('c')} AND NOT EXISTS (SELECT FROM gateway.correction n
             WHERE n.authority = c.authority AND n.message_id = c.message_id AND n.at > c.at AND n.stopped IS NULL AND ${isTaken('n')}) AS falls_back
         FROM gateway.correction c JOIN gateway.message m USING (authority, referral_id)
         WHERE c.authority = $1 AND c.falls_back AND m.state = ANY($3) ORDER BY c.at, c.referral_id LIMIT ${PAGE}`,
        [authority, FALLEN, [...FALLEN, ...SETTLED]],
      );
      return rows.map((row) => ({ ...toCorrection(row), fallsBack: row.falls_back }));
    });
  }

  settle(authority: string, { messageId, referralId }: StoredCorrection): Promise<void> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await tx.query(
        `UPDATE gateway.correction SET falls_back = false WHERE authority = $1 AND message_id = $2 AND referral_id = $3`,
        [authority, messageId, referralId],
      );
    });
  }

  of(authority: string, messageIds: readonly string[]): Promise<readonly StoredCorrection[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<CorrectionRow[]>(
        `SELECT message_id, referral_id, stopped FROM gateway.correction c
         WHERE authority = $1 AND message_id = ANY($2::uuid[]) AND (stopped IS NOT NULL OR ${isTaken('c')}) ORDER BY at, referral_id`,
        [authority, messageIds],
      );
      return rows.map(toCorrection);
    });
  }
}

const PAGE = 100;
/** Begun is not submitted, and a draft may be replaced by what corrects nothing. */
const isTaken = (correction: string): string =>
  `EXISTS (SELECT FROM gateway.referral r WHERE r.authority = ${correction}.authority AND r.id = ${correction}.referral_id AND r.type LIKE 'correction/%')`;
/** Ended on its way. That its sender withdrew it is its sender's own act. */
const FALLEN: readonly MessageState[] = ['refused', 'rejected', 'expired', 'discarded'];
const SETTLED: readonly MessageState[] = ['fetched', 'acknowledged', 'withdrawn'];

const toCorrection = ({
  message_id: messageId,
  referral_id: referralId,
  stopped,
}: CorrectionRow): StoredCorrection => ({
  messageId,
  referralId,
  ...(stopped === null ? {} : { stopped }),
});
