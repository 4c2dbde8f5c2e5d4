import type { Receipt } from '#envelope';
import type { EntityManager } from 'typeorm';
import type { StoredDecision, StoredNotice } from './entry.store.js';
import { toDecision, toNotice } from './entry.store.js';
import type { DecisionRow, NoticeRow } from './entry.store.js';
import { MESSAGE_COLUMNS, toMessage } from './message.store.js';
import type { MessageKey, MessageRow, StoredMessage } from './message.store.js';

/** A permit or refusal that is given out, with the message it is about. */
export interface DecidedMessage {
  readonly decision: StoredDecision;
  readonly message: StoredMessage;
}
/** A delivery without its number. */
export interface Delivering {
  readonly message: StoredMessage;
  readonly entryId: string;
}

/** What a receipt is about: a delivery, and the sender of its message. */
export interface Receiving extends MessageKey {
  readonly recipient: string;
  readonly gateway: string;
  readonly jweSha256: string;
  readonly entryId: string;
}

/** What several acts write at once, in one statement each, always within a caller's transaction. What each means stands at the single one. */
export const together = {
  async addMessages(tx: EntityManager, all: readonly StoredMessage[]): Promise<void> {
    await tx.query(
      `INSERT INTO exchange.message (sender, message_id, attempt, recipient, case_id, gateway, manifest, manifest_sha256,
         jwe, jwe_sha256, received_at, expires_at, state)
       SELECT * FROM unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[],
         $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[])`,
      [
        all.map(({ sender }) => sender),
        all.map(({ messageId }) => messageId),
        all.map(({ attempt }) => attempt),
        all.map(({ recipient }) => recipient),
        all.map(({ caseId }) => caseId),
        all.map(({ gateway }) => gateway),
        all.map(({ manifest }) => manifest),
        all.map(({ manifestSha256 }) => manifestSha256),
        all.map(({ jwe }) => jwe ?? null),
        all.map(({ jweSha256 }) => jweSha256),
        all.map(({ receivedAt }) => receivedAt),
        all.map(({ expiresAt }) => expiresAt),
        all.map(({ state }) => state),
      ],
    );
  },

  /** Takes the next number of each sender authority, in this order; their rows stay locked until the transaction ends. */
  async nextNumbers(tx: EntityManager, senders: readonly string[]): Promise<readonly number[]> {
    const rows = await tx.query<{ sender: string; last: string }[]>(
      `INSERT INTO exchange.sender_number AS n (sender, last)
         SELECT sender, count(*) FROM unnest($1::text[]) AS t (sender) GROUP BY sender ORDER BY sender
       ON CONFLICT (sender) DO UPDATE SET last = n.last + EXCLUDED.last RETURNING sender, last`,
      [senders],
    );
    return numbered(senders, new Map(rows.map(({ sender, last }) => [sender, Number(last)])));
  },

  /** Decisions and their entries for the ledger, in the transaction of the act: both or neither. */
  async addDecisions(
    tx: EntityManager,
    all: readonly (StoredDecision & { readonly number: number; readonly annex: string })[],
  ): Promise<void> {
    await tx.query(
      `WITH given AS (
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::text[], $6::bigint[], $7::numeric[], $8::text[],
           $9::bytea[], $10::timestamptz[], $11::text[]) WITH ORDINALITY
           AS t (entry_id, sender, message_id, attempt, outcome, number, keys_size, decision, blind, decided_at, annex, nth)
       ), decided AS (
         INSERT INTO exchange.decision (entry_id, sender, message_id, attempt, outcome, number, keys_size, decision, blind, decided_at)
         SELECT entry_id, sender, message_id, attempt, outcome, number, keys_size, decision, blind, decided_at FROM given ORDER BY nth
       )
       INSERT INTO ledger.pending (log, entry_id, entry, blind, annex)
         SELECT 'disclosure', entry_id, convert_to(decision, 'UTF8'), blind, convert_to(annex, 'UTF8') FROM given ORDER BY nth`,
      [
        all.map(({ entryId }) => entryId),
        all.map(({ sender }) => sender),
        all.map(({ messageId }) => messageId),
        all.map(({ attempt }) => attempt),
        all.map(({ outcome }) => outcome),
        all.map(({ number }) => number),
        all.map(({ keysSize }) => keysSize.toString()),
        all.map(({ decision }) => decision),
        all.map(({ blind }) => blind),
        all.map(({ decidedAt }) => decidedAt),
        all.map(({ annex }) => annex),
      ],
    );
  },

  /** Notices and their entries for the ledger, likewise. */
  async addNotices(tx: EntityManager, all: readonly StoredNotice[]): Promise<void> {
    await tx.query(
      `WITH given AS (
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::timestamptz[], $9::text[], $10::uuid[])
           WITH ORDINALITY AS t (entry_id, kind, gateway, notice, blind, statement, sealed, at, recipient, message_id, nth)
       ), noticed AS (
         INSERT INTO exchange.notice (entry_id, kind, gateway, notice, blind, statement, sealed, at, recipient, message_id)
         SELECT entry_id, kind, gateway, notice, blind, statement, sealed, at, recipient, message_id FROM given ORDER BY nth
       )
       INSERT INTO ledger.pending (log, entry_id, entry, blind, annex)
         SELECT 'disclosure', entry_id, convert_to(notice, 'UTF8'), blind, convert_to(statement, 'UTF8') FROM given ORDER BY nth`,
      [
        all.map(({ entryId }) => entryId),
        all.map(({ kind }) => kind),
        all.map(({ gateway }) => gateway),
        all.map(({ notice }) => notice),
        all.map(({ blind }) => blind),
        all.map(({ statement }) => statement ?? null),
        all.map(({ sealed }) => sealed ?? null),
        all.map(({ at }) => at),
        all.map(({ recipient }) => recipient ?? null),
        all.map(({ messageId }) => messageId ?? null),
      ],
    );
  },

  /** Locks those that nobody else has in hand, that still wait and are not marked as held, each decision before its message, in the order they were made. */
  async decisionsWaiting(tx: EntityManager, entryIds: readonly string[]): Promise<readonly DecidedMessage[]> {
    const columns = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');
    const rows = await tx.query<(DecisionRow & MessageRow)[]>(
      `SELECT d.entry_id, d.outcome, d.decision, d.blind, d.keys_size, d.decided_at, ${columns}
       FROM exchange.decision d JOIN exchange.message m USING (sender, message_id, attempt)
       WHERE d.entry_id = ANY ($1::uuid[]) AND d.released_at IS NULL AND d.superseded_at IS NULL AND NOT d.held
       ORDER BY d.seq FOR UPDATE OF d, m SKIP LOCKED`,
      [entryIds],
    );
    return rows.map((row) => ({ decision: toDecision(row), message: toMessage(row) }));
  },

  /** As `decisionsWaiting`. */
  async noticesWaiting(tx: EntityManager, entryIds: readonly string[]): Promise<readonly StoredNotice[]> {
    const rows = await tx.query<NoticeRow[]>(
      `SELECT entry_id, kind, gateway, notice, blind, statement, sealed, at FROM exchange.notice
       WHERE entry_id = ANY ($1::uuid[]) AND released_at IS NULL ORDER BY seq FOR UPDATE SKIP LOCKED`,
      [entryIds],
    );
    return rows.map(toNotice);
  },

  /** @returns the next number of each one's (recipient, case), in this order */
  async deliver(tx: EntityManager, all: readonly Delivering[], at: Date): Promise<readonly number[]> {
    if (all.length === 0) return [];
    const [recipients, cases] = [all.map(({ message }) => message.recipient), all.map(({ message }) => message.caseId)];
    const rows = await tx.query<{ recipient: string; case_id: string; last: string }[]>(
      `INSERT INTO exchange.case_number AS c (recipient, case_id, last)
         SELECT recipient, case_id, count(*) FROM unnest($1::text[], $2::uuid[]) AS t (recipient, case_id)
         GROUP BY recipient, case_id ORDER BY recipient, case_id
       ON CONFLICT (recipient, case_id) DO UPDATE SET last = c.last + EXCLUDED.last RETURNING recipient, case_id, last`,
      [recipients, cases],
    );
    const last = new Map(rows.map((row) => [`${row.recipient} ${row.case_id}`, Number(row.last)]));
    const numbers = numbered(
      all.map(({ message }) => `${message.recipient} ${message.caseId}`),
      last,
    );
    await tx.query(
      `INSERT INTO exchange.delivery (sender, message_id, attempt, recipient, case_id, number, entry_id, released_at)
       SELECT *, $8::timestamptz FROM unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::uuid[], $6::bigint[], $7::uuid[])`,
      [...keysOf(all.map(({ message }) => message)), recipients, cases, numbers, all.map(({ entryId }) => entryId), at],
    );
    return numbers;
  },

  /** Deliveries on these decisions; their messages are locked, in one order whoever locks several. */
  async receiving(
    tx: EntityManager,
    receipts: readonly Pick<Receipt, 'messageId' | 'attempt' | 'decisionEntryId'>[],
  ): Promise<readonly Receiving[]> {
    const rows = await tx.query<
      (Pick<MessageRow, 'sender' | 'message_id' | 'attempt' | 'recipient' | 'gateway' | 'jwe_sha256'> & {
        entry_id: string;
      })[]
    >(
      `SELECT m.sender, m.message_id, m.attempt, d.recipient, m.gateway, m.jwe_sha256, d.entry_id
       FROM exchange.message m JOIN exchange.delivery d USING (sender, message_id, attempt)
       WHERE (d.message_id, d.attempt, d.entry_id) IN (SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[]))
       ORDER BY m.sender, m.message_id, m.attempt FOR UPDATE OF m`,
      [
        receipts.map(({ messageId }) => messageId),
        receipts.map(({ attempt }) => attempt),
        receipts.map(({ decisionEntryId }) => decisionEntryId),
      ],
    );
    return rows.map((row) => ({
      sender: row.sender,
      messageId: row.message_id,
      attempt: row.attempt,
      recipient: row.recipient,
      gateway: row.gateway,
      jweSha256: row.jwe_sha256,
      entryId: row.entry_id,
    }));
  },

  /** Receipts of attempts that have none yet, whose messages the caller has locked. @returns ids of those that were added */
  async addFirstReceipts(
    tx: EntityManager,
    all: readonly (MessageKey & Pick<Receipt, 'receiptId' | 'kind'> & { readonly sha256: string; readonly at: Date })[],
  ): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ receipt_id: string }[]>(
      `INSERT INTO exchange.receipt (sender, message_id, attempt, receipt_id, kind, statement_sha256, at)
         SELECT * FROM unnest($1::text[], $2::uuid[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[])
           AS t (sender, message_id, attempt, receipt_id, kind, statement_sha256, at)
         WHERE NOT EXISTS (SELECT FROM exchange.receipt r
           WHERE r.sender = t.sender AND r.message_id = t.message_id AND r.attempt = t.attempt)
       ON CONFLICT DO NOTHING RETURNING receipt_id`,
      [
        ...keysOf(all),
        all.map(({ receiptId }) => receiptId),
        all.map(({ kind }) => kind),
        all.map(({ sha256 }) => sha256),
        all.map(({ at }) => at),
      ],
    );
    return new Set(rows.map((row) => row.receipt_id));
  },

  /** Messages that are released, and those that are refused. */
  async move(
    tx: EntityManager,
    all: readonly MessageKey[],
    state: StoredMessage['state'],
    endedAt?: Date,
  ): Promise<void> {
    if (all.length === 0) return;
    await tx.query(
      `UPDATE exchange.message m SET state = $4, ended_at = coalesce($5::timestamptz, ended_at)
       FROM unnest($1::text[], $2::uuid[], $3::int[]) AS t (sender, message_id, attempt)
       WHERE m.sender = t.sender AND m.message_id = t.message_id AND m.attempt = t.attempt`,
      [...keysOf(all), state, endedAt ?? null],
    );
  },

  async released(tx: EntityManager, is: 'decision' | 'notice', entryIds: readonly string[], at: Date): Promise<void> {
    if (entryIds.length === 0) return;
    await tx.query(`UPDATE exchange.${is} SET released_at = $2 WHERE entry_id = ANY ($1::uuid[])`, [entryIds, at]);
  },
};

const keysOf = (all: readonly MessageKey[]): readonly unknown[] => [
  all.map(({ sender }) => sender),
  all.map(({ messageId }) => messageId),
  all.map(({ attempt }) => attempt),
];

/** @param last number that was taken of each key: as many as the key occurs end with it */
const numbered = (keys: readonly string[], last: ReadonlyMap<string, number>): readonly number[] => {
  const left = new Map<string, number>();
  for (const key of keys) left.set(key, (left.get(key) ?? 0) + 1);
  return keys.map((key) => {
    const after = (left.get(key) ?? 0) - 1;
    left.set(key, after);
    const number = (last.get(key) ?? NaN) - after;
    if (!Number.isSafeInteger(number)) throw new Error('a number that was not given');
    return number;
  });
};
