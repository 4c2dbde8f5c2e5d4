import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A report is signed when it is sent: by then the key that would have signed it at the erasure may be revoked. */
export class ErasureReports1765300000000 implements MigrationInterface {
  readonly name = 'ErasureReports1765300000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE gateway.erasure DROP COLUMN report;`);
  }

  async down(): Promise<void> {
    throw new Error('reports that were signed before do not come back');
  }
}
