import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A message that was discarded has ended; and what one gateway has set aside is bounded: over its quota a body is not kept, and what one must know of it is. */
export class QuarantineEnds1767250000000 implements MigrationInterface {
  readonly name = 'QuarantineEnds1767250000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- All that the constraint of before allows, and one more: no row needs to be looked at.
      ALTER TABLE exchange.message DROP CONSTRAINT message_state_check,
        ADD CONSTRAINT message_state_check CHECK (
          state IN ('decided', 'released', 'refused', 'fetched', 'rejected', 'expired', 'withdrawn', 'discarded')) NOT VALID;
      ALTER TABLE exchange.quarantine
        -- Whether the body is here, or was left out since its gateway has too much here.
        ADD COLUMN kept boolean NOT NULL DEFAULT true,
        -- Of the body; unknown for what was set aside before, whose body says so itself.
        ADD COLUMN bytes int, ADD COLUMN sha256 bytea,
        -- Of the manifest: the attempt, and the digest that (message id, attempt) of its sender stands for.
        ADD COLUMN attempt int, ADD COLUMN recipient text, ADD COLUMN signed bytea;
      CREATE INDEX quarantine_kept ON exchange.quarantine (user_id) WHERE state = 'held' AND kept;
      CREATE INDEX quarantine_message ON exchange.quarantine (message_id) WHERE message_id IS NOT NULL;`);
  }

  async down(): Promise<void> {
    throw new Error('what was set aside is never dropped; restore a backup instead');
  }
}
