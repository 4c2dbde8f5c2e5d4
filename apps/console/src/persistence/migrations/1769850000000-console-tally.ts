import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How many disclosures are alike, counted as they are followed: what a page counts of millions it adds up from here. What auditors are shown ends where the count does, so that
 * rows and numbers are of the same log; a console that knows nothing of it, and follows on while this is deployed, shows nothing new until one that does has counted.
 */
export class ConsoleTally1769850000000 implements MigrationInterface {
  readonly name = 'ConsoleTally1769850000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE console.projection ADD COLUMN tallied bigint NOT NULL DEFAULT 0;
      -- Disclosures below projection.tallied that are alike in all but officers, ids and time of day; of a day and of a month in Europe/Stockholm. A cell is the SHA-256 of its terms.
      CREATE TABLE console.tally_day (
        first date NOT NULL, cell bytea NOT NULL, sender text NOT NULL, recipient text NOT NULL, outcome text NOT NULL, grounds text[] NOT NULL,
        reasons text[] NOT NULL, terms tsvector NOT NULL, disclosures bigint NOT NULL CHECK (disclosures > 0), newest timestamptz NOT NULL,
        PRIMARY KEY (first, cell)) PARTITION BY RANGE (first);
      CREATE INDEX tally_day_terms ON console.tally_day USING gin (terms);
      CREATE TABLE console.tally_month (LIKE console.tally_day INCLUDING CONSTRAINTS, PRIMARY KEY (first, cell));
      CREATE INDEX tally_month_terms ON console.tally_month USING gin (terms);
      GRANT SELECT, INSERT, UPDATE, DELETE ON console.tally_day, console.tally_month TO delge_console;
      GRANT SELECT ON console.tally_day, console.tally_month TO delge_console_reader;

      -- Within the bounds of a disclosure: days are whole days of the period, months whole months of it.
      ALTER TABLE console.tally_day ENABLE ROW LEVEL SECURITY;
      ALTER TABLE console.tally_day FORCE ROW LEVEL SECURITY;
      CREATE POLICY follows ON console.tally_day TO delge_console USING (true) WITH CHECK (true);
      CREATE POLICY within_assignment ON console.tally_day FOR SELECT TO delge_console_reader USING (
        terms @@ (SELECT console.bound_terms()) AND terms @@ (SELECT console.asked_terms())
        AND first::timestamp AT TIME ZONE 'Europe/Stockholm' >= (SELECT console.bound_from())
        AND first::timestamp AT TIME ZONE 'Europe/Stockholm' < (SELECT console.bound_until()));
      ALTER TABLE console.tally_month ENABLE ROW LEVEL SECURITY;
      ALTER TABLE console.tally_month FORCE ROW LEVEL SECURITY;
      CREATE POLICY follows ON console.tally_month TO delge_console USING (true) WITH CHECK (true);
      CREATE POLICY within_assignment ON console.tally_month FOR SELECT TO delge_console_reader USING (
        terms @@ (SELECT console.bound_terms()) AND terms @@ (SELECT console.asked_terms())
        AND first::timestamp AT TIME ZONE 'Europe/Stockholm' >= (SELECT console.bound_from())
        AND (first + interval '1 month') AT TIME ZONE 'Europe/Stockholm' <= (SELECT console.bound_until()));

      CREATE OR REPLACE FUNCTION console.checked_size() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$ SELECT least(checked, tallied) FROM console.projection $$;
      -- Disclosures by months of UTC, days of the tally by months of Europe/Stockholm: a month ends there in the next one here.
      CREATE OR REPLACE FUNCTION console.ensure_month(wanted date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
          first date := date_trunc('month', wanted);
          name text := 'disclosure_' || to_char(wanted, 'YYYYMM');
        BEGIN
          IF to_regclass('console.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE console.%I PARTITION OF console.disclosure FOR VALUES FROM (%L) TO (%L)', name,
              first::text || ' 00:00+00', (first + interval '1 month')::date::text || ' 00:00+00');
          END IF;
          FOR ahead IN 0..1 LOOP
            first := date_trunc('month', wanted) + make_interval(months => ahead);
            name := 'tally_day_' || to_char(first, 'YYYYMM');
            IF to_regclass('console.' || name) IS NULL THEN
              EXECUTE format('CREATE TABLE console.%I PARTITION OF console.tally_day FOR VALUES FROM (%L) TO (%L)', name,
                first, (first + interval '1 month')::date);
            END IF;
          END LOOP;
        END $$;
      SELECT console.ensure_month(to_date(right(relname, 6), 'YYYYMM')) FROM pg_class
        WHERE relnamespace = 'console'::regnamespace AND relkind = 'r' AND relname ~ '^disclosure_[0-9]{6}$';
      CREATE OR REPLACE FUNCTION console.begin_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          TRUNCATE console.disclosure, console.happening, console.erased, console.assignment, console.checkpoint, console.growth,
            console.review_place, console.tally_day, console.tally_month;
          UPDATE console.projection SET size = 0, hashes = '', checked = 0, tallied = 0, alarm = NULL;
        END $$;
      -- What was followed before there were counts and own acts is followed again, from the log.
      SELECT console.begin_anew();`);
  }

  async down(): Promise<void> {
    throw new Error('a console that counts is not made one that does not; deploy the version before and rebuild');
  }
}
