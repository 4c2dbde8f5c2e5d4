import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files that auditors take out, part by part as they are made; of one that has ended the row stays, and no part. */
export class ConsoleExports1769650000000 implements MigrationInterface {
  readonly name = 'ConsoleExports1769650000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE console.export (
        id uuid PRIMARY KEY, auditor text NOT NULL, assignment uuid NOT NULL,
        format text NOT NULL CHECK (format IN ('csv', 'csv-comma', 'jsonl', 'evidence', 'count')), query text NOT NULL,
        lang text NOT NULL CHECK (lang IN ('sv', 'en')),
        state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'made', 'refused', 'failed', 'ended')),
        asked_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, expected bigint,
        -- The checkpoint whose log is searched.
        size bigint NOT NULL, root text NOT NULL,
        parts int NOT NULL DEFAULT 0, rows bigint NOT NULL DEFAULT 0, messages uuid[], after_at timestamptz, after_index bigint,
        -- Until then somebody works on it, or it rests.
        taken_until timestamptz, tries int NOT NULL DEFAULT 0,
        entry_id uuid, cover text, file_name text, octets bigint, sha256 text);
      CREATE INDEX export_running ON console.export (asked_at) WHERE state = 'running';
      CREATE INDEX export_of ON console.export (auditor, asked_at);
      -- Compressed and encrypted, with a key that is not in the database.
      CREATE TABLE console.export_part (
        export uuid NOT NULL REFERENCES console.export, part int NOT NULL, sealed bytea NOT NULL, PRIMARY KEY (export, part));
      GRANT SELECT, INSERT, UPDATE ON console.export TO delge_console;
      GRANT SELECT, INSERT, DELETE ON console.export_part TO delge_console;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE console.export_part, console.export`);
  }
}
