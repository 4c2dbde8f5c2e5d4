import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What auditors search: a projection of the disclosure log, and who may read of it what. `delge_console` follows the log and writes down the auditors' acts; `delge_console_reader` reads
 * disclosures, and only those within the assignment that its transaction names.
 */
export class Console1769400000000 implements MigrationInterface {
  readonly name = 'Console1769400000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- How far the log has been followed, and how far its root has been computed again: what lies between is shown to nobody.
      CREATE TABLE console.projection (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), size bigint NOT NULL, hashes bytea NOT NULL,
        checked bigint NOT NULL CHECK (checked <= size), alarm text);
      INSERT INTO console.projection (size, hashes, checked) VALUES (0, '', 0);
      CREATE TABLE console.checkpoint (
        size bigint PRIMARY KEY, root bytea NOT NULL CHECK (octet_length(root) = 32), checked_at timestamptz NOT NULL, witnessed_at timestamptz);
      CREATE TABLE console.growth (day date PRIMARY KEY, entries bigint NOT NULL);
      CREATE TABLE console.assignment (
        id uuid PRIMARY KEY, auditor text NOT NULL, authorities text[] NOT NULL, provision text NOT NULL, diary_number text NOT NULL,
        since date NOT NULL, until date, fields text[] NOT NULL, expires date NOT NULL, granted_at timestamptz NOT NULL,
        index bigint NOT NULL UNIQUE, ended_at timestamptz);
      CREATE INDEX assignment_of ON console.assignment (auditor);

      CREATE TABLE console.disclosure (
        index bigint NOT NULL, at timestamptz NOT NULL, entry_id uuid NOT NULL, record text NOT NULL, message_id uuid NOT NULL,
        attempt int, number bigint NOT NULL, sender text NOT NULL, recipient text NOT NULL, sender_kind text NOT NULL,
        recipient_kind text NOT NULL, outcome text NOT NULL, message_type text NOT NULL, kind text, force text, purpose text NOT NULL,
        grounds text[] NOT NULL, versions text[] NOT NULL, reasons text[] NOT NULL, categories text[] NOT NULL,
        officers text[] NOT NULL, case_id uuid NOT NULL, received_at timestamptz, receipt_due_at timestamptz,
        detail jsonb NOT NULL,
        -- 'filter:value' of all that is filtered on, and 'party:authority' of who may see it.
        terms tsvector NOT NULL,
        PRIMARY KEY (at, index)) PARTITION BY RANGE (at);
      CREATE INDEX disclosure_terms ON console.disclosure USING gin (terms);
      CREATE INDEX disclosure_index ON console.disclosure (index);
      CREATE INDEX disclosure_message ON console.disclosure (message_id);
      CREATE INDEX disclosure_case ON console.disclosure (case_id);
      CREATE INDEX disclosure_entry ON console.disclosure (entry_id);
      CREATE INDEX disclosure_due ON console.disclosure (receipt_due_at) WHERE receipt_due_at IS NOT NULL;
      CREATE INDEX disclosure_sender_due ON console.disclosure (sender, receipt_due_at, index) WHERE receipt_due_at IS NOT NULL;
      CREATE INDEX disclosure_recipient_due ON console.disclosure (recipient, receipt_due_at, index) WHERE receipt_due_at IS NOT NULL;

      -- How many disclosures below projection.checked are alike in all but officers, ids and time of day; of a day and of a month in Europe/Stockholm. A cell is the SHA-256 of its terms.
      CREATE TABLE console.tally_day (
        first date NOT NULL, cell bytea NOT NULL, sender text NOT NULL, recipient text NOT NULL, outcome text NOT NULL, grounds text[] NOT NULL,
        reasons text[] NOT NULL, terms tsvector NOT NULL, disclosures bigint NOT NULL CHECK (disclosures > 0), newest timestamptz NOT NULL,
        PRIMARY KEY (first, cell)) PARTITION BY RANGE (first);
      CREATE INDEX tally_day_terms ON console.tally_day USING gin (terms);
      CREATE TABLE console.tally_month (LIKE console.tally_day INCLUDING CONSTRAINTS, PRIMARY KEY (first, cell));
      CREATE INDEX tally_month_terms ON console.tally_month USING gin (terms);

      -- Whatever happened to a message, in the order of the log.
      CREATE TABLE console.happening (
        index bigint PRIMARY KEY, entry_id uuid NOT NULL, at timestamptz NOT NULL, kind text NOT NULL, message_id uuid NOT NULL,
        sender text NOT NULL, recipient text NOT NULL, senders_alone boolean NOT NULL, attempt int, outcome text, reason text,
        stated_at timestamptz);
      CREATE INDEX happening_of ON console.happening (message_id, index);
      CREATE INDEX happening_entry ON console.happening (entry_id);
      -- Where something stood whose opening is erased; "at" is when that which it was of was decided, where that was known.
      CREATE TABLE console.erased (
        index bigint PRIMARY KEY, sender text NOT NULL, recipient text, number bigint, senders_alone boolean NOT NULL,
        erasure bigint NOT NULL, erased_at timestamptz NOT NULL, at timestamptz);
      CREATE INDEX erased_by ON console.erased (erasure);

      -- Opens the commitment of an act's entry: what the auditor asked for, for the auditor alone.
      CREATE TABLE console.act (
        entry_id uuid PRIMARY KEY, auditor text NOT NULL, assignment uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('search', 'export')),
        salt bytea NOT NULL CHECK (octet_length(salt) = 32), query text NOT NULL, shown bigint NOT NULL, at timestamptz NOT NULL);
      CREATE INDEX act_of ON console.act (auditor, at);
      CREATE FUNCTION console.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'what an auditor did is never changed' USING ERRCODE = '42501'; END $$;
      CREATE TRIGGER act_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON console.act
        FOR EACH STATEMENT EXECUTE FUNCTION console.refuse_change();
      -- The largest keys log that an entry of the console's has named: none names an older one later.
      CREATE TABLE console.own_keys (one boolean PRIMARY KEY DEFAULT true CHECK (one), size bigint NOT NULL CHECK (size >= 0));
      INSERT INTO console.own_keys (size) VALUES (0);`);
    await this.bounds(db);
    await this.maintenance(db);
    await db.query(`
      GRANT USAGE ON SCHEMA console TO delge_console, delge_console_reader;
      GRANT SELECT, UPDATE ON console.projection, console.own_keys TO delge_console;
      GRANT SELECT, INSERT ON console.checkpoint, console.act TO delge_console;
      GRANT SELECT, INSERT, UPDATE ON console.growth, console.assignment, console.disclosure TO delge_console;
      GRANT SELECT, INSERT, DELETE ON console.happening, console.erased TO delge_console;
      GRANT DELETE ON console.disclosure TO delge_console;
      GRANT SELECT, INSERT, UPDATE, DELETE ON console.tally_day, console.tally_month TO delge_console;
      GRANT SELECT ON console.disclosure, console.happening, console.erased, console.tally_day, console.tally_month TO delge_console_reader;`);
  }

  /**
   * Row security. What bounds a row and what is asked for stand in one policy, so that both may use an index: the operators of full text search are not leakproof, and of a query of its own PostgreSQL would
   * ask them only after the policy has held for a row. Each bound is a subquery of its own, which is asked once and not for each row.
   */
  private async bounds(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION console.live() RETURNS console.assignment LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$
          SELECT a FROM console.assignment a, console.projection p
          WHERE a.id::text = current_setting('delge.assignment', true) AND a.auditor = current_setting('delge.auditor', true)
            AND a.ended_at IS NULL AND a.expires > (now() AT TIME ZONE 'Europe/Stockholm')::date AND a.index < p.checked $$;
      CREATE FUNCTION console.bound_from() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$ SELECT (console.live()).since::timestamp AT TIME ZONE 'Europe/Stockholm' $$;
      CREATE FUNCTION console.bound_until() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS
        $$ SELECT coalesce((console.live()).until::timestamp AT TIME ZONE 'Europe/Stockholm', 'infinity') $$;
      CREATE FUNCTION console.bound_authorities() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$ SELECT (console.live()).authorities $$;
      CREATE FUNCTION console.bound_terms() RETURNS tsquery LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS
        $$ SELECT string_agg(quote_literal('party:' || a), ' | ')::tsquery FROM unnest((console.live()).authorities) AS a $$;
      CREATE FUNCTION console.asked_terms() RETURNS tsquery LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS
        $$ SELECT coalesce(nullif(current_setting('delge.query', true), '')::tsquery, console.bound_terms()) $$;
      CREATE FUNCTION console.checked_size() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$ SELECT checked FROM console.projection $$;
      REVOKE ALL ON FUNCTION console.live, console.bound_from, console.bound_until, console.bound_authorities, console.bound_terms,
        console.asked_terms, console.checked_size FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION console.bound_from, console.bound_until, console.bound_authorities, console.bound_terms, console.asked_terms,
        console.checked_size TO delge_console_reader;

      ALTER TABLE console.disclosure ENABLE ROW LEVEL SECURITY;
      ALTER TABLE console.disclosure FORCE ROW LEVEL SECURITY;
      CREATE POLICY follows ON console.disclosure TO delge_console USING (true) WITH CHECK (true);
      CREATE POLICY within_assignment ON console.disclosure FOR SELECT TO delge_console_reader USING (
        terms @@ (SELECT console.bound_terms()) AND terms @@ (SELECT console.asked_terms())
        AND at >= (SELECT console.bound_from()) AND at < (SELECT console.bound_until()) AND index < (SELECT console.checked_size()));

      -- The same bounds: days are whole days of the period, months whole months of it, and what is counted stands below the checked size.
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

      ALTER TABLE console.happening ENABLE ROW LEVEL SECURITY;
      ALTER TABLE console.happening FORCE ROW LEVEL SECURITY;
      CREATE POLICY follows ON console.happening TO delge_console USING (true) WITH CHECK (true);
      CREATE POLICY within_assignment ON console.happening FOR SELECT TO delge_console_reader USING (
        index < (SELECT console.checked_size())
        AND (NOT senders_alone OR sender = ANY ((SELECT console.bound_authorities())::text[]))
        -- A record is seen when it is itself within the bounds, anything else when what it came of is.
        AND EXISTS (SELECT FROM console.disclosure d WHERE d.message_id = happening.message_id AND (d.index = happening.index
          OR (happening.kind NOT IN ('decision', 'refusal-recorded', 'disclosure-recorded')
            AND (happening.attempt IS NULL OR d.attempt = happening.attempt)))));

      ALTER TABLE console.erased ENABLE ROW LEVEL SECURITY;
      ALTER TABLE console.erased FORCE ROW LEVEL SECURITY;
      CREATE POLICY follows ON console.erased TO delge_console USING (true) WITH CHECK (true);
      CREATE POLICY within_assignment ON console.erased FOR SELECT TO delge_console_reader USING (
        erasure < (SELECT console.checked_size()) AND at >= (SELECT console.bound_from()) AND at < (SELECT console.bound_until())
          AND (sender = ANY ((SELECT console.bound_authorities())::text[])
          OR (NOT senders_alone AND recipient = ANY ((SELECT console.bound_authorities())::text[]))));`);
  }

  /** What only the owner of the tables can do, and the console needs: months, and beginning anew. */
  private async maintenance(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Months of Europe/Stockholm, as days of decision are: the one that is wanted and the next, which begins before it does in UTC.
      CREATE FUNCTION console.ensure_month(wanted date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
          first date;
          beyond date;
          suffix text;
        BEGIN
          FOR ahead IN 0..1 LOOP
            first := date_trunc('month', wanted) + make_interval(months => ahead);
            beyond := first + interval '1 month';
            suffix := to_char(first, 'YYYYMM');
            IF to_regclass('console.disclosure_' || suffix) IS NULL THEN
              EXECUTE format('CREATE TABLE console.%I PARTITION OF console.disclosure FOR VALUES FROM (%L) TO (%L)', 'disclosure_' || suffix,
                first::timestamp AT TIME ZONE 'Europe/Stockholm', beyond::timestamp AT TIME ZONE 'Europe/Stockholm');
            END IF;
            IF to_regclass('console.tally_day_' || suffix) IS NULL THEN
              EXECUTE format('CREATE TABLE console.%I PARTITION OF console.tally_day FOR VALUES FROM (%L) TO (%L)', 'tally_day_' || suffix, first, beyond);
            END IF;
          END LOOP;
        END $$;
      CREATE FUNCTION console.begin_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          TRUNCATE console.disclosure, console.happening, console.erased, console.assignment, console.checkpoint, console.growth,
            console.tally_day, console.tally_month;
          UPDATE console.projection SET size = 0, hashes = '', checked = 0, alarm = NULL;
        END $$;
      REVOKE ALL ON FUNCTION console.ensure_month, console.begin_anew FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION console.ensure_month, console.begin_anew TO delge_console;`);
  }

  async down(): Promise<void> {
    throw new Error('what auditors did is never dropped; restore a backup instead');
  }
}
