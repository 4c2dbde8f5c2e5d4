import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The exchange tells of its entries itself, after the commit and once for many. PostgreSQL lets one transaction at a time commit that notifies, and each waits
 * for the disk: a hint in every decision's transaction held all of them to a third of what the disk can take.
 */
export class ToldByTheExchange1765600000000 implements MigrationInterface {
  readonly name = 'ToldByTheExchange1765600000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER pending_hint ON ledger.pending;
      -- Others add few entries, and theirs do not wait for a poll either.
      CREATE TRIGGER pending_hint AFTER INSERT ON ledger.pending
        FOR EACH STATEMENT WHEN (current_user <> 'delge_exchange') EXECUTE FUNCTION ledger.hint();`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
