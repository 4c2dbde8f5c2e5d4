import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the exchange holds of an entry whose opening is erased goes in the same transaction: the ledger calls this, nobody else may. */
export class ErasuresOfEntries1764900000000 implements MigrationInterface {
  readonly name = 'ErasuresOfEntries1764900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION exchange.said(token text) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT
        SET search_path = pg_catalog, pg_temp AS $$
        SELECT convert_from(decode(
          rpad(translate(payload, '-_', '+/'), (length(payload) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb
        FROM split_part(token, '.', 2) AS payload $$;

      /* Empties decisions, notices, manifests and sealed copies of these entries. Ids, digests and numbers stay: a replay is known, and no number is given again.
         DE001: a message has not ended, or its sender has not been told. */
      CREATE FUNCTION exchange.erase(entry_ids uuid[]) RETURNS void LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          IF EXISTS (SELECT FROM exchange.decision d JOIN exchange.message m USING (sender, message_id, attempt)
               WHERE d.entry_id = ANY (entry_ids)
                 AND (m.ended_at IS NULL OR (d.released_at IS NULL AND d.superseded_at IS NULL)))
             OR EXISTS (SELECT FROM exchange.notice WHERE entry_id = ANY (entry_ids) AND released_at IS NULL) THEN
            RAISE EXCEPTION 'not ended' USING ERRCODE = 'DE001';
          END IF;
          -- Bodies that were set aside stay while a person has yet to settle them.
          WITH about AS (
            SELECT sender, message_id, attempt FROM exchange.decision WHERE entry_id = ANY (entry_ids)
            UNION
            SELECT said ->> 'sender', (said ->> 'messageId')::uuid, (said ->> 'attempt')::int
              FROM (SELECT exchange.said(notice) AS said FROM exchange.notice
                    WHERE entry_id = ANY (entry_ids) AND kind IN ('expired', 'quarantined', 'discarded')) notice),
          emptied AS (
            UPDATE exchange.message m SET manifest = '', jwe = NULL FROM about
              WHERE (m.sender, m.message_id, m.attempt) = (about.sender, about.message_id, about.attempt)
                AND m.ended_at IS NOT NULL)
          UPDATE exchange.quarantine q SET body = '' FROM about
            WHERE q.message_id = about.message_id AND q.sender = about.sender AND q.state <> 'held';
          UPDATE exchange.decision SET decision = '', blind = '' WHERE entry_id = ANY (entry_ids);
          UPDATE exchange.notice SET notice = '', blind = '', statement = NULL, sealed = NULL WHERE entry_id = ANY (entry_ids);
        END $$;
      REVOKE ALL ON FUNCTION exchange.erase, exchange.said FROM PUBLIC;`);
  }

  async down(): Promise<void> {
    throw new Error('what was decided is never dropped; restore a backup instead');
  }
}
