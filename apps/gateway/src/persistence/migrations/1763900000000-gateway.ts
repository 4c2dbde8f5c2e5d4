import { messagingTablesSql } from '#messaging';
import { keysSeenTableSql } from '#operator';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of one authority alone. `FORCE` makes the policy bind the tables' owner too. */
const separated = ['referral', 'message', 'statement', 'refusal', 'delivery', 'delivery_receipt', 'rejection'] as const;

export class Gateway1763900000000 implements MigrationInterface {
  readonly name = 'Gateway1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.system (
        id uuid PRIMARY KEY, authority text NOT NULL, kid text NOT NULL UNIQUE, jwk text NOT NULL,
        -- The administrator's signed words; kept as the ground for whatever the system does.
        statement text NOT NULL, stated_at timestamptz NOT NULL);
      CREATE TABLE gateway.token_use (
        system uuid NOT NULL, jti text NOT NULL, expires_at timestamptz NOT NULL, PRIMARY KEY (system, jti));
      CREATE INDEX token_use_expiry ON gateway.token_use (expires_at);

      CREATE TABLE gateway.referral (
        authority text NOT NULL, id uuid NOT NULL, case_id uuid NOT NULL, type text NOT NULL,
        phase text NOT NULL CHECK (phase IN ('draft', 'lapsed', 'accepted')),
        body_digest text NOT NULL, body bytea NOT NULL, assessments bytea NOT NULL,
        version uuid NOT NULL, submitted_at timestamptz NOT NULL, lapses_at timestamptz,
        -- Cursor of the listing. Identity order is not commit order: readers stop below the oldest running transaction.
        txid xid8 NOT NULL DEFAULT pg_current_xact_id(), seq bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (authority, id));
      CREATE INDEX referral_order ON gateway.referral (authority, txid, seq);
      CREATE INDEX referral_drafts ON gateway.referral (authority, lapses_at) WHERE phase = 'draft';

      CREATE TABLE gateway.message (
        authority text NOT NULL, message_id uuid NOT NULL, referral_id uuid NOT NULL, position int NOT NULL,
        recipient text NOT NULL, function text NOT NULL, state text NOT NULL, attempt int NOT NULL CHECK (attempt >= 1),
        changed_at timestamptz NOT NULL, expires_at timestamptz, outbox_id uuid, manifest_sha256 text, jwe_sha256 text,
        -- Encrypted: verdict with texts, manifest, and the exact signed document as proof of what was sent.
        detail bytea NOT NULL,
        PRIMARY KEY (authority, message_id),
        FOREIGN KEY (authority, referral_id) REFERENCES gateway.referral (authority, id) ON DELETE CASCADE);
      CREATE INDEX message_referral ON gateway.message (authority, referral_id, position);
      CREATE INDEX message_waiting ON gateway.message (authority, expires_at) WHERE state = 'accepted';

      CREATE TABLE gateway.statement (
        authority text NOT NULL, entry_id uuid NOT NULL, message_id uuid NOT NULL, kind text NOT NULL,
        entry text NOT NULL, statement text, blind text, proof text, note bytea, at timestamptz NOT NULL,
        PRIMARY KEY (authority, entry_id));
      CREATE INDEX statement_message ON gateway.statement (authority, message_id, at);

      CREATE TABLE gateway.refusal (
        authority text NOT NULL, refusal_id uuid NOT NULL, fingerprint text NOT NULL, message_id uuid NOT NULL,
        referral_id uuid NOT NULL, recipient text NOT NULL, statement text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (authority, refusal_id), UNIQUE (authority, fingerprint));

      CREATE TABLE gateway.delivery (
        authority text NOT NULL, message_id uuid NOT NULL, attempt int NOT NULL, sender text NOT NULL, case_id uuid NOT NULL,
        type text NOT NULL, function text NOT NULL, delivery_number bigint NOT NULL, received_at timestamptz NOT NULL,
        jwe_sha256 text NOT NULL, decision_entry_id uuid NOT NULL, detail bytea NOT NULL,
        txid xid8 NOT NULL DEFAULT pg_current_xact_id(), seq bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (authority, message_id));
      CREATE INDEX delivery_order ON gateway.delivery (authority, txid, seq);

      CREATE TABLE gateway.delivery_receipt (
        authority text NOT NULL, message_id uuid NOT NULL, kind text NOT NULL, receipt_id uuid NOT NULL,
        receipt text NOT NULL, detail bytea NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (authority, message_id, kind));

      CREATE TABLE gateway.rejection (
        authority text NOT NULL, message_id uuid NOT NULL, attempt int NOT NULL, delivery_sha256 text NOT NULL,
        reason text NOT NULL, receipt text NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (authority, message_id, attempt));
    `);
    for (const table of separated) {
      // Two authorities on one gateway do not see each other, whatever a query forgets (design.md section 9).
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON gateway.${table}
          USING (authority = current_setting('app.authority', true))
          WITH CHECK (authority = current_setting('app.authority', true));`);
    }
    await db.query(keysSeenTableSql('gateway') + messagingTablesSql('gateway'));
  }

  async down(): Promise<void> {
    throw new Error('what was sent and received is never dropped; restore a backup instead');
  }
}
