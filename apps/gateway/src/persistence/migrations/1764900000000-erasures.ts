import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rows of what was erased stay, emptied: their ids are used, and a message that comes again is known. */
export class ErasuresOfMessages1764900000000 implements MigrationInterface {
  readonly name = 'ErasuresOfMessages1764900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.referral ADD COLUMN erased_at timestamptz;
      ALTER TABLE gateway.message ADD COLUMN erased_at timestamptz;
      ALTER TABLE gateway.delivery ADD COLUMN erased_at timestamptz;
      CREATE TABLE gateway.erasure (
        authority text NOT NULL, decision_id uuid NOT NULL, message_id uuid NOT NULL,
        -- The administrator's decision, the ground for it; and what is told the ledger.
        statement text NOT NULL, report text NOT NULL, erased_at timestamptz NOT NULL, reported_at timestamptz,
        PRIMARY KEY (authority, decision_id));
      CREATE INDEX erasure_unreported ON gateway.erasure (authority) WHERE reported_at IS NULL;
      ALTER TABLE gateway.erasure ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.erasure FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.erasure
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
  }

  async down(): Promise<void> {
    throw new Error('what was erased does not come back');
  }
}
