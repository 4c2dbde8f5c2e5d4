import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Concurrently } from './1768220000000-by-case.js';

/** Which message names which other one, at both ends; and requests that no message brought. */
export class Requests1768410000000 implements MigrationInterface {
  readonly name = 'Requests1768410000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    for (const table of ['reply', 'recorded_request'])
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
  }

  async down(): Promise<void> {
    throw new Error('requests are recorded here and nowhere else; restore a backup instead');
  }
}

/** A delivery is named before it is stored, and a draft that is replaced is deleted and written anew, so nothing refers to messages. */
const TABLES = `
  CREATE TABLE gateway.reply (
    authority text NOT NULL, message_id uuid NOT NULL, names uuid NOT NULL,
    PRIMARY KEY (authority, message_id, names));
  CREATE INDEX reply_names ON gateway.reply (authority, names);
  CREATE TABLE gateway.recorded_request (
    authority text NOT NULL, id uuid NOT NULL, asker text NOT NULL, asked_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL, system uuid NOT NULL,
    -- Who spoke, how that was checked, what was asked for and who took it down, encrypted at rest; empty: it was erased, by that system.
    detail bytea NOT NULL, erased_at timestamptz, erased_by uuid,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(), seq bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (authority, id));
  CREATE INDEX recorded_request_order ON gateway.recorded_request (authority, txid, seq);`;

/** Requests are few among what is received. */
const ASKING = `(type LIKE 'request/%' OR type LIKE 'permit-consultation/%')`;

export class ReceivedRequests1768410001000 extends Concurrently {
  override readonly name = 'ReceivedRequests1768410001000';
  protected override readonly index = 'delivery_requests';
  protected override readonly on = `gateway.delivery (authority, txid, seq) WHERE ${ASKING}`;
}

export class SentRequests1768410002000 extends Concurrently {
  override readonly name = 'SentRequests1768410002000';
  protected override readonly index = 'referral_requests';
  protected override readonly on = `gateway.referral (authority, txid, seq) WHERE ${ASKING}`;
}
