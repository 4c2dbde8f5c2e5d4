import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may see the opening of each entry. Found out beside sequencing, which reads no entry; what stands in the log already is read first. */
export class Parties1765000000000 implements MigrationInterface {
  readonly name = 'Parties1765000000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE ledger.party (
        authority text NOT NULL, index bigint NOT NULL, message_id uuid, PRIMARY KEY (authority, index));
      CREATE INDEX party_message ON ledger.party (message_id, authority) WHERE message_id IS NOT NULL;
      -- Entries below have been read for their parties.
      CREATE TABLE ledger.party_read (one boolean PRIMARY KEY DEFAULT true CHECK (one), size bigint NOT NULL);
      INSERT INTO ledger.party_read (size) VALUES (0);

      CREATE TRIGGER party_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.party
        FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
      GRANT SELECT, INSERT ON ledger.party TO delge_ledger;
      GRANT SELECT, UPDATE (size) ON ledger.party_read TO delge_ledger;`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never dropped; restore a backup instead');
  }
}
