import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a sender waits for, and since when. Codes and times alone: an alarm about it holds nothing that needs secrecy. */
export class Dues1765500000000 implements MigrationInterface {
  readonly name = 'Dues1765500000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.due (
        authority text NOT NULL, message_id uuid NOT NULL, what text NOT NULL,
        -- Either may come first: a receipt overtakes the news of the release that it is for.
        due_at timestamptz, met_at timestamptz, alarmed_at timestamptz,
        PRIMARY KEY (authority, message_id, what),
        FOREIGN KEY (authority, message_id) REFERENCES gateway.message (authority, message_id) ON DELETE CASCADE);
      CREATE INDEX due_open ON gateway.due (authority, due_at) WHERE met_at IS NULL;
      ALTER TABLE gateway.due ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.due FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.due
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE gateway.due;`);
  }
}
