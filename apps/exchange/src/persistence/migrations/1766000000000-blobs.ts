import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ciphertexts of attachments: what they are for and how much of them is here. The octets lie in the blob store. */
export class Blobs1766000000000 implements MigrationInterface {
  readonly name = 'Blobs1766000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE exchange.blob (
        id uuid PRIMARY KEY, gateway text NOT NULL, sender text NOT NULL, message_id uuid NOT NULL,
        sha256 text NOT NULL, length bigint NOT NULL CHECK (length > 0),
        received bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND length),
        created_at timestamptz NOT NULL,
        -- When all of it was here and its digest was the one announced; nobody reads it before.
        completed_at timestamptz CHECK (completed_at IS NULL OR received = length));
      CREATE INDEX blob_message ON exchange.blob (sender, message_id);
      CREATE INDEX blob_gateway ON exchange.blob (gateway);
      GRANT SELECT, INSERT, DELETE ON exchange.blob TO delge_exchange;
      GRANT UPDATE (received, completed_at) ON exchange.blob TO delge_exchange;`);
  }

  async down(): Promise<void> {
    throw new Error('what was decided is never dropped; restore a backup instead');
  }
}
