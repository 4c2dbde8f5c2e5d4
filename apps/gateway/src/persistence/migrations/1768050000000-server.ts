import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which server of PostgreSQL the numbers of transactions are of: lists are in their order, and another server counts anew (`ownServerSql`). */
export class Server1768050000000 implements MigrationInterface {
  readonly name = 'Server1768050000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.server (one boolean PRIMARY KEY DEFAULT true CHECK (one), identifier text NOT NULL);`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE gateway.server;`);
  }
}
