import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A nonce is drawn by once: when it has been told, whoever knows it could choose what a sample fixed under its digest again would draw. */
export class ConsoleNonce1769860000000 implements MigrationInterface {
  readonly name = 'ConsoleNonce1769860000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- base64url SHA-256, of the samples of all reviews: it tells nothing of them.
      CREATE TABLE console.sample_nonce (digest text PRIMARY KEY CHECK (digest ~ '^[A-Za-z0-9_-]{43}$'));
      -- Row security holds for the owner too, who has no assignment.
      ALTER TABLE console.review_act NO FORCE ROW LEVEL SECURITY;
      INSERT INTO console.sample_nonce (digest)
        SELECT DISTINCT convert_from(decode(rpad(translate(payload, '-_', '+/'), (length(payload) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb ->> 'nonce'
        FROM (SELECT split_part(entry, '.', 2) AS payload FROM console.review_act WHERE kind = 'sample-fixed') AS fixed;
      ALTER TABLE console.review_act FORCE ROW LEVEL SECURITY;
      CREATE TRIGGER nonce_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON console.sample_nonce
        FOR EACH STATEMENT EXECUTE FUNCTION console.refuse_change();
      GRANT SELECT, INSERT ON console.sample_nonce TO delge_console;`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE console.sample_nonce`);
  }
}
