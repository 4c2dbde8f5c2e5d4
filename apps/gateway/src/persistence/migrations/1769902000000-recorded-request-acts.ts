import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an officer, whoever asked, and then the authority said of a request that was recorded. Of one that a message brought, receipts and messages say it. */
export class RecordedRequestActs1769902000000 implements MigrationInterface {
  readonly name = 'RecordedRequestActs1769902000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.recorded_request_act (
        authority text NOT NULL, id uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('refusal', 'demand', 'decision')),
        at timestamptz NOT NULL, recorded_at timestamptz NOT NULL, system uuid NOT NULL,
        -- Codes.
        reason text, office text,
        -- Who stands behind it, encrypted at rest; empty: nobody does, or what the request says was erased.
        detail bytea NOT NULL,
        PRIMARY KEY (authority, id, kind),
        FOREIGN KEY (authority, id) REFERENCES gateway.recorded_request (authority, id),
        CHECK ((kind = 'refusal') = (reason IS NOT NULL)), CHECK ((kind = 'demand') = (office IS NULL)));
      ALTER TABLE gateway.recorded_request_act ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.recorded_request_act FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.recorded_request_act
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
  }

  async down(): Promise<void> {
    throw new Error('what was said of a request stands here and nowhere else; restore a backup instead');
  }
}
