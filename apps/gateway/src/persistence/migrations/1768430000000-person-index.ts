import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which messages, sent and received, name somebody by number, without the number: its place is taken by a token that is keyed by the authority (`KeyStore.personToken`).
 * Written with the content and gone with it: a message that is deleted takes its rows with it, one that is erased has them removed.
 */
export class PersonIndex1768430000000 implements MigrationInterface {
  readonly name = 'PersonIndex1768430000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    for (const table of ['person_index', 'person_indexed'])
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
    await db.query(ACCEPT);
    await db.query(RECEIVE);
  }

  async down(): Promise<void> {
    throw new Error('services write here what they take in; restore a backup instead');
  }
}

const TABLES = `
  CREATE TABLE gateway.person_index (
    authority text NOT NULL, token bytea NOT NULL CHECK (octet_length(token) = 32),
    direction text NOT NULL CHECK (direction IN ('sent', 'received')), message_id uuid NOT NULL,
    -- The item that the number stands in, and whom the message type says that it is about.
    item text NOT NULL, about text NOT NULL,
    -- When it was submitted, or received.
    at timestamptz NOT NULL,
    -- A draft that is replaced is deleted and written anew.
    sent uuid GENERATED ALWAYS AS (CASE direction WHEN 'sent' THEN message_id END) STORED,
    PRIMARY KEY (authority, message_id, direction, item, token),
    FOREIGN KEY (authority, sent) REFERENCES gateway.message (authority, message_id) ON DELETE CASCADE);
  CREATE INDEX person_index_token ON gateway.person_index (authority, token, at DESC, message_id DESC);
  CREATE INDEX person_index_sent ON gateway.person_index (authority, sent) WHERE sent IS NOT NULL;
  -- What was there before the index, and what processes of the release before take in, is looked through afterwards: up to here it is.
  CREATE TABLE gateway.person_indexed (
    authority text NOT NULL, direction text NOT NULL CHECK (direction IN ('sent', 'received')),
    txid xid8 NOT NULL, seq bigint NOT NULL,
    -- When it first came to the end.
    completed_at timestamptz,
    PRIMARY KEY (authority, direction));`;

/** As `gateway.accept`, with who is named in each referral, for each of its messages. */
const ACCEPT = `
  CREATE FUNCTION gateway.accept_and_index(items json, octets bytea) RETURNS TABLE (n int, taken boolean) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN
      SELECT done.n, done.taken, item.authority, item.submitted_at, item.message_ids, item.named FROM gateway.accept(items, octets) done
      JOIN json_to_recordset(items) AS item (n int, authority text, submitted_at timestamptz, message_ids uuid[], named json) ON item.n = done.n
    LOOP
      n := one.n;
      taken := one.taken;
      IF one.taken AND one.named IS NOT NULL THEN
        PERFORM set_config('app.authority', one.authority, true);
        INSERT INTO gateway.person_index (authority, token, direction, message_id, item, about, at)
          SELECT one.authority, p.token, 'sent', m, p.item, p.about, one.submitted_at
          FROM unnest(one.message_ids) AS m, json_to_recordset(one.named) AS p (token bytea, item text, about text)
          ON CONFLICT DO NOTHING;
      END IF;
      RETURN NEXT;
    END LOOP;
  END $$;`;

/** As `gateway.receive`, with who is named in each delivery. */
const RECEIVE = `
  CREATE FUNCTION gateway.receive_and_index(items json, octets bytea) RETURNS TABLE (n int, outcome text) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN
      SELECT done.n, done.outcome, item.authority, item.message_id, item.received_at, item.named FROM gateway.receive(items, octets) done
      JOIN json_to_recordset(items) AS item (n int, authority text, message_id uuid, received_at timestamptz, named json) ON item.n = done.n
    LOOP
      n := one.n;
      outcome := one.outcome;
      IF one.outcome = 'received' AND one.named IS NOT NULL THEN
        PERFORM set_config('app.authority', one.authority, true);
        INSERT INTO gateway.person_index (authority, token, direction, message_id, item, about, at)
          SELECT one.authority, p.token, 'received', one.message_id, p.item, p.about, one.received_at
          FROM json_to_recordset(one.named) AS p (token bytea, item text, about text)
          ON CONFLICT DO NOTHING;
      END IF;
      RETURN NEXT;
    END LOOP;
  END $$;`;
