import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An erasure that was handed in and carried out goes nowhere but into the log: not in its own transaction, nor in a later one. */
export class ErasuresAreLogged1765500000000 implements MigrationInterface {
  readonly name = 'ErasuresAreLogged1765500000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Set by ledger.erase alone; no role may update it.
      ALTER TABLE ledger.pending ADD COLUMN erases boolean NOT NULL DEFAULT false;

      CREATE FUNCTION ledger.refuse_unlogged_erasure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          IF NOT EXISTS (SELECT FROM ledger.leaf WHERE log = 'disclosure' AND entry_id = OLD.entry_id) THEN
            RAISE EXCEPTION 'an erasure must be logged' USING ERRCODE = '42501';
          END IF;
          RETURN NULL;
        END $$;
      REVOKE ALL ON FUNCTION ledger.refuse_unlogged_erasure FROM PUBLIC;
      -- At commit: the sequencer takes entries out before it makes them leaves. All other entries cost no more than to see that they erase nothing.
      CREATE CONSTRAINT TRIGGER pending_erasure_is_logged AFTER DELETE ON ledger.pending DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (OLD.erases) EXECUTE FUNCTION ledger.refuse_unlogged_erasure();

      -- As before, and marks the entry.
      CREATE OR REPLACE FUNCTION ledger.erase(wanted uuid) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
          token text; said jsonb; named int; found int;
        BEGIN
          SELECT convert_from(entry, 'UTF8') INTO token FROM ledger.pending WHERE log = 'disclosure' AND entry_id = wanted;
          IF token IS NULL THEN
            RAISE EXCEPTION 'no such erasure is handed in' USING ERRCODE = '42501';
          END IF;
          token := split_part(token, '.', 2);
          said := convert_from(
            decode(rpad(translate(token, '-_', '+/'), (length(token) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb;
          IF said ->> 'kind' IS DISTINCT FROM 'erasure' OR said ->> 'entryId' IS DISTINCT FROM wanted::text THEN
            RAISE EXCEPTION 'the entry is no erasure' USING ERRCODE = '42501';
          END IF;
          UPDATE ledger.pending SET erases = true WHERE log = 'disclosure' AND entry_id = wanted;
          named := jsonb_array_length(said -> 'erased');
          INSERT INTO ledger.erased (index, entry_id, erasure)
            SELECT l.index, l.entry_id, wanted FROM jsonb_array_elements(said -> 'erased') AS one
              JOIN ledger.leaf l ON l.log = 'disclosure' AND l.index = (one ->> 'index')::bigint
                AND l.entry_id = (one ->> 'entryId')::uuid
              JOIN ledger.opening o ON o.index = l.index;
          GET DIAGNOSTICS found = ROW_COUNT;
          IF found <> named THEN
            RAISE EXCEPTION 'the erasure names what is not there' USING ERRCODE = '42501';
          END IF;
          DELETE FROM ledger.opening WHERE index IN (SELECT index FROM ledger.erased WHERE erasure = wanted);
          PERFORM exchange.erase(ARRAY(SELECT entry_id FROM ledger.erased WHERE erasure = wanted));
          RETURN found;
        END $$;`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
