import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * How far the recipient has come with what it received. Receipts say most of it and stay the only place where that stands; beside them stands what no receipt says,
 * and which system gave a receipt. A table that has traffic is locked by one migration alone.
 */

/** That a system has taken a delivery over from its gateway. */
export class Handling1768200000000 implements MigrationInterface {
  readonly name = 'Handling1768200000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.handling (
        authority text NOT NULL, message_id uuid NOT NULL, status text NOT NULL CHECK (status = 'received'), at timestamptz NOT NULL,
        system uuid NOT NULL,
        PRIMARY KEY (authority, message_id, status),
        FOREIGN KEY (authority, message_id) REFERENCES gateway.delivery (authority, message_id));
      ALTER TABLE gateway.handling ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.handling FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.handling
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));
      ${telling('handling', 'NEW.status')}
      CREATE TRIGGER tell AFTER INSERT ON gateway.handling FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_handling();`);
  }

  async down(): Promise<void> {
    throw new Error('who took over what is never dropped; restore a backup instead');
  }
}

export class HandlingByReceipt1768200001000 implements MigrationInterface {
  readonly name = 'HandlingByReceipt1768200001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.delivery_receipt ADD COLUMN system uuid;
      ${telling('delivery_receipt', `CASE NEW.kind WHEN 'accepted' THEN 'accepted' WHEN 'form-rejected' THEN 'rejected' ELSE 'completed' END`)}
      CREATE TRIGGER tell AFTER INSERT ON gateway.delivery_receipt FOR EACH ROW
        WHEN (NEW.kind IN ('accepted', 'form-rejected', 'handled')) EXECUTE FUNCTION gateway.tell_of_delivery_receipt();`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `DROP TRIGGER tell ON gateway.delivery_receipt; DROP FUNCTION gateway.tell_of_delivery_receipt;
       ALTER TABLE gateway.delivery_receipt DROP COLUMN system;`,
    );
  }
}

/** As in `EventsOfMessages1768000001000`. */
const telling = (table: string, status: string): string => `
      CREATE FUNCTION gateway.tell_of_${table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
      BEGIN
        PERFORM gateway.tell(NEW.authority, 'delivery.handling-changed', NEW.message_id || '.' || ${status}, NEW.at, NEW.message_id,
          NULL, d.case_id, d.type, d.delivery_number, ${status})
          FROM gateway.delivery d WHERE d.authority = NEW.authority AND d.message_id = NEW.message_id;
        RETURN NULL;
      END $$;`;
