import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was begun is counted before it is handled, so that what stops whoever handles it is set aside too. */
export class EarlyBegun1767340000000 implements MigrationInterface {
  readonly name = 'EarlyBegun1767340000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE exchange.early
        -- How often handling it was begun since it last ended, and when; NULL: nobody has it in hand.
        ADD COLUMN begun int NOT NULL DEFAULT 0, ADD COLUMN begun_at timestamptz;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE exchange.early DROP COLUMN begun, DROP COLUMN begun_at`);
  }
}
