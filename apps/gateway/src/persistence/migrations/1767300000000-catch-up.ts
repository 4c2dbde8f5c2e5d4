import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far this gateway has looked for what the exchange told it. */
export class CatchUp1767300000000 implements MigrationInterface {
  readonly name = 'CatchUp1767300000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.caught_up (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), at timestamptz NOT NULL, entry_id uuid NOT NULL);`);
  }

  async down(): Promise<void> {
    throw new Error('nothing is looked for twice; restore a backup instead');
  }
}
