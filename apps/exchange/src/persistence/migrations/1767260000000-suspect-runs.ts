import { suspectRunTableSql } from '#messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deliveries that were begun alone, by whom, and whether they ended. `suspect` stays for processes that were started before this. */
export class SuspectRuns1767260000000 implements MigrationInterface {
  readonly name = 'SuspectRuns1767260000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(
      `${suspectRunTableSql('exchange')} GRANT SELECT, INSERT, UPDATE, DELETE ON exchange.suspect_run TO delge_exchange;`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE exchange.suspect_run`);
  }
}
