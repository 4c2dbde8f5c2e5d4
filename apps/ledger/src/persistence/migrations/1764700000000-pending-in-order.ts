import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Entries are taken a log at a time: one that has nothing to take does not read through all that waits for the other. */
export class PendingInOrder1764700000000 implements MigrationInterface {
  readonly name = 'PendingInOrder1764700000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE ledger.pending DROP CONSTRAINT pending_pkey, ADD PRIMARY KEY (log, id);
      -- Was for row locks. The lock of the log's own row is the one that counts, and a row that is taken is deleted.
      REVOKE UPDATE (inserted_at) ON ledger.pending FROM delge_ledger;`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
