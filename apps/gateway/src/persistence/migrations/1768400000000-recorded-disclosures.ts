import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Disclosures that an authority made outside Delge: what it recorded of them, and what the exchange said of that. */
export class RecordedDisclosures1768400000000 implements MigrationInterface {
  readonly name = 'RecordedDisclosures1768400000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.recorded_disclosure (
        authority text NOT NULL, id uuid NOT NULL, message_id uuid NOT NULL, case_id uuid NOT NULL, recipient text NOT NULL,
        body_digest text NOT NULL, outcome text NOT NULL, state text NOT NULL,
        disclosed_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
        -- Body, assessments, verdict and statement, encrypted at rest; empty: it was erased.
        detail bytea NOT NULL,
        entry_id uuid, notice text, blind text, proof text, erased_at timestamptz,
        txid xid8 NOT NULL DEFAULT pg_current_xact_id(), seq bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (authority, id), UNIQUE (authority, message_id),
        CHECK (outcome IN ('permit', 'assess', 'deny')),
        CHECK (state IN ('accepted', 'quarantined', 'discarded', 'logged')),
        CHECK (num_nulls(entry_id, notice, blind, proof) IN (0, 4)),
        CHECK (disclosed_at <= recorded_at));
      CREATE INDEX recorded_disclosure_order ON gateway.recorded_disclosure (authority, txid, seq);
      CREATE INDEX recorded_disclosure_case ON gateway.recorded_disclosure (authority, case_id);
      ALTER TABLE gateway.recorded_disclosure ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.recorded_disclosure FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.recorded_disclosure
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
    await db.query(TELL);
  }

  async down(): Promise<void> {
    throw new Error('what was disclosed stands here and nowhere else; restore a backup instead');
  }
}

/** As in `EventsOfMessages1768000001000`. */
const TELL = `
  CREATE FUNCTION gateway.tell_of_recorded_disclosure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
  BEGIN
    PERFORM gateway.tell(NEW.authority, 'record.' || NEW.state, NEW.message_id::text, NEW.changed_at, NEW.message_id, NEW.id, NEW.case_id,
      'recorded-disclosure/1', NULL, NEW.outcome);
    RETURN NULL;
  END $$;
  CREATE TRIGGER tell_first AFTER INSERT ON gateway.recorded_disclosure FOR EACH ROW
    EXECUTE FUNCTION gateway.tell_of_recorded_disclosure();
  CREATE TRIGGER tell_next AFTER UPDATE OF state ON gateway.recorded_disclosure FOR EACH ROW
    WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION gateway.tell_of_recorded_disclosure();`;
