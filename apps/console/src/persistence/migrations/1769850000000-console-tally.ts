import type { MigrationInterface, QueryRunner } from 'typeorm';

const parts = (letter: string, of: number): readonly string[] =>
  Array.from({ length: of }, (_, at) => `${letter}${at + 1}`);
const SPANS = [
  { span: 'year', parts: parts('m', 12) },
  { span: 'month', parts: parts('d', 31) },
] as const;

/**
 * How many disclosures are alike, counted as they are followed: what a page counts of millions it adds up from here. Nothing is checked, and so shown, that is not counted: a console that knows nothing of it, and
 * goes on while this is deployed or after a way back, cannot check any more and says that it is not ready.
 */
export class ConsoleTally1769850000000 implements MigrationInterface {
  readonly name = 'ConsoleTally1769850000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE console.projection ADD COLUMN tallied bigint NOT NULL DEFAULT 0;
      -- Disclosures below projection.tallied that are alike in all but officers, ids and time: of a year by its months, of a month by its days, in Europe/Stockholm. A cell is the SHA-256 of its terms.
      ${SPANS.map(
        ({ span, parts }) => `CREATE TABLE console.tally_${span} (
        first date NOT NULL, cell bytea NOT NULL, sender text NOT NULL, recipient text NOT NULL, outcome text NOT NULL, grounds text[] NOT NULL,
        reasons text[] NOT NULL, terms tsvector NOT NULL, disclosures bigint NOT NULL CHECK (disclosures > 0),
        oldest timestamptz NOT NULL, newest timestamptz NOT NULL, ${parts.map((part) => `${part} int NOT NULL CHECK (${part} >= 0)`).join(', ')},
        PRIMARY KEY (first, cell), CHECK (disclosures = ${parts.join(' + ')})) PARTITION BY RANGE (first);
      CREATE INDEX tally_${span}_terms ON console.tally_${span} USING gin (terms);`,
      ).join('\n')}
      GRANT SELECT, INSERT, UPDATE, DELETE ON console.tally_year, console.tally_month TO delge_console;`);
    await this.bounds(db);
    await db.query(`
      -- What is counted does not go without being taken off, whichever version takes it away.
      CREATE FUNCTION console.refuse_uncounted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.index < (SELECT tallied FROM console.projection) AND current_setting('delge.untallied', true) IS DISTINCT FROM 'true' THEN
            RAISE EXCEPTION 'console.disclosure: % is counted in the tally', OLD.index;
          END IF;
          RETURN OLD;
        END $$;
      CREATE TRIGGER counted_is_kept BEFORE DELETE ON console.disclosure FOR EACH ROW EXECUTE FUNCTION console.refuse_uncounted();

