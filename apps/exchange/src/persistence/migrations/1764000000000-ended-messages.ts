import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Not only what was fetched has ended: the sealed copies of refused and expired messages had no day on which they go. */
export class EndedMessages1764000000000 implements MigrationInterface {
  readonly name = 'EndedMessages1764000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE exchange.message RENAME COLUMN fetched_at TO ended_at;
      UPDATE exchange.message SET ended_at = now() WHERE ended_at IS NULL AND state IN ('refused', 'expired');
      DROP INDEX exchange.message_kept;
      CREATE INDEX message_kept ON exchange.message (ended_at) WHERE jwe IS NOT NULL AND ended_at IS NOT NULL;`);
  }

  async down(): Promise<void> {
    throw new Error('what was decided is never dropped; restore a backup instead');
  }
}
