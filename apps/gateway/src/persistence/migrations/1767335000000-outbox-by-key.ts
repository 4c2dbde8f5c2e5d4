import { waitingByKeySql } from '#messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What waits is found by queue. The index by time alone stays for processes of before. */
export class OutboxByKey1767335000000 implements MigrationInterface {
  readonly name = 'OutboxByKey1767335000000';
  /** Nobody who writes waits for the index. */
  readonly transaction = false;

  async up(db: QueryRunner): Promise<void> {
    for (const sql of waitingByKeySql('gateway')) await db.query(sql);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX CONCURRENTLY gateway.outbox_waiting_by_key`);
  }
}
