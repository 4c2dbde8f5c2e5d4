import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What fails again and again is set aside, and a retraction takes back one attempt. */
export class EarlyFailures1767320000000 implements MigrationInterface {
  readonly name = 'EarlyFailures1767320000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE exchange.early
        -- How often handling it failed in a way nobody foresaw.
        ADD COLUMN failures int NOT NULL DEFAULT 0,
        -- The attempt that a retraction takes back; unknown of what came before: then it is any.
        ADD COLUMN attempt int;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE exchange.early DROP COLUMN failures, DROP COLUMN attempt`);
  }
}
