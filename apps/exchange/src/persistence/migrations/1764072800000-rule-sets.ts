import { ruleSetTableSql } from '#operator';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Released rule sets that were fetched: a restart without the registry decides as before. */
export class RuleSets1764072800000 implements MigrationInterface {
  readonly name = 'RuleSets1764072800000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${ruleSetTableSql('exchange')}
      GRANT SELECT, INSERT ON exchange.rule_set TO delge_exchange;`);
  }

  async down(): Promise<void> {
    throw new Error('decisions stand on what was fetched; restore a backup instead');
  }
}
