import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each delivery asks whether its message was erased before it arrived. */
export class ErasureByMessage1765200000000 implements MigrationInterface {
  readonly name = 'ErasureByMessage1765200000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE INDEX erasure_message ON gateway.erasure (authority, message_id);`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX gateway.erasure_message;`);
  }
}
