import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What waits to be released, by the clock that its ground sets; and what was given another way instead. Codes and times alone. */
export class Waiting1767150000000 implements MigrationInterface {
  readonly name = 'Waiting1767150000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Of the forecast verdict. Absent for what was sent before: as \`none\`.
      ALTER TABLE gateway.message ADD COLUMN clock text;
      CREATE INDEX message_quarantined ON gateway.message (authority) WHERE state = 'quarantined';
      CREATE TABLE gateway.given_another_way (
        authority text NOT NULL, message_id uuid NOT NULL, how text NOT NULL, office text NOT NULL, given_at timestamptz NOT NULL,
        marked_at timestamptz NOT NULL,
        PRIMARY KEY (authority, message_id),
        FOREIGN KEY (authority, message_id) REFERENCES gateway.message (authority, message_id) ON DELETE CASCADE);
      ALTER TABLE gateway.given_another_way ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.given_another_way FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.given_another_way
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
    await db.query(ACCEPT);
  }

  async down(): Promise<void> {
    throw new Error('what was given another way is never dropped; restore a backup instead');
  }
}

/** As before, with the clock. */
const ACCEPT = `
  CREATE OR REPLACE FUNCTION gateway.accept(items json) RETURNS TABLE (n int, taken boolean) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN
      SELECT * FROM json_to_recordset(items) AS item (n int, authority text, id uuid, case_id uuid, type text, phase text,
        body_digest text, body bytea, assessments bytea, version uuid, submitted_at timestamptz, lapses_at timestamptz,
        messages json, outgoing json)
      ORDER BY id
    LOOP
      n := one.n;
      PERFORM set_config('app.authority', one.authority, true);
      INSERT INTO gateway.referral (authority, id, case_id, type, phase, body_digest, body, assessments, version, submitted_at, lapses_at)
        VALUES (one.authority, one.id, one.case_id, one.type, one.phase, one.body_digest, one.body, one.assessments,
          one.version, one.submitted_at, one.lapses_at)
        ON CONFLICT DO NOTHING;
      taken := FOUND;
      IF taken THEN
        INSERT INTO gateway.message (authority, message_id, referral_id, position, recipient, function, state, attempt,
            changed_at, expires_at, outbox_id, manifest_sha256, jwe_sha256, detail, clock)
          SELECT one.authority, m.message_id, one.id, m.position, m.recipient, m.function, m.state, m.attempt,
            m.changed_at, m.expires_at, m.outbox_id, m.manifest_sha256, m.jwe_sha256, m.detail, m.clock
          FROM json_to_recordset(one.messages) AS m (message_id uuid, position int, recipient text, function text, state text,
            attempt int, changed_at timestamptz, expires_at timestamptz, outbox_id uuid, manifest_sha256 text,
            jwe_sha256 text, detail bytea, clock text);
        INSERT INTO gateway.outbox (id, exchange, routing_key, type, body)
          SELECT o.outbox_id, o.exchange, o.routing_key, o.outbox_type, o.outbox_body
          FROM json_to_recordset(one.outgoing) AS o (outbox_id uuid, exchange text, routing_key text, outbox_type text,
            outbox_body bytea);
      END IF;
      RETURN NEXT;
    END LOOP;
  END $$;`;
