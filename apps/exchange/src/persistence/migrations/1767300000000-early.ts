import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Statements that overtook what they speak of, until it is here. */
export class Early1767300000000 implements MigrationInterface {
  readonly name = 'Early1767300000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE exchange.early (
        -- SHA-256 over type, account and body: however often it comes, it waits once.
        digest bytea PRIMARY KEY, type text NOT NULL, user_id text NOT NULL, body bytea NOT NULL,
        -- The message that a retraction takes back: it is not released while this waits.
        sender text, message_id uuid,
        at timestamptz NOT NULL, tried_at timestamptz NOT NULL);
      CREATE INDEX early_tried ON exchange.early (tried_at);
      CREATE INDEX early_takes_back ON exchange.early (message_id) WHERE message_id IS NOT NULL;
      GRANT SELECT, INSERT, UPDATE, DELETE ON exchange.early TO delge_exchange;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE exchange.early`);
  }
}
