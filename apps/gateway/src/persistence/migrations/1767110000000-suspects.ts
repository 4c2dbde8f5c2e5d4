import { suspectTableSql } from '#messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deliveries that were begun alone, and whether they ended. */
export class Suspects1767110000000 implements MigrationInterface {
  readonly name = 'Suspects1767110000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(suspectTableSql('gateway'));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE gateway.suspect`);
  }
}
