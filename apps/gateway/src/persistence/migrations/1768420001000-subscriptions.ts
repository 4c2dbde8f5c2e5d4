import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who asked an authority for what comes in its cases, what it answered, what it grants at once, and what it holds at the exchange. */
export class Subscriptions1768420001000 implements MigrationInterface {
  readonly name = 'Subscriptions1768420001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    for (const table of ['subscription', 'subscription_answer', 'standing_order', 'release_hold', 'backfill'])
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
    await db.query(TELL);
    await db.query(HELD);
  }

  async down(): Promise<void> {
    throw new Error('who was granted what is never dropped; restore a backup instead');
  }
}

const TABLES = `
  CREATE TABLE gateway.subscription (
    -- Message id of the request, with the delivery that it came by.
    authority text NOT NULL, message_id uuid NOT NULL, attempt int NOT NULL, decision_entry_id uuid NOT NULL, jwe_sha256 text NOT NULL,
    subscriber text NOT NULL, scope text NOT NULL CHECK (scope IN ('case', 'standing')), case_id uuid NOT NULL,
    message_types text[] NOT NULL, function text NOT NULL, type text NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'granted', 'suspended', 'ended', 'refused')), asked_at timestamptz NOT NULL,
    -- Of the newest answer.
    number bigint NOT NULL DEFAULT 0,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(), seq bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (authority, message_id));
  CREATE INDEX subscription_order ON gateway.subscription (authority, txid, seq);
  CREATE INDEX subscription_case ON gateway.subscription (authority, case_id);
  CREATE INDEX subscription_subscriber ON gateway.subscription (authority, subscriber);
  CREATE TABLE gateway.standing_order (
    authority text NOT NULL, id uuid NOT NULL, subscriber text NOT NULL, scope text NOT NULL, message_types text[] NOT NULL, office text NOT NULL,
    made_at timestamptz NOT NULL, made_by uuid NOT NULL, ended_at timestamptz, ended_by uuid,
    PRIMARY KEY (authority, id), CHECK (num_nulls(ended_at, ended_by) IN (0, 2)));
  CREATE TABLE gateway.subscription_answer (
    authority text NOT NULL, message_id uuid NOT NULL, number bigint NOT NULL, answer text NOT NULL, at timestamptz NOT NULL,
    -- Whoever stands behind it: an office, by a system, or a standing order; neither where a case was closed.
    office text, system uuid, standing_order uuid,
    receipt_id uuid NOT NULL, receipt text NOT NULL,
    PRIMARY KEY (authority, message_id, number),
    FOREIGN KEY (authority, message_id) REFERENCES gateway.subscription (authority, message_id));
  CREATE TABLE gateway.release_hold (
    authority text NOT NULL, case_id uuid NOT NULL, recipient text NOT NULL, number bigint NOT NULL, code text NOT NULL,
    -- Whose it is; null where a case was closed.
    by_subscription uuid,
    hold_id uuid NOT NULL, statement text NOT NULL, statement_sha256 text NOT NULL, at timestamptz NOT NULL,
    -- When the exchange's notice that it stands in the log came.
    recorded_at timestamptz,
    PRIMARY KEY (authority, case_id, recipient, number), UNIQUE (authority, statement_sha256));
  -- A referral that was disclosed anew to a subscriber.
  CREATE TABLE gateway.backfill (
    authority text NOT NULL, referral_id uuid NOT NULL, subscriber text NOT NULL, new_referral_id uuid NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (authority, referral_id, subscriber));`;

/** As in `EventsOfMessages1768000001000`. */
const TELL = `
  CREATE FUNCTION gateway.tell_of_subscription() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
  BEGIN
    PERFORM gateway.tell(NEW.authority, 'subscription.changed', NEW.message_id || '.0', NEW.asked_at, NEW.message_id, NULL, NEW.case_id, NEW.type, NULL, 'asked');
    RETURN NULL;
  END $$;
  CREATE TRIGGER tell AFTER INSERT ON gateway.subscription FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_subscription();
  CREATE FUNCTION gateway.tell_of_subscription_answer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
  BEGIN
    PERFORM gateway.tell(NEW.authority, 'subscription.changed', NEW.message_id || '.' || NEW.number, NEW.at, NEW.message_id,
      NULL, s.case_id, s.type, NULL, NEW.answer)
      FROM gateway.subscription s WHERE s.authority = NEW.authority AND s.message_id = NEW.message_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER tell AFTER INSERT ON gateway.subscription_answer FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_subscription_answer();`;

/** @returns of each item the recipients from which its authority holds the case, or whose newest standing subscription to the message type is suspended */
const HELD = `
  CREATE FUNCTION gateway.held_from(items json) RETURNS TABLE (n int, recipient text) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN SELECT * FROM json_to_recordset(items) AS item (n int, authority text, case_id uuid, type text, recipients json) LOOP
      n := one.n;
      PERFORM set_config('app.authority', one.authority, true);
      FOR recipient IN
        SELECT r.value FROM json_array_elements_text(one.recipients) r (value)
        WHERE (SELECT h.code FROM gateway.release_hold h WHERE h.authority = one.authority AND h.case_id = one.case_id AND h.recipient = r.value
          ORDER BY h.number DESC LIMIT 1) <> 'lifted'
          OR (SELECT s.state FROM gateway.subscription s WHERE s.authority = one.authority AND s.subscriber = r.value AND s.scope = 'standing'
            AND s.state NOT IN ('asked', 'refused') AND one.type = ANY(s.message_types) ORDER BY s.txid DESC, s.seq DESC LIMIT 1) = 'suspended'
      LOOP
        RETURN NEXT;
      END LOOP;
    END LOOP;
  END $$;`;
