import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Samples and findings: each is what its acts come to, and no act is ever changed. `delge_console` reads and writes them within the assignment that its transaction names, and sees those of one review alone: of assignments
 * with the same provision, diary number and authorities, whose period and fields the auditor's own assignment covers.
 */
export class ConsoleReviews1769600000000 implements MigrationInterface {
  readonly name = 'ConsoleReviews1769600000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE console.review_subject (
        id uuid PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('sample', 'finding')), assignment uuid NOT NULL);
      CREATE INDEX review_subject_of ON console.review_subject (assignment);
      CREATE TABLE console.review_act (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entry_id uuid NOT NULL UNIQUE, subject uuid NOT NULL REFERENCES console.review_subject,
        kind text NOT NULL, auditor text NOT NULL, at timestamptz NOT NULL, entry text NOT NULL,
        -- With what was said it opens the entry's commitment.
        salt bytea NOT NULL CHECK (octet_length(salt) = 32), said text,
        -- Population, what was drawn of it, or the report.
        file bytea);
      CREATE INDEX review_act_of ON console.review_act (subject, seq);
      -- Fixed, drawn and signed, opened and closed once.
      CREATE UNIQUE INDEX review_act_once ON console.review_act (subject, kind)
        WHERE kind IN ('sample-fixed', 'sample-drawn', 'sample-signed', 'finding-opened', 'finding-closed');
      CREATE TRIGGER subject_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON console.review_subject
        FOR EACH STATEMENT EXECUTE FUNCTION console.refuse_change();
      CREATE TRIGGER act_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON console.review_act
        FOR EACH STATEMENT EXECUTE FUNCTION console.refuse_change();
      -- Where the log has entries of samples and findings, as they were followed.
      CREATE TABLE console.review_place (
        index bigint PRIMARY KEY, entry_id uuid NOT NULL, entry_sha256 bytea NOT NULL CHECK (octet_length(entry_sha256) = 32));
      CREATE INDEX review_place_of ON console.review_place (entry_id);

      CREATE FUNCTION console.is_of_review(of uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$
          SELECT EXISTS (SELECT FROM console.assignment a, console.projection p, console.live() own
            WHERE a.id = of AND a.index < p.checked AND a.provision = own.provision AND a.diary_number = own.diary_number
              AND a.authorities = own.authorities AND a.fields <@ own.fields AND a.since >= own.since
              AND coalesce(a.until, 'infinity') <= coalesce(own.until, 'infinity')) $$;
      -- Auditors who see what is of this assignment, by live assignments of their own.
      CREATE FUNCTION console.colleagues(of uuid) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$
          SELECT DISTINCT other.auditor FROM console.assignment a, console.assignment other, console.projection p
          WHERE a.id = of AND console.is_of_review(of) AND other.index < p.checked AND other.ended_at IS NULL
            AND other.expires > (now() AT TIME ZONE 'Europe/Stockholm')::date
            AND a.provision = other.provision AND a.diary_number = other.diary_number AND a.authorities = other.authorities
            AND a.fields <@ other.fields AND a.since >= other.since
            AND coalesce(a.until, 'infinity') <= coalesce(other.until, 'infinity')
          ORDER BY 1 $$;
      REVOKE ALL ON FUNCTION console.is_of_review, console.colleagues FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION console.is_of_review, console.colleagues TO delge_console;

      ALTER TABLE console.review_subject ENABLE ROW LEVEL SECURITY;
      ALTER TABLE console.review_subject FORCE ROW LEVEL SECURITY;
      CREATE POLICY of_review ON console.review_subject TO delge_console
        USING (console.is_of_review(assignment)) WITH CHECK (console.is_of_review(assignment));
      ALTER TABLE console.review_act ENABLE ROW LEVEL SECURITY;
      ALTER TABLE console.review_act FORCE ROW LEVEL SECURITY;
      CREATE POLICY of_review ON console.review_act TO delge_console
        USING (EXISTS (SELECT FROM console.review_subject s WHERE s.id = subject))
        WITH CHECK (EXISTS (SELECT FROM console.review_subject s WHERE s.id = subject));
      GRANT SELECT, INSERT ON console.review_subject, console.review_act, console.review_place TO delge_console;

      CREATE OR REPLACE FUNCTION console.begin_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          TRUNCATE console.disclosure, console.happening, console.erased, console.assignment, console.checkpoint, console.growth,
            console.review_place;
          UPDATE console.projection SET size = 0, hashes = '', checked = 0, alarm = NULL;
        END $$;`);
  }

  async down(): Promise<void> {
    throw new Error('what auditors did is never dropped; restore a backup instead');
  }
}
