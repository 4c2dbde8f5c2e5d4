import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What administrators said of staff and have said otherwise since: `gateway.staff` has the newest, on whose word somebody acted before stands here. */
export class StaffStatements1769800000000 implements MigrationInterface {
  readonly name = 'StaffStatements1769800000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.staff_statement (
        authority text NOT NULL, id uuid NOT NULL, stated_at timestamptz NOT NULL, statement text NOT NULL,
        PRIMARY KEY (authority, id, stated_at));
      ALTER TABLE gateway.staff_statement ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.staff_statement FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.staff_statement
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
  }

  async down(): Promise<void> {
    throw new Error('it says on whose word people acted; restore a backup instead');
  }
}
