import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who was shown content, when and which (brottsdataförordningen 3:4; lag 2001:454 10 §): ids and codes alone. What was shown cannot be unsaid, by
 * whichever role: a row stays for five years at least, and is never another.
 */
export class AccessLog1768300000000 implements MigrationInterface {
  readonly name = 'AccessLog1768300000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLE);
    await db.query(`
      ALTER TABLE gateway.access_log ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.access_log FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.access_log
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
    await db.query(APPEND_ONLY);
    await db.query(NOTE);
  }

  async down(): Promise<void> {
    throw new Error('who was shown what is never dropped; restore a backup instead');
  }
}

const TABLE = `
  CREATE TABLE gateway.access_log (
    authority text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), seq bigint GENERATED ALWAYS AS IDENTITY,
    system uuid NOT NULL, operation text NOT NULL, message_id uuid, referral_id uuid, attachment_id uuid, case_id uuid,
    -- Indices [from, to) of the disclosure log.
    from_entry bigint, to_entry bigint,
    PRIMARY KEY (authority, at, seq),
    CHECK (num_nonnulls(message_id, referral_id, case_id, from_entry) = 1 OR operation = 'list-cases'),
    CHECK ((from_entry IS NULL) = (to_entry IS NULL)));
  CREATE INDEX access_log_message ON gateway.access_log (authority, message_id, at, seq) WHERE message_id IS NOT NULL;
  CREATE INDEX access_log_referral ON gateway.access_log (authority, referral_id, at, seq) WHERE referral_id IS NOT NULL;`;

const APPEND_ONLY = `
  CREATE FUNCTION gateway.keep_access_log() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '5 years' THEN
      RETURN OLD;
    END IF;
    RAISE EXCEPTION 'gateway.access_log is append-only' USING ERRCODE = 'insufficient_privilege';
  END $$;
  CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON gateway.access_log
    FOR EACH STATEMENT EXECUTE FUNCTION gateway.keep_access_log();
  CREATE TRIGGER kept BEFORE DELETE ON gateway.access_log
    FOR EACH ROW EXECUTE FUNCTION gateway.keep_access_log();
  -- Also in a session that says it is a replica's.
  ALTER TABLE gateway.access_log ENABLE ALWAYS TRIGGER append_only;
  ALTER TABLE gateway.access_log ENABLE ALWAYS TRIGGER kept;`;

/** @returns a row for each that was written; each as its authority, which row security holds it to */
const NOTE = `
  CREATE FUNCTION gateway.note_shown(items json) RETURNS TABLE (n int) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN
      SELECT * FROM json_to_recordset(items) AS item (n int, authority text, system uuid, operation text, message_id uuid,
        referral_id uuid, attachment_id uuid, case_id uuid, from_entry bigint, to_entry bigint)
    LOOP
      n := one.n;
      PERFORM set_config('app.authority', one.authority, true);
      INSERT INTO gateway.access_log (authority, system, operation, message_id, referral_id, attachment_id, case_id, from_entry, to_entry)
        VALUES (one.authority, one.system, one.operation, one.message_id, one.referral_id, one.attachment_id, one.case_id, one.from_entry, one.to_entry);
      RETURN NEXT;
    END LOOP;
  END $$;`;
