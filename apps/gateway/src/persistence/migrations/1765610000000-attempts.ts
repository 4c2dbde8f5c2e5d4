import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was sealed to a key that its recipient had lost stays beside the attempt that took its place: it was sent, and what is said of it is still to be told. */
export class Attempts1765610000000 implements MigrationInterface {
  readonly name = 'Attempts1765610000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.earlier_attempt (
        authority text NOT NULL, message_id uuid NOT NULL, attempt int NOT NULL CHECK (attempt >= 1),
        manifest_sha256 text NOT NULL, jwe_sha256 text NOT NULL,
        -- Encrypted: the exact signed manifest and document.
        detail bytea NOT NULL,
        PRIMARY KEY (authority, message_id, attempt),
        FOREIGN KEY (authority, message_id) REFERENCES gateway.message (authority, message_id) ON DELETE CASCADE);
      CREATE INDEX message_awaiting_key ON gateway.message (authority, changed_at) WHERE state = 'awaiting-key';
      ALTER TABLE gateway.earlier_attempt ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.earlier_attempt FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.earlier_attempt
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
  }

  async down(): Promise<void> {
    throw new Error('what was sent is never dropped; restore a backup instead');
  }
}
