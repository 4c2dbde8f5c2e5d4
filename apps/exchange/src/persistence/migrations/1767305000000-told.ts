import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was released, in the order in which it was: for a gateway that asks what it missed. */
export class Told1767305000000 implements MigrationInterface {
  readonly name = 'Told1767305000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Who is told of a retraction beside its sender, and of which message; of nothing else.
      ALTER TABLE exchange.notice ADD COLUMN recipient text, ADD COLUMN message_id uuid;
      CREATE INDEX delivery_told ON exchange.delivery (recipient, released_at, entry_id);
      CREATE INDEX decision_told ON exchange.decision (sender, released_at, entry_id) WHERE released_at IS NOT NULL;
      CREATE INDEX notice_told ON exchange.notice (gateway, released_at, entry_id) WHERE released_at IS NOT NULL;
      CREATE INDEX notice_retraction_told ON exchange.notice (recipient, released_at, entry_id)
        WHERE recipient IS NOT NULL AND released_at IS NOT NULL;`);
  }

  async down(): Promise<void> {
    throw new Error('what was decided is never dropped; restore a backup instead');
  }
}