      -- Attached, and not made as partitions: nobody who reads waits. Disclosures by months of UTC, the tally by those of Europe/Stockholm: a month ends there in the next one here. Cells are counted up in place.
      CREATE FUNCTION console.ensure_part(of text, name text, first timestamptz, until timestamptz, more text) RETURNS void LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          IF to_regclass('console.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE console.%I (LIKE console.%I INCLUDING ALL) %s', name, of, more);
            EXECUTE format('ALTER TABLE console.%I ATTACH PARTITION console.%I FOR VALUES FROM (%L) TO (%L)', of, name, first, until);
          END IF;
        END $$;
      REVOKE ALL ON FUNCTION console.ensure_part FROM PUBLIC;
      CREATE OR REPLACE FUNCTION console.ensure_month(wanted date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' AS $$
        DECLARE
          first timestamptz := date_trunc('month', wanted);
          year timestamptz;
        BEGIN
          PERFORM console.ensure_part('disclosure', 'disclosure_' || to_char(first, 'YYYYMM'), first, first + interval '1 month', '');
          FOR ahead IN 0..1 LOOP
            PERFORM console.ensure_part('tally_month', 'tally_month_' || to_char(first, 'YYYYMM'), first, first + interval '1 month', 'WITH (fillfactor = 70)');
            year := date_trunc('year', first);
            PERFORM console.ensure_part('tally_year', 'tally_year_' || to_char(year, 'YYYY'), year, year + interval '1 year', 'WITH (fillfactor = 70)');
            first := first + interval '1 month';
          END LOOP;
        END $$;
      SELECT console.ensure_month(to_date(right(relname, 6), 'YYYYMM')) FROM pg_class
        WHERE relnamespace = 'console'::regnamespace AND relkind = 'r' AND relname ~ '^disclosure_[0-9]{6}$';
      CREATE OR REPLACE FUNCTION console.begin_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          PERFORM FROM console.projection FOR UPDATE;
          TRUNCATE console.disclosure, console.happening, console.erased, console.assignment, console.checkpoint, console.growth,
            console.review_place, console.tally_year, console.tally_month;
          UPDATE console.projection SET size = 0, hashes = '', checked = 0, tallied = 0, alarm = NULL;
        END $$;
      -- What was followed before there were counts and own acts is followed again, from the log. Nobody is shown anything until then, so that nobody waits for the tables that are emptied.
      SELECT console.begin_anew();
      ALTER TABLE console.projection ADD CONSTRAINT projection_counted CHECK (checked = tallied) NOT VALID;`);
  }

  /**
   * What of the tally lies within the assignment that the transaction names, and is asked for: the reader's one door to it. Of a year whose months, or a month whose days, are not all within the period, those
   * beside it are nought, its cell's times are not told, and a cell that has no others is not there.
   */
  private async bounds(db: QueryRunner): Promise<void> {
    const [year, month] = SPANS;
    const partOfYear = (nth: number): string =>
      `t.first + interval '${nth} months' >= b.since AND t.first + interval '${nth + 1} months' <= b.until`;
    const partOfMonth = (nth: number): string => `t.first + ${nth} >= b.since AND t.first + ${nth} < b.until`;
    for (const [{ span, parts }, isWithin] of [
      [year, partOfYear],
      [month, partOfMonth],
    ] as const) {
      const whole = 't.first >= b.first_whole AND t.first < b.first_beyond';
      const cut = parts.map((part, nth) => `CASE WHEN ${isWithin(nth)} THEN t.${part} ELSE 0 END`);
      await db.query(`
        CREATE VIEW console.seen_${span} WITH (security_barrier) AS
          -- Asked once, and not for each cell.
          WITH b AS MATERIALIZED (
            SELECT begins, ends, since, until, date_trunc('${span}', since::timestamp)::date AS begun,
              date_trunc('${span}', since + interval '1 ${span}' - interval '1 day')::date AS first_whole,
              date_trunc('${span}', until::timestamp)::date AS first_beyond
            FROM (SELECT begins, ends, (begins AT TIME ZONE 'Europe/Stockholm')::date AS since, (ends AT TIME ZONE 'Europe/Stockholm')::date AS until
                  FROM (SELECT console.bound_from() AS begins, console.bound_until() AS ends OFFSET 0) AS bound OFFSET 0) AS day)
          SELECT t.first, t.sender, t.recipient, t.outcome, t.grounds, t.reasons,
            CASE WHEN ${whole} THEN t.oldest ELSE greatest(b.begins, t.first::timestamp AT TIME ZONE 'Europe/Stockholm') END AS oldest,
            CASE WHEN ${whole} THEN t.newest ELSE least(b.ends, (t.first + interval '1 ${span}') AT TIME ZONE 'Europe/Stockholm') END AS newest,
            ${parts.map((part, nth) => `CASE WHEN ${whole} THEN t.${part} ELSE ${cut[nth]} END AS ${part}`).join(', ')}
          FROM console.tally_${span} t CROSS JOIN b
          WHERE t.terms @@ (SELECT console.bound_terms()) AND t.terms @@ (SELECT console.asked_terms())
            AND t.first >= b.begun AND t.first < b.until AND (${whole} OR ${cut.join(' + ')} > 0);
        GRANT SELECT ON console.seen_${span} TO delge_console_reader;`);
    }
  }

  async down(): Promise<void> {
    throw new Error('a console that counts is not made one that does not; deploy the version before and rebuild');
  }
}
