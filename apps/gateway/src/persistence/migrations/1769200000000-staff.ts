import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * Who of an authority's people may do what, on the word of its participant's administrator, and their sessions. A session is known by the SHA-256 of what the browser
 * holds: who reads the table holds none.
 */
export class Staff1769200000000 implements MigrationInterface {
  readonly name = 'Staff1769200000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.staff (
        authority text NOT NULL, id uuid NOT NULL PRIMARY KEY,
        -- As the issuer knows the person.
        issuer text NOT NULL, subject text NOT NULL,
        -- As the authority does.
        officer text NOT NULL, office text NOT NULL, mandate text NOT NULL CHECK (mandate IN ('delegation', 'statute')),
        scopes text[] NOT NULL, ended boolean NOT NULL,
        -- The administrator's signed words, the newest: the ground for whatever the person does.
        statement text NOT NULL, stated_at timestamptz NOT NULL);
      CREATE UNIQUE INDEX staff_person ON gateway.staff (authority, issuer, subject) WHERE NOT ended;
      CREATE UNIQUE INDEX staff_officer ON gateway.staff (authority, officer) WHERE NOT ended;
      ALTER TABLE gateway.staff ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.staff FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.staff
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));
      CREATE TABLE gateway.login_attempt (
        key bytea PRIMARY KEY CHECK (octet_length(key) = 32), issuer text NOT NULL, state text NOT NULL, nonce text NOT NULL,
        verifier text NOT NULL, return_to text NOT NULL, ends_at timestamptz NOT NULL);
      CREATE INDEX login_attempt_end ON gateway.login_attempt (ends_at);
      CREATE TABLE gateway.session (
        key bytea PRIMARY KEY CHECK (octet_length(key) = 32), issuer text NOT NULL, subject text NOT NULL,
        begun_at timestamptz NOT NULL, seen_at timestamptz NOT NULL, ends_at timestamptz NOT NULL);
      CREATE INDEX session_end ON gateway.session (ends_at);`);
  }

  async down(): Promise<void> {
    throw new Error('it says on whose word people acted; restore a backup instead');
  }
}
