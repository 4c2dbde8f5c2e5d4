import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was seen once in the keys log and was not this gateway's is warned of until people have looked, over restarts too. */
export class ForeignKeys1765400000000 implements MigrationInterface {
  readonly name = 'ForeignKeys1765400000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(
      `CREATE TABLE gateway.foreign_key (kid text PRIMARY KEY, seen_at timestamptz NOT NULL DEFAULT clock_timestamp());`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE gateway.foreign_key;`);
  }
}
