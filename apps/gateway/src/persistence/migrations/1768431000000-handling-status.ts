import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * How far each delivery has come, so that lists by it read an index. Receipts, and `gateway.handling`, stay where it stands: what is here follows from them by triggers,
 * whichever process writes. A table that has traffic is locked by one migration alone.
 */

export class HandlingStatus1768431000000 implements MigrationInterface {
  readonly name = 'HandlingStatus1768431000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.handling_status (
        authority text NOT NULL, message_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('requested', 'received', 'accepted', 'rejected', 'completed')),
        -- Of the delivery.
        received_at timestamptz NOT NULL, txid xid8 NOT NULL, seq bigint NOT NULL,
        PRIMARY KEY (authority, message_id));
      CREATE INDEX handling_status_order ON gateway.handling_status (authority, status, txid, seq);
      -- Of which a clock may run.
      CREATE INDEX handling_status_open ON gateway.handling_status (authority, txid, seq) WHERE status IN ('requested', 'received');
      -- What was received before is looked through afterwards: up to here it is, and lists read the index when all of it is.
      CREATE TABLE gateway.handling_filled (
        authority text PRIMARY KEY, txid xid8 NOT NULL, seq bigint NOT NULL, completed_at timestamptz);
      ${['handling_status', 'handling_filled'].map(ownRows).join('')}
      CREATE FUNCTION gateway.status_of_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO gateway.handling_status (authority, message_id, status, received_at, txid, seq)
          VALUES (NEW.authority, NEW.message_id, 'requested', NEW.received_at, NEW.txid, NEW.seq) ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$;
      CREATE TRIGGER status AFTER INSERT ON gateway.delivery FOR EACH ROW EXECUTE FUNCTION gateway.status_of_delivery();`);
  }

  async down(): Promise<void> {
    throw new Error('services list by it; restore a backup instead');
  }
}

export class HandlingStatusReceived1768431001000 implements MigrationInterface {
  readonly name = 'HandlingStatusReceived1768431001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${following('handling', 'NEW.status')}
      CREATE TRIGGER status AFTER INSERT ON gateway.handling FOR EACH ROW EXECUTE FUNCTION gateway.status_of_handling();`);
  }

  async down(): Promise<void> {
    throw new Error('services list by it; restore a backup instead');
  }
}

export class HandlingStatusByReceipt1768431002000 implements MigrationInterface {
  readonly name = 'HandlingStatusByReceipt1768431002000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${following('delivery_receipt', `CASE NEW.kind WHEN 'accepted' THEN 'accepted' WHEN 'form-rejected' THEN 'rejected' ELSE 'completed' END`)}
      CREATE TRIGGER status AFTER INSERT ON gateway.delivery_receipt FOR EACH ROW
        WHEN (NEW.kind IN ('accepted', 'form-rejected', 'handled')) EXECUTE FUNCTION gateway.status_of_delivery_receipt();`);
  }

  async down(): Promise<void> {
    throw new Error('services list by it; restore a backup instead');
  }
}

const ownRows = (table: string): string => `
      ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON gateway.${table}
        USING (authority = current_setting('app.authority', true))
        WITH CHECK (authority = current_setting('app.authority', true));`;

/** Never back: `mayFollow` says what comes after what. */
const following = (table: string, status: string): string => `
      CREATE FUNCTION gateway.status_of_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO gateway.handling_status AS s (authority, message_id, status, received_at, txid, seq)
          SELECT d.authority, d.message_id, ${status}, d.received_at, d.txid, d.seq
          FROM gateway.delivery d WHERE d.authority = NEW.authority AND d.message_id = NEW.message_id
          ON CONFLICT (authority, message_id) DO UPDATE SET status = EXCLUDED.status
          WHERE EXCLUDED.status <> 'received' OR s.status = 'requested';
        RETURN NULL;
      END $$;`;
