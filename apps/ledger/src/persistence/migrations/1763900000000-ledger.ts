import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables whose rows are written once. */
const kept = ['leaf', 'opening', 'tile', 'checkpoint'] as const;

export class Ledger1763900000000 implements MigrationInterface {
  readonly name = 'Ledger1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- The one shared table: others insert in the transaction of their own act, and can do nothing else with it.
      CREATE TABLE ledger.pending (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, log text NOT NULL CHECK (log IN ('disclosure', 'keys')),
        entry_id uuid NOT NULL, entry bytea NOT NULL, blind bytea CHECK (octet_length(blind) = 32), annex bytea,
        inserted_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (log, entry_id), CHECK ((log = 'disclosure') = (blind IS NOT NULL)));

      CREATE TABLE ledger.log (log text PRIMARY KEY, size bigint NOT NULL);
      INSERT INTO ledger.log (log, size) VALUES ('disclosure', 0), ('keys', 0);
      CREATE TABLE ledger.leaf (
        log text NOT NULL REFERENCES ledger.log, index bigint NOT NULL CHECK (index >= 0), entry_id uuid NOT NULL,
        -- What the tree is over: 33 octets of commitment, or the statement itself.
        data bytea NOT NULL, PRIMARY KEY (log, index), UNIQUE (log, entry_id));
      -- What opens a commitment; apart, since it can be erased while every proof still verifies.
      CREATE TABLE ledger.opening (
        index bigint PRIMARY KEY, entry bytea NOT NULL, blind bytea NOT NULL, annex bytea);
      -- Full tiles, c2sp.org/tlog-tiles. The one at the right edge of each level lies in edge until it is full.
      CREATE TABLE ledger.tile (
        log text NOT NULL, level int NOT NULL, n bigint NOT NULL, hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
        PRIMARY KEY (log, level, n));
      CREATE TABLE ledger.edge (
        log text NOT NULL, level int NOT NULL, n bigint NOT NULL, hashes bytea NOT NULL, PRIMARY KEY (log, level));
      CREATE TABLE ledger.checkpoint (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, log text NOT NULL REFERENCES ledger.log, size bigint NOT NULL,
        note text NOT NULL, signed_at timestamptz NOT NULL DEFAULT now());
      CREATE INDEX checkpoint_newest ON ledger.checkpoint (log, id DESC);

      CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = '42501'; END $$;
      -- A hint, once a statement; polling is the truth.
      CREATE FUNCTION ledger.hint() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('ledger_' || TG_TABLE_NAME, ''); RETURN NULL; END $$;`);
    for (const table of kept) {
      await db.query(`
        CREATE TRIGGER ${table}_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.${table}
          FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();`);
    }
    for (const table of ['pending', 'leaf', 'checkpoint']) {
      await db.query(`
        CREATE TRIGGER ${table}_hint AFTER INSERT ON ledger.${table} FOR EACH STATEMENT EXECUTE FUNCTION ledger.hint();`);
    }
    await db.query(`
      GRANT USAGE ON SCHEMA ledger TO delge_exchange, delge_registry, delge_ledger, delge_signer;
      GRANT INSERT (log, entry_id, entry, blind, annex) ON ledger.pending TO delge_exchange, delge_registry;
      GRANT SELECT, DELETE ON ledger.pending TO delge_ledger;
      -- For the row locks of SELECT ... FOR UPDATE, on a column that nobody reads.
      GRANT UPDATE (inserted_at) ON ledger.pending TO delge_ledger;
      GRANT SELECT, UPDATE (size) ON ledger.log TO delge_ledger;
      GRANT SELECT, INSERT ON ledger.leaf, ledger.opening, ledger.tile TO delge_ledger;
      GRANT SELECT, INSERT, UPDATE ON ledger.edge TO delge_ledger;
      GRANT SELECT ON ledger.checkpoint TO delge_ledger;
      GRANT SELECT ON ledger.leaf TO delge_signer;
      GRANT SELECT, INSERT ON ledger.checkpoint TO delge_signer;`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
