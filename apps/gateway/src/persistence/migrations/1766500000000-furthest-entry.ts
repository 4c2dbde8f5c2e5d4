import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where in the log the exchange first named the largest size of the keys log that was seen of it. */
export class FurthestEntry1766500000000 implements MigrationInterface {
  readonly name = 'FurthestEntry1766500000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.furthest_entry (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), index numeric(20) NOT NULL, keys_size numeric(20) NOT NULL)`);
  }

  async down(): Promise<void> {
    throw new Error('what was seen is never forgotten; restore a backup instead');
  }
}
