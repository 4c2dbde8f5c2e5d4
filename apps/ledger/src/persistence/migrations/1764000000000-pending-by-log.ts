import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each service hands entries to its own log alone: a statement that no reader takes would stop the keys log for everybody, for good. */
export class PendingByLog1764000000000 implements MigrationInterface {
  readonly name = 'PendingByLog1764000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE ledger.pending ENABLE ROW LEVEL SECURITY;
      CREATE POLICY exchange_hands_over ON ledger.pending FOR INSERT TO delge_exchange WITH CHECK (log = 'disclosure');
      CREATE POLICY registry_hands_over ON ledger.pending FOR INSERT TO delge_registry WITH CHECK (log = 'keys');
      CREATE POLICY ledger_takes ON ledger.pending TO delge_ledger USING (true) WITH CHECK (true);`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
