import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The console's acts (searches, exports) are entries of the `disclosure` log, inserted in the transaction of the act; of the ledger it can do nothing else. */
export class ConsoleHandsOver1769300100000 implements MigrationInterface {
  readonly name = 'ConsoleHandsOver1769300100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      GRANT USAGE ON SCHEMA ledger TO delge_console;
      GRANT INSERT (log, entry_id, entry, blind, annex) ON ledger.pending TO delge_console;
      CREATE POLICY console_hands_over ON ledger.pending FOR INSERT TO delge_console WITH CHECK (log = 'disclosure');`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
