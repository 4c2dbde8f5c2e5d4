import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ledger's own acts (looks at openings, erasures of them) are entries too, of the `disclosure` log alone. */
export class OwnEntries1764600000000 implements MigrationInterface {
  readonly name = 'OwnEntries1764600000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      GRANT INSERT (log, entry_id, entry, blind, annex) ON ledger.pending TO delge_ledger;
      CREATE POLICY ledger_hands_over ON ledger.pending AS RESTRICTIVE FOR INSERT TO delge_ledger
        WITH CHECK (log = 'disclosure');`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
