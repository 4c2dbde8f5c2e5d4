import type { MigrationInterface, QueryRunner } from 'typeorm';
import { keysSeenTableSql } from '#operator';

/** Who is logged in, as a pseudonym, and how far the console has verified the keys log. */
export class ConsoleLogin1769500000000 implements MigrationInterface {
  readonly name = 'ConsoleLogin1769500000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(
      `${keysSeenTableSql('console')}
      -- Keys are digests of what a browser holds.
      CREATE TABLE console.login_attempt (
        key bytea PRIMARY KEY CHECK (octet_length(key) = 32), attempt jsonb NOT NULL, ends_at timestamptz NOT NULL);
      CREATE TABLE console.login_session (
        key bytea PRIMARY KEY CHECK (octet_length(key) = 32), issuer text NOT NULL,
        auditor text NOT NULL CHECK (auditor ~ '^[A-Za-z0-9_-]{43}$'), begun_at timestamptz NOT NULL, seen_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL);
      GRANT SELECT, INSERT, UPDATE ON console.keys_seen TO delge_console;
      GRANT SELECT, INSERT, DELETE ON console.login_attempt TO delge_console;
      GRANT SELECT, INSERT, UPDATE, DELETE ON console.login_session TO delge_console;`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE console.login_attempt, console.login_session, console.keys_seen`);
  }
}
