import { messagingTablesSql } from '#messaging';
import { keysSeenTableSql } from '#operator';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Exchange1763900000000 implements MigrationInterface {
  readonly name = 'Exchange1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE exchange.message (
        sender text NOT NULL, message_id uuid NOT NULL, attempt int NOT NULL CHECK (attempt >= 1),
        recipient text NOT NULL, case_id uuid NOT NULL, gateway text NOT NULL,
        manifest text NOT NULL, manifest_sha256 text NOT NULL,
        -- Sealed to the recipient; deleted some time after it has been received.
        jwe text, jwe_sha256 text NOT NULL, received_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('decided', 'released', 'refused', 'fetched', 'rejected', 'expired')),
        fetched_at timestamptz,
        PRIMARY KEY (sender, message_id, attempt));
      CREATE INDEX message_open ON exchange.message (expires_at) WHERE state = 'decided';
      CREATE INDEX message_kept ON exchange.message (fetched_at) WHERE jwe IS NOT NULL AND fetched_at IS NOT NULL;

      CREATE TABLE exchange.decision (
        entry_id uuid PRIMARY KEY, sender text NOT NULL, message_id uuid NOT NULL, attempt int NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('permit', 'assess', 'deny')), number bigint NOT NULL,
        keys_size numeric(20) NOT NULL, decision text NOT NULL, blind bytea NOT NULL, decided_at timestamptz NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY, released_at timestamptz, superseded_at timestamptz,
        UNIQUE (sender, number),
        FOREIGN KEY (sender, message_id, attempt) REFERENCES exchange.message);
      CREATE INDEX decision_waiting ON exchange.decision (seq) WHERE released_at IS NULL AND superseded_at IS NULL;
      CREATE UNIQUE INDEX decision_standing ON exchange.decision (sender, message_id, attempt) WHERE superseded_at IS NULL;

      -- Gapless numbers: the row is locked by whoever takes the next, until that is committed.
      CREATE TABLE exchange.sender_number (sender text PRIMARY KEY, last bigint NOT NULL);
      CREATE TABLE exchange.case_number (
        recipient text NOT NULL, case_id uuid NOT NULL, last bigint NOT NULL, PRIMARY KEY (recipient, case_id));

      CREATE TABLE exchange.delivery (
        sender text NOT NULL, message_id uuid NOT NULL, attempt int NOT NULL, recipient text NOT NULL, case_id uuid NOT NULL,
        number bigint NOT NULL, entry_id uuid NOT NULL REFERENCES exchange.decision, released_at timestamptz NOT NULL,
        PRIMARY KEY (sender, message_id, attempt), UNIQUE (recipient, case_id, number));
      CREATE INDEX delivery_message ON exchange.delivery (message_id, attempt);

      CREATE TABLE exchange.receipt (
        receipt_id uuid PRIMARY KEY, sender text NOT NULL, message_id uuid NOT NULL, attempt int NOT NULL, kind text NOT NULL,
        statement_sha256 text NOT NULL, at timestamptz NOT NULL,
        FOREIGN KEY (sender, message_id, attempt) REFERENCES exchange.message);
      -- Technical receipt or rejection: one of them, once.
      CREATE UNIQUE INDEX receipt_taken ON exchange.receipt (sender, message_id, attempt) WHERE kind IN ('technical', 'rejected');
      CREATE UNIQUE INDEX receipt_kind ON exchange.receipt (sender, message_id, attempt, kind);

      CREATE TABLE exchange.notice (
        entry_id uuid PRIMARY KEY, kind text NOT NULL, gateway text NOT NULL, notice text NOT NULL, blind bytea NOT NULL,
        -- Exact bytes of the participant's statement that the notice takes into the log, and what travels beside it.
        statement text, sealed text, at timestamptz NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY, released_at timestamptz);
      CREATE INDEX notice_waiting ON exchange.notice (seq) WHERE released_at IS NULL;

      CREATE TABLE exchange.quarantine (
        id uuid PRIMARY KEY, queue text NOT NULL, type text NOT NULL, user_id text NOT NULL, body bytea NOT NULL,
        reason text NOT NULL, message_id uuid, sender text, gateway text, at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('held', 'retried', 'discarded')), settled_at timestamptz, settled_reason text);
      CREATE INDEX quarantine_held ON exchange.quarantine (at) WHERE state = 'held';
    `);
    await db.query(keysSeenTableSql('exchange') + messagingTablesSql('exchange'));
    await db.query(`
      GRANT USAGE ON SCHEMA exchange TO delge_exchange;
      GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA exchange TO delge_exchange;
      GRANT DELETE ON exchange.outbox TO delge_exchange;
      REVOKE INSERT, UPDATE ON exchange.migration FROM delge_exchange;
      REVOKE UPDATE ON exchange.delivery, exchange.receipt, exchange.inbox FROM delge_exchange;
      REVOKE UPDATE ON exchange.decision, exchange.notice FROM delge_exchange;
      GRANT UPDATE (released_at, superseded_at) ON exchange.decision TO delge_exchange;
      GRANT UPDATE (released_at) ON exchange.notice TO delge_exchange;
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA exchange TO delge_exchange;`);
  }

  async down(): Promise<void> {
    throw new Error('what was decided is never dropped; restore a backup instead');
  }
}
