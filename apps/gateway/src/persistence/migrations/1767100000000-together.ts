import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a gateway does for each message, for as many as are in hand, in one statement. Each item is done as its authority: row security holds each statement in
 * here to it, and the setting ends with the transaction. Items are done in one order everywhere, so that two processes wait for each other and do not block.
 * Functions have the rights of their caller.
 */
export class Together1767100000000 implements MigrationInterface {
  readonly name = 'Together1767100000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(HOLDS);
    await db.query(ACCEPT);
    await db.query(TAKEN);
    await db.query(RECEIVE);
    await db.query(OUTLINE);
    await db.query(RECORD);
  }

  async down(): Promise<void> {
    throw new Error('services ask by these functions; restore a backup instead');
  }
}

/** @returns one row for each referral whose id is in use, whatever became of it */
const HOLDS = `
  CREATE FUNCTION gateway.holds(items json) RETURNS TABLE (n int) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN SELECT * FROM json_to_recordset(items) AS item (n int, authority text, id uuid) LOOP
      n := one.n;
      PERFORM set_config('app.authority', one.authority, true);
      IF EXISTS (SELECT FROM gateway.referral r WHERE r.authority = one.authority AND r.id = one.id) THEN
        RETURN NEXT;
      END IF;
    END LOOP;
  END $$;`;

/**
 * @returns of each referral whether it was taken, with its messages and what leaves: false, and nothing is changed, when its id is in use; null, likewise, when a
 * message of it was sent before a restore
 */
