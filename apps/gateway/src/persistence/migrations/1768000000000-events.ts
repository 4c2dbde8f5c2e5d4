import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What an authority's systems are told of, in one order. Written by the database itself in the transaction of what it tells: nothing that happens can
 * forget to say so, by whichever process, and no process can say anything else. Ids and codes alone. An event's id follows from what happened: told again
 * after a restore it is the same one. What tells is in the migrations after this one, each of which locks one table.
 */
export class Events1768000000000 implements MigrationInterface {
  readonly name = 'Events1768000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    for (const table of ['event', 'event_cursor'])
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
    await db.query(TELL);
    await db.query(NEWEST);
  }

  async down(): Promise<void> {
    throw new Error('systems go on from what they were told; restore a backup instead');
  }
}

const TABLES = `
  CREATE TABLE gateway.event (
    authority text NOT NULL, event_id uuid NOT NULL, type text NOT NULL, at timestamptz NOT NULL, message_id uuid NOT NULL,
    referral_id uuid, case_id uuid, message_type text, delivery_number bigint, code text,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(), seq bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (authority, event_id));
  CREATE INDEX event_order ON gateway.event (authority, txid, seq);
  CREATE INDEX event_at ON gateway.event (authority, at) INCLUDE (txid, seq);
  -- How far each system says that it has come.
  CREATE TABLE gateway.event_cursor (
    authority text NOT NULL, system uuid NOT NULL, event_id uuid NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (authority, system),
    FOREIGN KEY (authority, event_id) REFERENCES gateway.event (authority, event_id));`;

/** RFC 9562, version 8, of a digest of what happened. What was rebuilt after a restore stands under its message's id until its sender sends it again: no system chose that one. */
const TELL = `
  CREATE FUNCTION gateway.tell(told_to text, told_type text, source text, happened timestamptz, message uuid, referral uuid, of_case uuid,
    kind text, number bigint, told_code text) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    digest text := encode(sha256(convert_to(told_to || ' ' || told_type || ' ' || source, 'UTF8')), 'hex');
  BEGIN
    INSERT INTO gateway.event (authority, event_id, type, at, message_id, referral_id, case_id, message_type, delivery_number, code)
      VALUES (told_to, overlay(overlay(left(digest, 32) PLACING '8' FROM 13) PLACING 'a' FROM 17)::uuid,
        told_type, happened, message, nullif(referral, message), of_case, kind, number, told_code)
      ON CONFLICT DO NOTHING;
  END $$;
  REVOKE EXECUTE ON FUNCTION gateway.tell FROM PUBLIC;`;

/** @returns of each authority its newest event that a reader can see */
const NEWEST = `
  CREATE FUNCTION gateway.newest_events(authorities text[]) RETURNS TABLE (told_to text, newest uuid) LANGUAGE plpgsql AS $$
  BEGIN
    FOREACH told_to IN ARRAY authorities LOOP
      PERFORM set_config('app.authority', told_to, true);
      SELECT e.event_id INTO newest FROM gateway.event e
        WHERE e.authority = told_to AND e.txid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY e.txid DESC, e.seq DESC LIMIT 1;
      RETURN NEXT;
    END LOOP;
  END $$;`;
