import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What witnesses say of checkpoints, and the one checkpoint that all of them are asked about at a time. */
export class Cosignatures1764500000000 implements MigrationInterface {
  readonly name = 'Cosignatures1764500000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Signature lines, c2sp.org/tlog-cosignature: the first of each witness on each checkpoint, and the newest, since an idle log is cosigned anew.
      CREATE TABLE ledger.cosignature (
        log text NOT NULL REFERENCES ledger.log, size bigint NOT NULL, witness text NOT NULL,
        first_line text NOT NULL, line text NOT NULL, cosigned_at timestamptz NOT NULL, PRIMARY KEY (log, size, witness));
      -- offered: what witnesses are asked about now. witnessed: the last that had its quorum when another took its place.
      CREATE TABLE ledger.round (
        log text PRIMARY KEY REFERENCES ledger.log, offered bigint REFERENCES ledger.checkpoint,
        began_at timestamptz NOT NULL DEFAULT now(), witnessed bigint REFERENCES ledger.checkpoint);
      INSERT INTO ledger.round (log) VALUES ('disclosure'), ('keys');

      CREATE TRIGGER cosignature_hint AFTER INSERT OR UPDATE ON ledger.cosignature
        FOR EACH STATEMENT EXECUTE FUNCTION ledger.hint();
      CREATE TRIGGER round_hint AFTER UPDATE ON ledger.round FOR EACH STATEMENT EXECUTE FUNCTION ledger.hint();
      CREATE INDEX checkpoint_size ON ledger.checkpoint (log, size);
      GRANT SELECT, INSERT, UPDATE (line, cosigned_at) ON ledger.cosignature TO delge_ledger;
      GRANT SELECT, UPDATE (offered, began_at, witnessed) ON ledger.round TO delge_ledger;`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
