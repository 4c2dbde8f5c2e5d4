import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What this gateway has seen of the logs as their witness, and what contradicts it. */
export class Witness1764500000000 implements MigrationInterface {
  readonly name = 'Witness1764500000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- The newest checkpoint of each log that was found consistent, c2sp.org/tlog-witness. A gateway without this memory does not cosign.
      CREATE TABLE gateway.witnessed (
        origin text PRIMARY KEY, size numeric(20) NOT NULL, root text NOT NULL, note text NOT NULL,
        at timestamptz NOT NULL DEFAULT now());
      -- Two checkpoints signed by one log that do not fit together: each with its proof of having been signed.
      CREATE TABLE gateway.log_fork (
        digest text PRIMARY KEY, origin text NOT NULL,
        code text NOT NULL CHECK (code IN ('FORKED', 'INCONSISTENT')), held text NOT NULL, offered text NOT NULL,
        at timestamptz NOT NULL DEFAULT now());`);
  }

  async down(): Promise<void> {
    throw new Error('what a witness has seen is never dropped; restore a backup instead');
  }
}
