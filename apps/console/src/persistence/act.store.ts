import type { DataSource } from 'typeorm';
import type { Act, ActStore } from '../application/record-act.js';

/** Acts of auditors: what opens their entries, and the entries on their way into the log. */
export class PostgresActStore implements ActStore {
  constructor(private readonly dataSource: DataSource) {}

  async commit(act: Act, entry: string, blind: Buffer, keysSize: bigint): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      // None names an older keys log than the one before: a key that was revoked meanwhile would count again.
      const [, named] = await tx.query<[unknown, number]>(`UPDATE console.own_keys SET size = $1 WHERE size <= $1`, [
        keysSize.toString(),
      ]);
      if (named === 0) return false;
      const { entryId, auditor, assignment, kind, salt, query, shown, at } = act;
      await tx.query(
        `INSERT INTO console.act (entry_id, auditor, assignment, kind, salt, query, shown, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [entryId, auditor, assignment, kind, salt, query, shown, at],
      );
      await tx.query(`INSERT INTO ledger.pending (log, entry_id, entry, blind) VALUES ('disclosure', $1, $2, $3)`, [
        entryId,
        Buffer.from(entry, 'ascii'),
        blind,
      ]);
      return true;
    });
  }
}
