import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which referrals were submitted to put a message right: what they name stands encrypted in them. */
export class Corrections1768440000000 implements MigrationInterface {
  readonly name = 'Corrections1768440000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.correction (
        authority text NOT NULL, message_id uuid NOT NULL, referral_id uuid NOT NULL, at timestamptz NOT NULL,
        stopped text CHECK (stopped IN ('formal-obstacle', 'assessment-missing', 'recipient-held')), falls_back boolean NOT NULL,
        PRIMARY KEY (authority, message_id, referral_id));
      -- Those that are still on their way.
      CREATE INDEX correction_falls_back ON gateway.correction (authority, at) WHERE falls_back;
      ALTER TABLE gateway.correction ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.correction FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.correction
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
  }

  async down(): Promise<void> {
    throw new Error('which message a correction puts right is never dropped; restore a backup instead');
  }
}