const ACCEPT = `
  CREATE FUNCTION gateway.accept(items json) RETURNS TABLE (n int, taken boolean) LANGUAGE plpgsql AS $$
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

/** @returns of each delivery that was taken what comes later must agree with */
const TAKEN = `
  CREATE FUNCTION gateway.taken(items json) RETURNS TABLE (n int, attempt int, sender text, jwe_sha256 text,
    decision_entry_id uuid) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN SELECT * FROM json_to_recordset(items) AS item (n int, authority text, message_id uuid) LOOP
      PERFORM set_config('app.authority', one.authority, true);
      RETURN QUERY
        SELECT one.n, d.attempt, d.sender, d.jwe_sha256, d.decision_entry_id FROM gateway.delivery d
        WHERE d.authority = one.authority AND d.message_id = one.message_id;
    END LOOP;
  END $$;`;

/** @returns for each delivery what became of it: `received`, `known`, `erased` before it came, or `id-reuse`; stored in the order of each case, in which systems read it */
const RECEIVE = `
  CREATE FUNCTION gateway.receive(items json) RETURNS TABLE (n int, outcome text) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
    claimed bytea;
  BEGIN
    -- One at a time per message, until the transaction ends: what is received is not rejected or erased meanwhile. Locked in one order by whoever locks several.
    PERFORM pg_advisory_xact_lock(hashtextextended(item.message_id::text, 0))
      FROM (SELECT DISTINCT message_id FROM json_to_recordset(items) AS given (message_id uuid) ORDER BY message_id) item;
    FOR one IN
      SELECT * FROM json_to_recordset(items) AS item (n int, authority text, message_id uuid, attempt int, sender text,
        case_id uuid, type text, function text, delivery_number bigint, received_at timestamptz, jwe_sha256 text,
        decision_entry_id uuid, detail bytea, digest bytea, receipt_id uuid, receipt_kind text, receipt text,
        receipt_detail bytea, receipt_at timestamptz, outbox_id uuid, exchange text, routing_key text,
        outbox_type text, outbox_body bytea)
      ORDER BY case_id, delivery_number, attempt
    LOOP
      n := one.n;
      PERFORM set_config('app.authority', one.authority, true);
      -- The sender has a signed receipt, or will have, that it was not taken: it stays so (design.md I1).
      IF EXISTS (SELECT FROM gateway.rejection r WHERE r.authority = one.authority AND r.message_id = one.message_id
          AND r.attempt = one.attempt AND r.decision_entry_id = one.decision_entry_id AND r.jwe_sha256 = one.jwe_sha256) THEN
        outcome := 'known';
        RETURN NEXT;
        CONTINUE;
      END IF;
      -- Its authority decided that nothing of it is kept, before it arrived. What had arrived is known by its row.
      IF EXISTS (SELECT FROM gateway.erasure e WHERE e.authority = one.authority AND e.message_id = one.message_id)
          AND NOT EXISTS (SELECT FROM gateway.delivery d WHERE d.authority = one.authority AND d.message_id = one.message_id) THEN
        outcome := 'erased';
        RETURN NEXT;
        CONTINUE;
      END IF;
      -- Inbox and replay key are (message id, attempt); two manifests under one of them are two different things.
      INSERT INTO gateway.inbox (consumer, message_id, digest)
        VALUES ('delivery', one.message_id || '.' || one.attempt, one.digest) ON CONFLICT DO NOTHING;
      IF NOT FOUND THEN
        SELECT i.digest INTO claimed FROM gateway.inbox i
          WHERE i.consumer = 'delivery' AND i.message_id = one.message_id || '.' || one.attempt;
        outcome := CASE WHEN claimed = one.digest THEN 'known' ELSE 'id-reuse' END;
        RETURN NEXT;
        CONTINUE;
      END IF;
      INSERT INTO gateway.delivery (authority, message_id, attempt, sender, case_id, type, function, delivery_number,
          received_at, jwe_sha256, decision_entry_id, detail)
        VALUES (one.authority, one.message_id, one.attempt, one.sender, one.case_id, one.type, one.function,
          one.delivery_number, one.received_at, one.jwe_sha256, one.decision_entry_id, one.detail)
        ON CONFLICT DO NOTHING;
      outcome := CASE WHEN FOUND THEN 'received' ELSE 'known' END;
      IF FOUND THEN
        INSERT INTO gateway.delivery_receipt (authority, message_id, kind, receipt_id, receipt, detail, at)
          VALUES (one.authority, one.message_id, one.receipt_kind, one.receipt_id, one.receipt, one.receipt_detail, one.receipt_at);
        INSERT INTO gateway.outbox (id, exchange, routing_key, type, body)
          VALUES (one.outbox_id, one.exchange, one.routing_key, one.outbox_type, one.outbox_body);
      END IF;
      RETURN NEXT;
    END LOOP;
  END $$;`;

/** @returns of each message that is there what stands beside its secret part */
const OUTLINE = `
  CREATE FUNCTION gateway.outline(items json) RETURNS TABLE (n int, type text, recipient text, state text, attempt int,
    manifest_sha256 text, jwe_sha256 text, erased_at timestamptz) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN SELECT * FROM json_to_recordset(items) AS item (n int, authority text, message_id uuid) LOOP
      PERFORM set_config('app.authority', one.authority, true);
      RETURN QUERY
        SELECT one.n, r.type, m.recipient, m.state, m.attempt, m.manifest_sha256, m.jwe_sha256, m.erased_at
        FROM gateway.message m JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
        WHERE m.authority = one.authority AND m.message_id = one.message_id;
    END LOOP;
  END $$;`;

/** @returns of each statement whether it was kept: false, and nothing was changed, when its message is no longer in the state and attempt that are named */
const RECORD = `
  CREATE FUNCTION gateway.record(items json) RETURNS TABLE (n int, kept boolean) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN
      SELECT * FROM json_to_recordset(items) AS item (n int, authority text, message_id uuid, attempt int, state text,
        next text, ends boolean, entry_id uuid, kind text, entry text, statement text, blind text, proof text, note bytea,
        at timestamptz, due json, met text[], noted_at timestamptz)
      ORDER BY message_id, entry_id
    LOOP
      n := one.n;
      PERFORM set_config('app.authority', one.authority, true);
      PERFORM FROM gateway.message m WHERE m.authority = one.authority AND m.message_id = one.message_id
        AND m.state = one.state AND m.attempt = one.attempt AND m.erased_at IS NULL FOR UPDATE;
      kept := FOUND;
      IF kept THEN
        INSERT INTO gateway.statement AS s (authority, entry_id, message_id, kind, entry, statement, blind, proof, note, at)
          VALUES (one.authority, one.entry_id, one.message_id, one.kind, one.entry, one.statement, one.blind, one.proof, one.note, one.at)
          ON CONFLICT (authority, entry_id) DO UPDATE
            SET blind = COALESCE(s.blind, EXCLUDED.blind), proof = COALESCE(s.proof, EXCLUDED.proof);
        IF one.due IS NOT NULL THEN
          INSERT INTO gateway.due AS d (authority, message_id, what, due_at)
            SELECT one.authority, one.message_id, w.what, w.at FROM json_to_recordset(one.due) AS w (what text, at timestamptz)
            ON CONFLICT (authority, message_id, what) DO UPDATE SET due_at = coalesce(d.due_at, EXCLUDED.due_at);
        END IF;
        IF one.met IS NOT NULL THEN
          INSERT INTO gateway.due AS d (authority, message_id, what, met_at)
            SELECT one.authority, one.message_id, w, one.noted_at FROM unnest(one.met) AS w
            ON CONFLICT (authority, message_id, what) DO UPDATE SET met_at = coalesce(d.met_at, EXCLUDED.met_at);
        END IF;
        IF one.ends THEN
          DELETE FROM gateway.due d WHERE d.authority = one.authority AND d.message_id = one.message_id
            AND d.what = 'retraction-acknowledged' AND d.met_at IS NULL;
        END IF;
        IF one.next <> one.state THEN
          UPDATE gateway.message m SET state = one.next, changed_at = clock_timestamp()
            WHERE m.authority = one.authority AND m.message_id = one.message_id;
        END IF;
      END IF;
      RETURN NEXT;
    END LOOP;
  END $$;`;
