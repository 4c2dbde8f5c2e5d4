import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is taken in and received, with its octets beside the items and not in them: as text in JSON they are twice as long, and were read three times. Each member of
 * type `int[]` is where octets begin within those of its item, and how many; `octets_at` is where those of the item begin. What leaves is written with a lease when the
 * relay of this process will have it handed over. Processes of the release before ask the functions of `Together1767100000000`.
 */
export class OctetsBeside1767320000000 implements MigrationInterface {
  readonly name = 'OctetsBeside1767320000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(PIECE);
    await db.query(ACCEPT);
    await db.query(RECEIVE);
  }

  async down(): Promise<void> {
    throw new Error('services ask by these functions; restore a backup instead');
  }
}

/** @returns null without a place */
const PIECE = `
  CREATE FUNCTION gateway.piece(octets bytea, at int, place int[]) RETURNS bytea LANGUAGE sql IMMUTABLE
    RETURN substring(octets FROM at + place[1] FOR place[2]);`;

/**
 * @returns of each referral whether it was taken, with its messages and what leaves: false, and nothing is changed, when its id is in use; null, likewise, when a
 * message of it was sent before a restore
 */
const ACCEPT = `
  CREATE FUNCTION gateway.accept(items json, octets bytea) RETURNS TABLE (n int, taken boolean) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN
      SELECT * FROM json_to_recordset(items) AS item (n int, octets_at int, authority text, id uuid, case_id uuid, type text,
        phase text, body_digest text, body int[], assessments int[], version uuid, submitted_at timestamptz,
        lapses_at timestamptz, message_ids uuid[], messages json, outgoing json)
      ORDER BY id
    LOOP
      n := one.n;
      PERFORM set_config('app.authority', one.authority, true);
      -- Given back after a restore: it is not sent again, and whoever asked takes it up alone.
      IF EXISTS (SELECT FROM gateway.message m WHERE m.authority = one.authority AND m.message_id = ANY (one.message_ids)
          AND m.referral_id = m.message_id) THEN
        taken := NULL;
        RETURN NEXT;
        CONTINUE;
      END IF;
      INSERT INTO gateway.referral (authority, id, case_id, type, phase, body_digest, body, assessments, version, submitted_at, lapses_at)
        VALUES (one.authority, one.id, one.case_id, one.type, one.phase, one.body_digest,
          gateway.piece(octets, one.octets_at, one.body), gateway.piece(octets, one.octets_at, one.assessments), one.version,
          one.submitted_at, one.lapses_at)
        ON CONFLICT DO NOTHING;
      taken := FOUND;
      IF taken THEN
        INSERT INTO gateway.message (authority, message_id, referral_id, position, recipient, function, state, attempt,
            changed_at, expires_at, outbox_id, manifest_sha256, jwe_sha256, detail, clock)
          SELECT one.authority, m.message_id, one.id, m.position, m.recipient, m.function, m.state, m.attempt,
            m.changed_at, m.expires_at, m.outbox_id, m.manifest_sha256, m.jwe_sha256,
            gateway.piece(octets, one.octets_at, m.detail), m.clock
          FROM json_to_recordset(one.messages) AS m (message_id uuid, position int, recipient text, function text, state text,
            attempt int, changed_at timestamptz, expires_at timestamptz, outbox_id uuid, manifest_sha256 text,
            jwe_sha256 text, detail int[], clock text);
        INSERT INTO gateway.outbox (id, exchange, routing_key, type, body, claimed_until, attempts)
          SELECT o.outbox_id, o.exchange, o.routing_key, o.outbox_type, gateway.piece(octets, one.octets_at, o.outbox_body),
            now() + make_interval(secs => o.outbox_lease_s), (o.outbox_lease_s IS NOT NULL)::int
          FROM json_to_recordset(one.outgoing) AS o (outbox_id uuid, exchange text, routing_key text, outbox_type text,
            outbox_body int[], outbox_lease_s int);
      END IF;
      RETURN NEXT;
    END LOOP;
  END $$;`;

/** @returns for each delivery what became of it: `received`, `known`, `erased` before it came, or `id-reuse`; stored in the order of each case, in which systems read it */
const RECEIVE = `
  CREATE FUNCTION gateway.receive(items json, octets bytea) RETURNS TABLE (n int, outcome text) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
    claimed bytea;
    claiming bytea;
  BEGIN
    -- One at a time per message, until the transaction ends: what is received is not rejected or erased meanwhile. Locked in one order by whoever locks several.
    PERFORM pg_advisory_xact_lock(hashtextextended(item.message_id::text, 0))
      FROM (SELECT DISTINCT message_id FROM json_to_recordset(items) AS given (message_id uuid) ORDER BY message_id) item;
    FOR one IN
      SELECT * FROM json_to_recordset(items) AS item (n int, octets_at int, authority text, message_id uuid, attempt int, sender text,
        case_id uuid, type text, function text, delivery_number bigint, received_at timestamptz, jwe_sha256 text,
        decision_entry_id uuid, detail int[], digest int[], receipt_id uuid, receipt_kind text, receipt text,
        receipt_detail int[], receipt_at timestamptz, outbox_id uuid, exchange text, routing_key text,
        outbox_type text, outbox_body int[], outbox_lease_s int)
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
      claiming := gateway.piece(octets, one.octets_at, one.digest);
      INSERT INTO gateway.inbox (consumer, message_id, digest)
        VALUES ('delivery', one.message_id || '.' || one.attempt, claiming) ON CONFLICT DO NOTHING;
      IF NOT FOUND THEN
        SELECT i.digest INTO claimed FROM gateway.inbox i
          WHERE i.consumer = 'delivery' AND i.message_id = one.message_id || '.' || one.attempt;
        outcome := CASE WHEN claimed = claiming THEN 'known' ELSE 'id-reuse' END;
        RETURN NEXT;
        CONTINUE;
      END IF;
      INSERT INTO gateway.delivery (authority, message_id, attempt, sender, case_id, type, function, delivery_number,
          received_at, jwe_sha256, decision_entry_id, detail)
        VALUES (one.authority, one.message_id, one.attempt, one.sender, one.case_id, one.type, one.function,
          one.delivery_number, one.received_at, one.jwe_sha256, one.decision_entry_id, gateway.piece(octets, one.octets_at, one.detail))
        ON CONFLICT DO NOTHING;
      outcome := CASE WHEN FOUND THEN 'received' ELSE 'known' END;
      IF FOUND THEN
        INSERT INTO gateway.delivery_receipt (authority, message_id, kind, receipt_id, receipt, detail, at)
          VALUES (one.authority, one.message_id, one.receipt_kind, one.receipt_id, one.receipt,
            gateway.piece(octets, one.octets_at, one.receipt_detail), one.receipt_at);
        INSERT INTO gateway.outbox (id, exchange, routing_key, type, body, claimed_until, attempts)
          VALUES (one.outbox_id, one.exchange, one.routing_key, one.outbox_type, gateway.piece(octets, one.octets_at, one.outbox_body),
            now() + make_interval(secs => one.outbox_lease_s), (one.outbox_lease_s IS NOT NULL)::int);
      END IF;
      RETURN NEXT;
    END LOOP;
  END $$;`;
