import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A correction keeps the time at which it was first submitted; whether it has only been begun is told by a column of its own. */
export class CorrectionNoted1769801000000 implements MigrationInterface {
  readonly name = 'CorrectionNoted1769801000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE gateway.correction ADD COLUMN noted boolean NOT NULL DEFAULT false`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE gateway.correction DROP COLUMN noted`);
  }
}
