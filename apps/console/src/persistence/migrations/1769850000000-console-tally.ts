import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How many disclosures are alike, counted as they are followed: what a page counts of millions it adds up from here. Nothing is checked, and so shown, that is not counted: a console that knows nothing of it, and
 * goes on while this is deployed or after a way back, cannot check any more and says that it is not ready.
 */
export class ConsoleTally1769850000000 implements MigrationInterface {
  readonly name = 'ConsoleTally1769850000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE console.projection ADD COLUMN tallied bigint NOT NULL DEFAULT 0;
      -- Disclosures below projection.tallied that are alike in all but officers, ids and time of day; of a day and of a month in Europe/Stockholm. A cell is the SHA-256 of its terms.
      CREATE TABLE console.tally_day (
        first date NOT NULL, cell bytea NOT NULL, sender text NOT NULL, recipient text NOT NULL, outcome text NOT NULL, grounds text[] NOT NULL,
        reasons text[] NOT NULL, terms tsvector NOT NULL, disclosures bigint NOT NULL CHECK (disclosures > 0),
        oldest timestamptz NOT NULL, newest timestamptz NOT NULL,
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

      -- What is counted does not go without being taken off, whichever version takes it away.
      CREATE FUNCTION console.refuse_uncounted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.index < (SELECT tallied FROM console.projection) AND current_setting('delge.untallied', true) IS DISTINCT FROM 'true' THEN
            RAISE EXCEPTION 'console.disclosure: % is counted in the tally', OLD.index;
          END IF;
          RETURN OLD;
        END $$;
      CREATE TRIGGER counted_is_kept BEFORE DELETE ON console.disclosure FOR EACH ROW EXECUTE FUNCTION console.refuse_uncounted();

      -- Attached, and not made as partitions: nobody who reads waits. Disclosures by months of UTC, days of the tally by months of Europe/Stockholm: a month ends there in the next one here.
      CREATE OR REPLACE FUNCTION console.ensure_month(wanted date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
          first date := date_trunc('month', wanted);
          name text := 'disclosure_' || to_char(wanted, 'YYYYMM');
        BEGIN
          IF to_regclass('console.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE console.%I (LIKE console.disclosure INCLUDING ALL)', name);
            EXECUTE format('ALTER TABLE console.disclosure ATTACH PARTITION console.%I FOR VALUES FROM (%L) TO (%L)', name,
              first::text || ' 00:00+00', (first + interval '1 month')::date::text || ' 00:00+00');
          END IF;
          FOR ahead IN 0..1 LOOP
            first := date_trunc('month', wanted) + make_interval(months => ahead);
            name := 'tally_day_' || to_char(first, 'YYYYMM');
            IF to_regclass('console.' || name) IS NULL THEN
              EXECUTE format('CREATE TABLE console.%I (LIKE console.tally_day INCLUDING ALL)', name);
              EXECUTE format('ALTER TABLE console.tally_day ATTACH PARTITION console.%I FOR VALUES FROM (%L) TO (%L)', name,
                first, (first + interval '1 month')::date);
            END IF;
          END LOOP;
        END $$;
      SELECT console.ensure_month(to_date(right(relname, 6), 'YYYYMM')) FROM pg_class
        WHERE relnamespace = 'console'::regnamespace AND relkind = 'r' AND relname ~ '^disclosure_[0-9]{6}$';
      CREATE OR REPLACE FUNCTION console.begin_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          PERFORM FROM console.projection FOR UPDATE;
          TRUNCATE console.disclosure, console.happening, console.erased, console.assignment, console.checkpoint, console.growth,
            console.review_place, console.tally_day, console.tally_month;
          UPDATE console.projection SET size = 0, hashes = '', checked = 0, tallied = 0, alarm = NULL;
        END $$;
      -- What was followed before there were counts and own acts is followed again, from the log. Nobody is shown anything until then, so that nobody waits for the tables that are emptied.
      SELECT console.begin_anew();
      ALTER TABLE console.projection ADD CONSTRAINT projection_counted CHECK (checked <= tallied) NOT VALID;`);
  }

  async down(): Promise<void> {
    throw new Error('a console that counts is not made one that does not; deploy the version before and rebuild');
  }
}
