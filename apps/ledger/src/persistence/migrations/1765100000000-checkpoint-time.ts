import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How large a log was at an instant. */
export class CheckpointTime1765100000000 implements MigrationInterface {
  readonly name = 'CheckpointTime1765100000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE INDEX checkpoint_time ON ledger.checkpoint (log, signed_at);`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
