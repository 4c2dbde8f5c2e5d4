import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a sender takes back: one retraction of each message, and an end of its own for what had not been released. */
export class Retractions1766100000000 implements MigrationInterface {
  readonly name = 'Retractions1766100000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE exchange.message DROP CONSTRAINT message_state_check,
        ADD CONSTRAINT message_state_check
          CHECK (state IN ('decided', 'released', 'refused', 'fetched', 'rejected', 'expired', 'withdrawn'));
      CREATE TABLE exchange.retraction (
        sender text NOT NULL, message_id uuid NOT NULL, attempt int NOT NULL, retraction_id uuid NOT NULL,
        statement_sha256 text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (sender, message_id), UNIQUE (sender, retraction_id),
        FOREIGN KEY (sender, message_id, attempt) REFERENCES exchange.message);
      GRANT SELECT, INSERT ON exchange.retraction TO delge_exchange;`);
  }

  async down(): Promise<void> {
    throw new Error('what was decided is never dropped; restore a backup instead');
  }
}
