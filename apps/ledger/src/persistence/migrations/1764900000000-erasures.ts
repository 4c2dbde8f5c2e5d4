import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What parties state about keeping and erasing, and the one way in which an opening is deleted: because an entry says so. */
export class Erasures1764900000000 implements MigrationInterface {
  readonly name = 'Erasures1764900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Statements of parties, exact characters, each taken into the log by the entry named.
      CREATE TABLE ledger.keeping (
        kind text NOT NULL CHECK (kind IN ('erasure-decided', 'erasure-reported', 'hold-laid', 'hold-lifted')),
        id uuid NOT NULL, authority text NOT NULL, statement text NOT NULL, entry_id uuid NOT NULL UNIQUE,
        taken_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (kind, id));
      -- What one decision says of one opening. parties: as the opening named them, since it may be gone when they are asked for.
      CREATE TABLE ledger.erasure_vote (
        entry_id uuid NOT NULL, authority text NOT NULL, decision_id uuid NOT NULL, message_id uuid NOT NULL,
        case_id uuid NOT NULL, parties text[] NOT NULL, PRIMARY KEY (entry_id, authority, decision_id));
      CREATE INDEX erasure_vote_message ON ledger.erasure_vote (message_id);
      CREATE TABLE ledger.hold (
        hold_id uuid PRIMARY KEY, authority text NOT NULL, case_id uuid, message_ids uuid[], lifted_at timestamptz,
        CHECK ((case_id IS NULL) <> (message_ids IS NULL)));
      CREATE INDEX hold_standing ON ledger.hold (authority) WHERE lifted_at IS NULL;
      CREATE TABLE ledger.erased (
        index bigint PRIMARY KEY, entry_id uuid NOT NULL UNIQUE, erasure uuid NOT NULL,
        erased_at timestamptz NOT NULL DEFAULT now());
      CREATE INDEX erased_by ON ledger.erased (erasure);

      CREATE TRIGGER keeping_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.keeping
        FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
      CREATE TRIGGER erased_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.erased
        FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

      -- An opening goes when it is written down as erased, for nobody otherwise.
      CREATE FUNCTION ledger.refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NOT EXISTS (SELECT FROM ledger.erased WHERE index = OLD.index) THEN
            RAISE EXCEPTION 'no entry erases this opening' USING ERRCODE = '42501';
          END IF;
          RETURN OLD;
        END $$;
      DROP TRIGGER opening_is_kept ON ledger.opening;
      CREATE TRIGGER opening_is_not_changed BEFORE UPDATE OR TRUNCATE ON ledger.opening
        FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
      CREATE TRIGGER opening_is_erased_by_entry BEFORE DELETE ON ledger.opening
        FOR EACH ROW EXECUTE FUNCTION ledger.refuse_unless_erased();

      /* Deletes exactly the openings that an erasure names which was handed to the sequencer in this very transaction, and what the exchange holds of them.
         Runs as the owner of the tables: the ledger's own role deletes no opening. */
      CREATE FUNCTION ledger.erase(wanted uuid) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
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
        END $$;
      REVOKE ALL ON FUNCTION ledger.erase FROM PUBLIC;

      GRANT EXECUTE ON FUNCTION ledger.erase TO delge_ledger;
      GRANT SELECT, INSERT ON ledger.keeping, ledger.erasure_vote, ledger.hold TO delge_ledger;
      GRANT UPDATE (lifted_at) ON ledger.hold TO delge_ledger;
      GRANT SELECT ON ledger.erased TO delge_ledger;`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
