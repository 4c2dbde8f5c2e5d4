import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why a recipient's gateway rejected: an attempt that it could not open may be followed by another, and no other one. */
export class ReceiptReasons1766500000000 implements MigrationInterface {
  readonly name = 'ReceiptReasons1766500000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE exchange.receipt ADD COLUMN reason text`);
  }

  async down(): Promise<void> {
    throw new Error('what was decided is never dropped; restore a backup instead');
  }
}
