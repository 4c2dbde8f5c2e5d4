import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether what a backfill became was looked at after it was taken in. Those of before count as such. */
export class SettledBackfills1769905000000 implements MigrationInterface {
  readonly name = 'SettledBackfills1769905000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE gateway.backfill ADD COLUMN settled boolean NOT NULL DEFAULT true`);
  }

  async down(): Promise<void> {
    throw new Error('what was not looked at yet would be taken for settled; restore a backup instead');
  }
}
