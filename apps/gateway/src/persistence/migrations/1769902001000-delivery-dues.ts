import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Until when the recipient should have taken a delivery over, and up. The sender's ground decides with its type, so that it is kept when the delivery is. Ids, codes and times alone. */
export class DeliveryDues1769902001000 implements MigrationInterface {
  readonly name = 'DeliveryDues1769902001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.delivery_due (
        authority text NOT NULL, message_id uuid NOT NULL, what text NOT NULL CHECK (what IN ('received', 'accepted')),
        due_at timestamptz NOT NULL, alarmed_at timestamptz,
        -- It did not run any more when its time came.
        settled boolean NOT NULL DEFAULT false,
        PRIMARY KEY (authority, message_id, what));
      CREATE INDEX delivery_due_open ON gateway.delivery_due (authority, due_at) WHERE alarmed_at IS NULL AND NOT settled;
      ALTER TABLE gateway.delivery_due ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.delivery_due FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.delivery_due
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`);
    await db.query(RECEIVE);
    await db.query(TELL);
  }

  async down(): Promise<void> {
    throw new Error('whom was told that a delivery is overdue stays; restore a backup instead');
  }
}

/** As `gateway.receive_and_index`, with the clocks of each delivery. */
const RECEIVE = `
  CREATE FUNCTION gateway.receive_with_dues(items json, octets bytea) RETURNS TABLE (n int, outcome text) LANGUAGE plpgsql AS $$
  DECLARE
    one record;
  BEGIN
    FOR one IN
      SELECT done.n, done.outcome, item.authority, item.message_id, item.dues FROM gateway.receive_and_index(items, octets) done
      JOIN json_to_recordset(items) AS item (n int, authority text, message_id uuid, dues json) ON item.n = done.n
    LOOP
      n := one.n;
      outcome := one.outcome;
      IF one.outcome = 'received' THEN
        PERFORM set_config('app.authority', one.authority, true);
        INSERT INTO gateway.delivery_due (authority, message_id, what, due_at)
          SELECT one.authority, one.message_id, d.what, d.at FROM json_to_recordset(one.dues) AS d (what text, at timestamptz)
          ON CONFLICT DO NOTHING;
      END IF;
      RETURN NEXT;
    END LOOP;
  END $$;`;

/** As in `EventsOfMessages1768000001000`. */
const TELL = `
  CREATE FUNCTION gateway.tell_of_delivery_due() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
  BEGIN
    PERFORM gateway.tell(NEW.authority, 'delivery.overdue', NEW.message_id || '.' || NEW.what, NEW.alarmed_at, NEW.message_id,
      NULL, d.case_id, d.type, d.delivery_number, NEW.what)
      FROM gateway.delivery d WHERE d.authority = NEW.authority AND d.message_id = NEW.message_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER tell AFTER UPDATE OF alarmed_at ON gateway.delivery_due FOR EACH ROW
    WHEN (OLD.alarmed_at IS NULL AND NEW.alarmed_at IS NOT NULL) EXECUTE FUNCTION gateway.tell_of_delivery_due();`;
