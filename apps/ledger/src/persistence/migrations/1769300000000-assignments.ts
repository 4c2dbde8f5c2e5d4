import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What participants have stated about who may read, exact characters, each taken into the log by the entry named. */
export class Assignments1769300000000 implements MigrationInterface {
  readonly name = 'Assignments1769300000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE ledger.assignment (
        assignment uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('assignment-granted', 'assignment-ended')),
        statement text NOT NULL, entry_id uuid NOT NULL UNIQUE, taken_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (assignment, kind));
      CREATE TRIGGER assignment_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.assignment
        FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
      GRANT SELECT, INSERT ON ledger.assignment TO delge_ledger;`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
