import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where an authority's systems are told of events, how far each of them is, and what came of each attempt. */
export class Webhooks1768100000000 implements MigrationInterface {
  readonly name = 'Webhooks1768100000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    for (const table of ['webhook', 'webhook_key', 'webhook_attempt'])
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
    await db.query(DUE);
    await db.query(STOPPED);
    await db.query(PRUNE);
  }

  async down(): Promise<void> {
    throw new Error('receivers verify by keys that stand here; restore a backup instead');
  }
}

const TABLES = `
  CREATE TABLE gateway.webhook (
    authority text NOT NULL, webhook_id uuid NOT NULL, url text NOT NULL, registered_at timestamptz NOT NULL,
    -- Which system registered it last: with another key of that one it is suspended.
    system uuid NOT NULL,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'failed', 'gone')),
    -- The newest event that it took, how often the next one was tried in vain, and when it is tried again.
    event_id uuid, failures int NOT NULL DEFAULT 0, due_at timestamptz NOT NULL,
    -- Which loop has it in hand, and until when nobody else takes it.
    lease uuid, leased_until timestamptz,
    PRIMARY KEY (authority, webhook_id),
    FOREIGN KEY (authority, event_id) REFERENCES gateway.event (authority, event_id));
  CREATE TABLE gateway.webhook_key (
    authority text NOT NULL, webhook_id uuid NOT NULL, public_key text NOT NULL,
    -- Private half, encrypted at rest.
    detail bytea NOT NULL, made_at timestamptz NOT NULL, until timestamptz,
    PRIMARY KEY (authority, webhook_id, public_key),
    FOREIGN KEY (authority, webhook_id) REFERENCES gateway.webhook (authority, webhook_id) ON DELETE CASCADE);
  CREATE TABLE gateway.webhook_attempt (
    authority text NOT NULL, webhook_id uuid NOT NULL, at timestamptz NOT NULL, seq bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL, event_id uuid NOT NULL, status int, code text, milliseconds int NOT NULL, body_sha256 text NOT NULL,
    PRIMARY KEY (authority, webhook_id, at, seq),
    FOREIGN KEY (authority, webhook_id) REFERENCES gateway.webhook (authority, webhook_id) ON DELETE CASCADE);`;

/** @returns of each authority those longest due, so many at most, that nobody has in hand and that have an event before them */
const DUE = `
  CREATE FUNCTION gateway.due_webhooks(authorities text[], moment timestamptz, most int)
    RETURNS TABLE (of_authority text, id uuid, due timestamptz)
  LANGUAGE plpgsql AS $$
  DECLARE
    one text;
  BEGIN
    FOREACH one IN ARRAY authorities LOOP
      PERFORM set_config('app.authority', one, true);
      RETURN QUERY SELECT w.authority, w.webhook_id, w.due_at FROM gateway.webhook w
        LEFT JOIN gateway.event c ON c.authority = w.authority AND c.event_id = w.event_id
        WHERE w.authority = one AND w.state = 'active' AND w.due_at <= moment AND (w.leased_until IS NULL OR w.leased_until <= moment)
          AND EXISTS (SELECT FROM gateway.event e WHERE e.authority = one
            AND (e.txid, e.seq) > (coalesce(c.txid, '0'::xid8), coalesce(c.seq, 0))
            AND e.txid < pg_snapshot_xmin(pg_current_snapshot()))
        ORDER BY w.due_at, w.webhook_id LIMIT most;
    END LOOP;
  END $$;`;

/** @returns how many are sent nothing until they are registered again */
const STOPPED = `
  CREATE FUNCTION gateway.stopped_webhooks(authorities text[]) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    one text;
    stopped bigint := 0;
  BEGIN
    FOREACH one IN ARRAY authorities LOOP
      PERFORM set_config('app.authority', one, true);
      stopped := stopped + (SELECT count(*) FROM gateway.webhook w WHERE w.authority = one AND w.state <> 'active');
    END LOOP;
    RETURN stopped;
  END $$;`;

const PRUNE = `
  CREATE FUNCTION gateway.prune_webhooks(authorities text[], attempts_before timestamptz, moment timestamptz) RETURNS void
  LANGUAGE plpgsql AS $$
  DECLARE
    one text;
  BEGIN
    FOREACH one IN ARRAY authorities LOOP
      PERFORM set_config('app.authority', one, true);
      DELETE FROM gateway.webhook_attempt a USING gateway.webhook w WHERE w.authority = one AND a.authority = w.authority
        AND a.webhook_id = w.webhook_id AND a.at < attempts_before;
      DELETE FROM gateway.webhook_key k WHERE k.authority = one AND k.until <= moment;
    END LOOP;
  END $$;`;
