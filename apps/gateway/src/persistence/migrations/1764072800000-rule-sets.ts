import { ruleSetTableSql } from '#operator';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Released rule sets that were fetched: a restart without the registry checks as before. */
export class RuleSets1764072800000 implements MigrationInterface {
  readonly name = 'RuleSets1764072800000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(ruleSetTableSql('gateway'));
  }

  async down(): Promise<void> {
    throw new Error('what was fetched is not dropped; restore a backup instead');
  }
}
