import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is an auditor's own: entries that name the auditor, as the log has them, and questions kept for another day. */
export class ConsoleOwn1769650000001 implements MigrationInterface {
  readonly name = 'ConsoleOwn1769650000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Of the log alone: followed anew, each stands as it stood.
      CREATE TABLE console.own_entry (
        index bigint PRIMARY KEY, entry_id uuid NOT NULL, auditor text NOT NULL, assignment uuid NOT NULL, kind text NOT NULL,
        shown bigint, at timestamptz NOT NULL);
      CREATE INDEX own_entry_of ON console.own_entry (auditor, at);
      CREATE INDEX own_entry_id ON console.own_entry (entry_id);
      CREATE TABLE console.saved_search (
        id uuid PRIMARY KEY, auditor text NOT NULL, assignment uuid NOT NULL, name text NOT NULL, query text NOT NULL,
        UNIQUE (auditor, assignment, name));
      GRANT SELECT, INSERT, UPDATE ON console.own_entry TO delge_console;
      GRANT SELECT, INSERT, UPDATE, DELETE ON console.saved_search TO delge_console;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE console.own_entry, console.saved_search`);
  }
}
