import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Retractions as signed and as received. Codes, ids and digests: what they are about is read in the message itself. */
export class Retractions1766100000000 implements MigrationInterface {
  readonly name = 'Retractions1766100000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.retraction (
        authority text NOT NULL, message_id uuid NOT NULL, retraction_id uuid NOT NULL, reason text NOT NULL,
        statement text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (authority, message_id),
        FOREIGN KEY (authority, message_id) REFERENCES gateway.message (authority, message_id) ON DELETE CASCADE);
      -- Of what an authority received, or has yet to receive: a retraction may overtake its message.
      CREATE TABLE gateway.received_retraction (
        authority text NOT NULL, message_id uuid NOT NULL, sender text NOT NULL, attempt int NOT NULL, jwe_sha256 text NOT NULL,
        retraction_id uuid NOT NULL, reason text NOT NULL, statement text NOT NULL, notice text NOT NULL, blind text NOT NULL,
        proof text NOT NULL, at timestamptz NOT NULL, received_at timestamptz NOT NULL,
        PRIMARY KEY (authority, message_id, sender));`);
    for (const table of ['retraction', 'received_retraction'])
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
  }

  async down(): Promise<void> {
    throw new Error('what was taken back is never dropped; restore a backup instead');
  }
}
