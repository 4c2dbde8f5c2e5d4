import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `gateway.receive` as before, but that what is received together is stored in the order of each case, in which systems read it. */
const RECEIVE = `
  CREATE OR REPLACE FUNCTION gateway.receive(items json) RETURNS TABLE (n int, outcome text) LANGUAGE plpgsql AS $$
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

export class InOrder1767400000000 implements MigrationInterface {
  readonly name = 'InOrder1767400000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(RECEIVE);
  }

  async down(): Promise<void> {
    throw new Error('what was received stays in the order in which it was');
  }
}
