import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is taken in is asked of once more where it is committed: between the first time and this one a subscription may have been suspended. Processes of the release
 * before ask `gateway.accept_and_index`.
 */
export class AcceptUnheld1769901000000 implements MigrationInterface {
  readonly name = 'AcceptUnheld1769901000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(ACCEPT);
  }

  async down(): Promise<void> {
    throw new Error('services ask by this function; restore a backup instead');
  }
}

/**
 * As `gateway.accept_and_index`, where no recipient is held: false, and nothing is changed, when one is; null, likewise, when what holds one is being committed. Whoever asks then
 * waits for that alone. The lock is shared by who submits, and had alone by who holds, until the transaction ends (`release-holds.ts`).
 */
const ACCEPT = `
  CREATE FUNCTION gateway.accept_unheld(items json, octets bytea) RETURNS TABLE (n int, taken boolean) LANGUAGE plpgsql AS $$
  DECLARE
    busy int[];
    held int[];
  BEGIN
    busy := ARRAY(SELECT i.n FROM json_to_recordset(items) AS i (n int, authority text, recipients text[]), unnest(i.recipients) r
      WHERE NOT pg_try_advisory_xact_lock_shared(hashtextextended('holding ' || i.authority || ' ' || r, 0)));
    -- After the locks: what was committed until then is seen.
    held := ARRAY(SELECT h.n FROM gateway.held_from((SELECT json_agg(json_build_object('n', i.n, 'authority', i.authority, 'case_id', i.case_id,
        'type', split_part(i.type, '/', 1), 'recipients', i.recipients))
      FROM json_to_recordset(items) AS i (n int, authority text, case_id uuid, type text, recipients json))) h);
    RETURN QUERY SELECT i.n, CASE WHEN i.n <> ALL (busy) THEN false END
      FROM json_to_recordset(items) AS i (n int) WHERE i.n = ANY (busy || held);
    IF busy || held <> '{}' THEN
      items := (SELECT coalesce(json_agg(i), '[]') FROM json_array_elements(items) i WHERE (i ->> 'n')::int <> ALL (busy || held));
    END IF;
    RETURN QUERY SELECT * FROM gateway.accept_and_index(items, octets);
  END $$;`;
