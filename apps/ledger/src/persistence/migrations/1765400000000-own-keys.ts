import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The largest keys log that an entry of the ledger's own has named. */
export class OwnKeys1765400000000 implements MigrationInterface {
  readonly name = 'OwnKeys1765400000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE ledger.own_keys (one boolean PRIMARY KEY DEFAULT true CHECK (one), size bigint NOT NULL CHECK (size >= 0));
      INSERT INTO ledger.own_keys (size) VALUES (0);
      GRANT SELECT, UPDATE (size) ON ledger.own_keys TO delge_ledger;`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
