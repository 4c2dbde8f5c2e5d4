import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Personal data that went to the wrong authority, and what the law's clocks say of it. No column holds content: ids, codes, times. */
export class Incidents1766200000000 implements MigrationInterface {
  readonly name = 'Incidents1766200000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.incident (
        authority text NOT NULL, incident_id uuid NOT NULL, message_id uuid NOT NULL,
        side text NOT NULL CHECK (side IN ('sender', 'recipient')), other text NOT NULL, opened_at timestamptz NOT NULL,
        told_at timestamptz,
        txid xid8 NOT NULL DEFAULT pg_current_xact_id(), seq bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (authority, incident_id));
      CREATE INDEX incident_order ON gateway.incident (authority, txid, seq);
      CREATE TABLE gateway.incident_clock (
        authority text NOT NULL, incident_id uuid NOT NULL, clock text NOT NULL CHECK (clock IN ('early-warning', 'notification')),
        due_at timestamptz NOT NULL, alarmed_at timestamptz, met_at timestamptz, code text,
        PRIMARY KEY (authority, incident_id, clock),
        CHECK ((met_at IS NULL) = (code IS NULL)),
        FOREIGN KEY (authority, incident_id) REFERENCES gateway.incident (authority, incident_id));
      CREATE INDEX incident_clock_open ON gateway.incident_clock (authority, due_at) WHERE met_at IS NULL;`);
    for (const table of ['incident', 'incident_clock'])
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
  }

  async down(): Promise<void> {
    throw new Error('an incident has to be documented; restore a backup instead');
  }
}
