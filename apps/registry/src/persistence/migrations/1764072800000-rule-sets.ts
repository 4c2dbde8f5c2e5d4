import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Released rule sets, exact bytes: whoever has the keys log can ask for what it names by digest. */
export class RuleSets1764072800000 implements MigrationInterface {
  readonly name = 'RuleSets1764072800000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE registry.rule_set (
        sha256 text PRIMARY KEY CHECK (sha256 ~ '^[A-Za-z0-9_-]{43}$'), number integer NOT NULL, bytes bytea NOT NULL,
        at timestamptz NOT NULL DEFAULT now());
      CREATE TRIGGER rule_set_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON registry.rule_set
        FOR EACH STATEMENT EXECUTE FUNCTION registry.refuse_change();
      GRANT SELECT, INSERT ON registry.rule_set TO delge_registry;`);
  }

  async down(): Promise<void> {
    throw new Error('what was released is never dropped; restore a backup instead');
  }
}
