import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Days by which requests are to be answered, and how far requests have been looked through for them. Ids, codes and days alone. */
export class RequestDeadlines1769802000000 implements MigrationInterface {
  readonly name = 'RequestDeadlines1769802000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    for (const table of ['request_deadline', 'request_looked'])
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
    await db.query(TELL);
  }

  async down(): Promise<void> {
    throw new Error('whom was told that a request is overdue stays; restore a backup instead');
  }
}

const TABLES = `
  CREATE TABLE gateway.request_deadline (
    authority text NOT NULL, direction text NOT NULL CHECK (direction IN ('sent', 'received', 'recorded')), id uuid NOT NULL,
    -- The last day in Europe/Stockholm.
    answer_by date NOT NULL, alarmed_at timestamptz,
    -- Nothing is awaited of it any more.
    settled boolean NOT NULL DEFAULT false,
    PRIMARY KEY (authority, direction, id));
  CREATE INDEX request_deadline_open ON gateway.request_deadline (authority, answer_by, direction, id) WHERE alarmed_at IS NULL AND NOT settled;
  CREATE TABLE gateway.request_looked (
    authority text NOT NULL, direction text NOT NULL, txid xid8 NOT NULL, seq bigint NOT NULL, PRIMARY KEY (authority, direction));`;

/** As in `EventsOfMessages1768000001000`. */
const TELL = `
  CREATE FUNCTION gateway.tell_of_request_deadline() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
  DECLARE
    asked record;
  BEGIN
    SELECT NULL::uuid AS referral_id, NULL::uuid AS case_id, NULL::text AS type, NULL::bigint AS number INTO asked;
    IF NEW.direction = 'sent' THEN
      SELECT r.id AS referral_id, r.case_id, r.type, NULL::bigint AS number INTO asked FROM gateway.message m
        JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
        WHERE m.authority = NEW.authority AND m.message_id = NEW.id;
    ELSIF NEW.direction = 'received' THEN
      SELECT NULL::uuid AS referral_id, d.case_id, d.type, d.delivery_number AS number INTO asked FROM gateway.delivery d
        WHERE d.authority = NEW.authority AND d.message_id = NEW.id;
    END IF;
    PERFORM gateway.tell(NEW.authority, 'request.overdue', NEW.id || '.' || NEW.direction, NEW.alarmed_at, NEW.id,
      asked.referral_id, asked.case_id, asked.type, asked.number, NEW.direction);
    RETURN NULL;
  END $$;
  CREATE TRIGGER tell AFTER UPDATE OF alarmed_at ON gateway.request_deadline FOR EACH ROW
    WHEN (OLD.alarmed_at IS NULL AND NEW.alarmed_at IS NOT NULL) EXECUTE FUNCTION gateway.tell_of_request_deadline();`;
