import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people did with a message that was set aside, and how often it had been delivered before that. */
export class QuarantineActs1767000000000 implements MigrationInterface {
  readonly name = 'QuarantineActs1767000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- As the broker counts; unknown for what was set aside before it was kept.
      ALTER TABLE exchange.quarantine ADD COLUMN deliveries int CHECK (deliveries >= 1);
      CREATE TABLE exchange.quarantine_act (
        quarantine_id uuid NOT NULL REFERENCES exchange.quarantine, seq bigint GENERATED ALWAYS AS IDENTITY,
        at timestamptz NOT NULL, act text NOT NULL CHECK (act IN ('retry', 'discard')),
        -- Who said to have done it: the operator's people share one secret.
        by text NOT NULL, outcome text NOT NULL,
        PRIMARY KEY (quarantine_id, seq));
      GRANT SELECT, INSERT ON exchange.quarantine_act TO delge_exchange;`);
  }

  async down(): Promise<void> {
    throw new Error('what people did is never dropped; restore a backup instead');
  }
}
