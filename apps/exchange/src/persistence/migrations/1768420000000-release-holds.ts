import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What senders hold of a case from a recipient, and what they lifted. */
export class ReleaseHolds1768420000000 implements MigrationInterface {
  readonly name = 'ReleaseHolds1768420000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE exchange.release_hold (
        sender text NOT NULL, case_id uuid NOT NULL, recipient text NOT NULL, number bigint NOT NULL, hold_id uuid NOT NULL,
        code text NOT NULL, statement_sha256 text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (sender, case_id, recipient, number));
      GRANT SELECT, INSERT ON exchange.release_hold TO delge_exchange;`);
  }

  async down(): Promise<void> {
    throw new Error('what was held is never dropped; restore a backup instead');
  }
}
