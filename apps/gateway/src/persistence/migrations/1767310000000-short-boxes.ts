import { shortBoxesSql } from '#messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The outbox keeps nothing that was published, the inbox nothing that is known by another key: a delivery by the key of `gateway.delivery`. */
export class ShortBoxes1767310000000 implements MigrationInterface {
  readonly name = 'ShortBoxes1767310000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(shortBoxesSql('gateway', 'delivery'));
  }

  async down(): Promise<void> {
    throw new Error('the boxes are as before, but for what is not in them');
  }
}
