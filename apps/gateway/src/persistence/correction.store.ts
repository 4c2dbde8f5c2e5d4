import type { DataSource } from 'typeorm';
import type { CorrectionStore, StoredCorrection } from '../application/ports.js';
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

  note(authority: string, { messageId, referralId, stopped }: StoredCorrection, at: Date): Promise<void> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await tx.query(
        `INSERT INTO gateway.correction (authority, message_id, referral_id, at, stopped) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (authority, message_id, referral_id) DO UPDATE SET at = EXCLUDED.at, stopped = EXCLUDED.stopped`,
        [authority, messageId, referralId, at, stopped ?? null],
      );
    });
  }

  of(authority: string, messageIds: readonly string[]): Promise<readonly StoredCorrection[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<CorrectionRow[]>(
        `SELECT message_id, referral_id, stopped FROM gateway.correction
         WHERE authority = $1 AND message_id = ANY($2::uuid[]) ORDER BY at, referral_id`,
        [authority, messageIds],
      );
      return rows.map(({ message_id: messageId, referral_id: referralId, stopped }) => ({
        messageId,
        referralId,
        ...(stopped === null ? {} : { stopped }),
      }));
    });
  }
}
