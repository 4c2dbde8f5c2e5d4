import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A rejection is of one ciphertext under one decision. By attempt alone, one forged delivery would have kept the gateway from ever rejecting
 * the genuine one, and the sender from being told.
 */
export class RejectionByDecision1763986400000 implements MigrationInterface {
  readonly name = 'RejectionByDecision1763986400000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.rejection
        ADD COLUMN decision_entry_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        ADD COLUMN jwe_sha256 text NOT NULL DEFAULT '';
      ALTER TABLE gateway.rejection
        ALTER COLUMN decision_entry_id DROP DEFAULT, ALTER COLUMN jwe_sha256 DROP DEFAULT,
        DROP CONSTRAINT rejection_pkey,
        ADD PRIMARY KEY (authority, message_id, attempt, decision_entry_id, jwe_sha256);`);
  }

  async down(): Promise<void> {
    throw new Error('what was rejected is never dropped; restore a backup instead');
  }
}
