import { suspectRunTableSql } from '#messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deliveries that were begun alone, by whom, and whether they ended. `suspect` stays for processes that were started before this. */
export class SuspectRuns1767260000000 implements MigrationInterface {
  readonly name = 'SuspectRuns1767260000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(suspectRunTableSql('gateway'));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE gateway.suspect_run`);
  }
}
