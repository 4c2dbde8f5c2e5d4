import type { DataSource } from 'typeorm';
import type { BackfillStore, NewBackfill } from '../application/ports/backfill.js';
import type { StoredMessage } from '../application/ports/referral.js';
import type { KeyStore } from '../keys/key-store.js';
import { asAuthority } from './authority-transaction.js';
import { MESSAGE_COLUMNS, toMessage } from './rows.js';
import type { MessageRow } from './rows.js';

/** Which referrals of an authority were disclosed anew to a subscriber, and as what. */
export class PostgresBackfillStore implements BackfillStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Pick<KeyStore, 'cipher'>,
  ) {}

  unsettled(authority: string, referralId: string, subscriber: string): Promise<string | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<{ new_referral_id: string }[]>(
        `SELECT new_referral_id FROM gateway.backfill WHERE authority = $1 AND referral_id = $2 AND subscriber = $3 AND NOT settled`,
        [authority, referralId, subscriber],
      );
      return row?.new_referral_id;
    });
  }

  begin(authority: string, { referralId, subscriber, newReferralId }: NewBackfill, at: Date): Promise<string> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await tx.query(
        `INSERT INTO gateway.backfill (authority, referral_id, subscriber, new_referral_id, at, settled) VALUES ($1, $2, $3, $4, $5, false)
         ON CONFLICT DO NOTHING`,
        [authority, referralId, subscriber, newReferralId, at],
      );
      const [row] = await tx.query<{ new_referral_id: string }[]>(
        `SELECT new_referral_id FROM gateway.backfill WHERE authority = $1 AND referral_id = $2 AND subscriber = $3`,
        [authority, referralId, subscriber],
      );
      if (row === undefined) throw new Error('a backfill that was not kept');
      return row.new_referral_id;
    });
  }

  settle(authority: string, { referralId, subscriber }: NewBackfill): Promise<void> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await tx.query(
        `UPDATE gateway.backfill SET settled = true WHERE authority = $1 AND referral_id = $2 AND subscriber = $3`,
        [authority, referralId, subscriber],
      );
    });
  }

  copies(authority: string, referralId: string): Promise<readonly StoredMessage[]> {
    return this.messages(authority, referralId, COPIES, 'id <> $2');
  }

  related(authority: string, referralId: string): Promise<readonly StoredMessage[]> {
    return this.messages(authority, referralId, RELATED, 'true');
  }

  private messages(authority: string, id: string, step: string, which: string): Promise<readonly StoredMessage[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<MessageRow[]>(
        `WITH RECURSIVE family AS (SELECT $2::uuid AS id UNION ${step})
         SELECT ${MESSAGE_COLUMNS} FROM gateway.message m JOIN (
           SELECT id, txid, seq FROM gateway.referral WHERE authority = $1 AND id IN (SELECT id FROM family WHERE ${which})) r ON r.id = m.referral_id
         WHERE m.authority = $1 AND m.erased_at IS NULL ORDER BY r.txid, r.seq, m.position`,
        [authority, id],
      );
      return rows.map((row) => toMessage(row, this.keys.cipher(authority)));
    });
  }
}

const COPIES = `SELECT b.new_referral_id FROM family f JOIN gateway.backfill b ON b.authority = $1 AND b.referral_id = f.id`;
const RELATED = `SELECT CASE b.referral_id WHEN f.id THEN b.new_referral_id ELSE b.referral_id END
  FROM family f JOIN gateway.backfill b ON b.authority = $1 AND (b.referral_id = f.id OR b.new_referral_id = f.id)`;
