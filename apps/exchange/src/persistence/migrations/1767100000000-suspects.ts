import { suspectTableSql } from '#messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deliveries that were begun alone, and whether they ended. */
export class Suspects1767100000000 implements MigrationInterface {
  readonly name = 'Suspects1767100000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(
      `${suspectTableSql('exchange')} GRANT SELECT, INSERT, UPDATE, DELETE ON exchange.suspect TO delge_exchange;`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE exchange.suspect`);
  }
}
