import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far this gateway has looked for what the exchange told it. */
export class CatchUp1767300000000 implements MigrationInterface {
  readonly name = 'CatchUp1767300000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.caught_up (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), at timestamptz NOT NULL, entry_id uuid NOT NULL);`);
    await db.query(ACCEPT);
  }

  async down(): Promise<void> {
    throw new Error('nothing is looked for twice; restore a backup instead');
  }
}

/** As before; `taken` is null, and nothing is changed, when a message of it was sent before a restore. */
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
      -- Given back after a restore: it is not sent again, and whoever asked takes it up alone.
      IF EXISTS (SELECT FROM gateway.message m JOIN json_to_recordset(one.messages) AS o (message_id uuid) USING (message_id)
          WHERE m.authority = one.authority AND m.referral_id = m.message_id) THEN
        taken := NULL;
        RETURN NEXT;
        CONTINUE;
      END IF;
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
