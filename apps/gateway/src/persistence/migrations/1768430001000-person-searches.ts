import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each search for a person has its row in the access log, whatever it found: for what, by whom, and the token of the number, never the number. */
export class PersonSearches1768430001000 implements MigrationInterface {
  readonly name = 'PersonSearches1768430001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.access_log
        ADD COLUMN search_id uuid, ADD COLUMN token bytea, ADD COLUMN purpose text, ADD COLUMN office text,
        -- Officer and reference, encrypted at rest.
        ADD COLUMN detail bytea;
      ALTER TABLE gateway.access_log DROP CONSTRAINT access_log_check;
      ALTER TABLE gateway.access_log ADD CONSTRAINT says_what CHECK (
        num_nonnulls(message_id, referral_id, case_id, from_entry, search_id) = 1 OR operation = 'list-cases') NOT VALID;
      ALTER TABLE gateway.access_log ADD CONSTRAINT search_whole CHECK (
        num_nonnulls(search_id, token, purpose, office, detail) = CASE operation WHEN 'search-persons' THEN 5 ELSE 0 END) NOT VALID;`);
  }

  async down(): Promise<void> {
    throw new Error('who searched for whom is never dropped; restore a backup instead');
  }
}

/** Of the rows of before too, while traffic goes on. */
export class PersonSearchesWhole1768430002000 implements MigrationInterface {
  readonly name = 'PersonSearchesWhole1768430002000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.access_log VALIDATE CONSTRAINT says_what;
      ALTER TABLE gateway.access_log VALIDATE CONSTRAINT search_whole;`);
  }

  async down(): Promise<void> {
    throw new Error('who searched for whom is never dropped; restore a backup instead');
  }
}
