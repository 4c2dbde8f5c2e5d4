import type { MigrationInterface, QueryRunner } from 'typeorm';

const separated = ['attachment', 'attachment_use', 'attachment_outgoing', 'held_delivery'] as const;

/** Uploads, which referrals need them, what of them is on its way, and deliveries whose attachments are not all here yet. */
export class Attachments1766000000000 implements MigrationInterface {
  readonly name = 'Attachments1766000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.attachment (
        authority text NOT NULL, id uuid NOT NULL, body_digest text NOT NULL,
        length bigint NOT NULL CHECK (length > 0), received bigint NOT NULL CHECK (received BETWEEN 0 AND length),
        expires_at timestamptz NOT NULL,
        -- Encrypted: name, media type, digest, what the scanner said, and the key that the file lies under.
        detail bytea NOT NULL,
        PRIMARY KEY (authority, id));
      CREATE INDEX attachment_expiry ON gateway.attachment (authority, expires_at);

      CREATE TABLE gateway.attachment_use (
        authority text NOT NULL, referral_id uuid NOT NULL, attachment_id uuid NOT NULL,
        PRIMARY KEY (authority, referral_id, attachment_id),
        FOREIGN KEY (authority, referral_id) REFERENCES gateway.referral (authority, id) ON DELETE CASCADE,
        FOREIGN KEY (authority, attachment_id) REFERENCES gateway.attachment (authority, id) ON DELETE CASCADE);
      CREATE INDEX attachment_use_attachment ON gateway.attachment_use (authority, attachment_id);

      CREATE TABLE gateway.attachment_outgoing (
        authority text NOT NULL, message_id uuid NOT NULL, id uuid NOT NULL, attachment_id uuid NOT NULL,
        sha256 text NOT NULL, length bigint NOT NULL,
        -- Encrypted: key and salt of the ciphertext for this recipient. Of no more use once it is carried.
        secret bytea NOT NULL, carried_at timestamptz,
        PRIMARY KEY (authority, message_id, id),
        FOREIGN KEY (authority, message_id) REFERENCES gateway.message (authority, message_id) ON DELETE CASCADE);
      CREATE INDEX attachment_waiting ON gateway.attachment_outgoing (authority, message_id) WHERE carried_at IS NULL;

      CREATE TABLE gateway.held_delivery (
        authority text NOT NULL, message_id uuid NOT NULL, attempt int NOT NULL, since timestamptz NOT NULL,
        due_at timestamptz NOT NULL, tries int NOT NULL DEFAULT 0,
        -- Encrypted: the delivery as it came. Nobody reads it before all of it is here.
        body bytea NOT NULL,
        PRIMARY KEY (authority, message_id, attempt));
      CREATE INDEX held_delivery_due ON gateway.held_delivery (authority, due_at);`);
    for (const table of separated) {
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
    }
  }

  async down(): Promise<void> {
    throw new Error('what was sent and received is never dropped; restore a backup instead');
  }
}
