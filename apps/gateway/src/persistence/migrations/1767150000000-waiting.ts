import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What waits to be released, by the clock that its ground sets; and what was given another way instead. Codes and times alone. */
export class Waiting1767150000000 implements MigrationInterface {
  readonly name = 'Waiting1767150000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Of the forecast verdict. Absent for what was sent before: as \`none\`.
      ALTER TABLE gateway.message ADD COLUMN clock text;
      CREATE INDEX message_quarantined ON gateway.message (authority) WHERE state = 'quarantined';
      CREATE TABLE gateway.given_another_way (
        authority text NOT NULL, message_id uuid NOT NULL, how text NOT NULL, office text NOT NULL, given_at timestamptz NOT NULL,
        marked_at timestamptz NOT NULL,
        PRIMARY KEY (authority, message_id),
        FOREIGN KEY (authority, message_id) REFERENCES gateway.message (authority, message_id) ON DELETE CASCADE);
      ALTER TABLE gateway.given_another_way ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.given_another_way FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.given_another_way
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
  }

  async down(): Promise<void> {
    throw new Error('what was given another way is never dropped; restore a backup instead');
  }
}
