import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Registry1763900000000 implements MigrationInterface {
  readonly name = 'Registry1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Statements in the order they stand in the keys log, exact bytes.
      CREATE TABLE registry.statement (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL UNIQUE, kind text NOT NULL,
        entry bytea NOT NULL, at timestamptz NOT NULL DEFAULT now());
      -- Openings of cooperation decisions; the commitment stands in the keys log.
      CREATE TABLE registry.cooperation (
        id uuid PRIMARY KEY, opening bytea NOT NULL, at timestamptz NOT NULL DEFAULT now());
      CREATE FUNCTION registry.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'what was stated is never changed' USING ERRCODE = '42501'; END $$;`);
    for (const table of ['statement', 'cooperation']) {
      await db.query(`
        CREATE TRIGGER ${table}_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON registry.${table}
          FOR EACH STATEMENT EXECUTE FUNCTION registry.refuse_change();`);
    }
    await db.query(`
      GRANT USAGE ON SCHEMA registry TO delge_registry;
      GRANT SELECT, INSERT ON registry.statement, registry.cooperation TO delge_registry;`);
  }

  async down(): Promise<void> {
    throw new Error('what was stated is never dropped; restore a backup instead');
  }
}
