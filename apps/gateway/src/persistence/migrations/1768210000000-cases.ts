import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What happens to a case is about no message. */
export class EventsWithoutMessage1768210000000 implements MigrationInterface {
  readonly name = 'EventsWithoutMessage1768210000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.event ALTER COLUMN message_id DROP NOT NULL;
      ALTER TABLE gateway.event ADD CONSTRAINT about_something CHECK (message_id IS NOT NULL OR case_id IS NOT NULL) NOT VALID;`);
  }

  async down(): Promise<void> {
    throw new Error('what was told stays; restore a backup instead');
  }
}

/** Of the rows of before too, while traffic goes on. */
export class EventsAboutSomething1768210002000 implements MigrationInterface {
  readonly name = 'EventsAboutSomething1768210002000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE gateway.event VALIDATE CONSTRAINT about_something`);
  }

  async down(): Promise<void> {
    throw new Error('what was told stays; restore a backup instead');
  }
}

/** Cases that an authority owns: what it says of them, what it adds to them, and other authorities' cases that they are linked to. */
export class Cases1768210001000 implements MigrationInterface {
  readonly name = 'Cases1768210001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    for (const table of ['owned_case', 'case_message', 'case_link', 'case_gathered'])
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
    await db.query(TELL);
  }

  async down(): Promise<void> {
    throw new Error('cases stand here and nowhere else; restore a backup instead');
  }
}

/** A draft that is replaced is deleted and written anew, so nothing refers to messages. */
const TABLES = `
  CREATE TABLE gateway.owned_case (
    authority text NOT NULL, case_id uuid NOT NULL, opened_at timestamptz NOT NULL,
    -- What a system said of it; a case that a referral opened has nothing of this.
    type text, named_at timestamptz, named_by uuid,
    -- Title, encrypted at rest; empty: it was taken away.
    detail bytea,
    closed_at timestamptz, closed_by uuid, reason text,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(), seq bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (authority, case_id),
    CHECK (num_nulls(type, named_at, named_by, detail) IN (0, 4)),
    CHECK (num_nulls(closed_at, closed_by, reason) IN (0, 3)));
  CREATE INDEX owned_case_order ON gateway.owned_case (authority, txid, seq);
  CREATE TABLE gateway.case_message (
    authority text NOT NULL, case_id uuid NOT NULL, message_id uuid NOT NULL, added_at timestamptz NOT NULL, added_by uuid NOT NULL,
    PRIMARY KEY (authority, case_id, message_id),
    FOREIGN KEY (authority, case_id) REFERENCES gateway.owned_case (authority, case_id));
  CREATE TABLE gateway.case_link (
    authority text NOT NULL, case_id uuid NOT NULL, other_authority text NOT NULL, other_case_id uuid NOT NULL,
    linked_at timestamptz NOT NULL, linked_by uuid NOT NULL,
    PRIMARY KEY (authority, case_id, other_authority, other_case_id),
    FOREIGN KEY (authority, case_id) REFERENCES gateway.owned_case (authority, case_id));
  -- Referrals open cases; those up to this one have.
  CREATE TABLE gateway.case_gathered (
    authority text PRIMARY KEY, txid xid8 NOT NULL, seq bigint NOT NULL);`;

/** As in `EventsOfMessages1768000001000`. */
const telling = (table: string): string => `
  CREATE FUNCTION gateway.tell_of_${table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
  BEGIN`;

/** That a referral opened one, the events of its messages tell. */
const TELL = `
  ${telling('owned_case')}
    IF TG_OP = 'INSERT' OR OLD.named_at IS NULL THEN
      PERFORM gateway.tell(NEW.authority, 'case.opened', NEW.case_id::text, NEW.named_at, NULL, NULL, NEW.case_id, NULL, NULL, NEW.type)
        WHERE NEW.named_at IS NOT NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
      PERFORM gateway.tell(NEW.authority, 'case.closed', NEW.case_id::text, NEW.closed_at, NULL, NULL, NEW.case_id, NULL, NULL, NEW.reason)
        WHERE NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER tell AFTER INSERT OR UPDATE ON gateway.owned_case FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_owned_case();
  ${telling('case_message')}
    PERFORM gateway.tell(NEW.authority, 'case.linked', NEW.case_id || '.' || NEW.message_id, NEW.added_at, NEW.message_id,
      NULL, NEW.case_id, NULL, NULL, 'message');
    RETURN NULL;
  END $$;
  CREATE TRIGGER tell AFTER INSERT ON gateway.case_message FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_case_message();
  ${telling('case_link')}
    PERFORM gateway.tell(NEW.authority, 'case.linked', NEW.case_id || '.' || NEW.other_authority || '.' || NEW.other_case_id, NEW.linked_at,
      NULL, NULL, NEW.case_id, NULL, NULL, 'case');
    RETURN NULL;
  END $$;
  CREATE TRIGGER tell AFTER INSERT ON gateway.case_link FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_case_link();`;
