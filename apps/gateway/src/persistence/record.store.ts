import type { DataSource, EntityManager } from 'typeorm';
import type { ListRecordedDisclosuresQueryDto, RecordState } from '#contracts';
import type { Outgoing } from '../application/ports/outgoing.js';
import type { ListedRecord, RecordNotice, RecordStore, StoredRecord } from '../application/ports/record.js';
import { erasedAt } from '../domain/errors.js';
import { RECORDED_TYPE } from '../domain/recorded-disclosure.js';
import type { KeyStore } from '../keys/key-store.js';
import { asAuthority } from './authority-transaction.js';
import { RECEIVED_UNDER } from './case.rows.js';
import type { Outbox } from './outbox.js';
import { indexNamed, namedRows } from './person-index.store.js';
import { insertReply } from './request.store.js';
import { FOLLOWING, cursorOf } from './rows.js';

interface RecordRow {
  readonly id: string;
  readonly message_id: string;
  readonly case_id: string;
  readonly recipient: string;
  readonly body_digest: string;
  readonly outcome: StoredRecord['outcome'];
  readonly state: RecordState;
  readonly disclosed_at: Date;
  readonly recorded_at: Date;
  readonly changed_at: Date;
  readonly detail: Buffer;
  readonly entry_id: string | null;
  readonly notice: string | null;
  readonly blind: string | null;
  readonly proof: string | null;
  readonly erased_at: Date | null;
}
const LISTED = `id, message_id, case_id, recipient, outcome, state, disclosed_at, recorded_at, changed_at, erased_at`;

/** Disclosures made outside Delge, of the authorities hosted here. */
export class PostgresRecordStore implements RecordStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Pick<KeyStore, 'cipher' | 'personToken'>,
    private readonly outbox: Outbox,
  ) {}

  async find(authority: string, id: string): Promise<StoredRecord | undefined> {
    const row = await asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<RecordRow[]>(
        `SELECT * FROM gateway.recorded_disclosure WHERE authority = $1 AND id = $2`,
        [authority, id],
      );
      return rows[0];
    });
    if (row === undefined) return undefined;
    if (row.erased_at !== null) throw erasedAt(row.erased_at);
    return this.toRecord(authority, row);
  }

  async ofMessage(authority: string, messageId: string): Promise<StoredRecord | undefined> {
    const row = await asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<RecordRow[]>(
        `SELECT * FROM gateway.recorded_disclosure WHERE authority = $1 AND message_id = $2 AND erased_at IS NULL`,
        [authority, messageId],
      );
      return rows[0];
    });
    return row === undefined ? undefined : this.toRecord(authority, row);
  }

  async add(record: StoredRecord, outgoing: Outgoing): Promise<boolean> {
    const { authority, id, messageId, caseId } = record;
    const added = await asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<unknown[]>(
        `INSERT INTO gateway.recorded_disclosure (authority, id, message_id, case_id, recipient, body_digest, outcome, state,
           disclosed_at, recorded_at, changed_at, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING 1`,
        [
          ...[authority, id, messageId, caseId, record.recipient, record.bodyDigest, record.outcome, record.state],
          ...[record.disclosedAt, record.recordedAt, record.changedAt],
          this.keys.cipher(authority).seal(record.detail, 'recorded_disclosure', id),
        ],
      );
      if (rows.length === 0) return false;
      await openCase(tx, record);
      const named = namedRows(this.keys, authority, RECORDED_TYPE, record.detail.body.content);
      await indexNamed(tx, authority, 'recorded', [messageId], record.recordedAt, named);
      const { requestId } = record.detail.body;
      if (requestId !== undefined) await insertReply(tx, authority, messageId, requestId);
      await this.outbox.add(tx, [outgoing]);
      return true;
    });
    if (added) this.outbox.wake();
    return added;
  }

  list(authority: string, { after, limit, state }: ListRecordedDisclosuresQueryDto): Promise<readonly ListedRecord[]> {
    const [txid, seq] = cursorOf(after);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<(RecordRow & { readonly cursor: string })[]>(
        `SELECT ${LISTED}, txid::text || '.' || seq AS cursor FROM gateway.recorded_disclosure
         WHERE authority = $1 AND ${FOLLOWING} AND ($4::text IS NULL OR state = $4)
         ORDER BY gateway.recorded_disclosure.txid, seq LIMIT $5`,
        [authority, txid, seq, state ?? null, limit],
      );
      return rows.map((row) => ({
        ...outlineOf(row),
        cursor: row.cursor,
        ...(row.erased_at === null ? {} : { erasedAt: row.erased_at }),
      }));
    });
  }

  async told(authority: string, messageId: string, state: RecordState, notice: RecordNotice): Promise<void> {
    const { entryId, entry, blind, proof } = notice;
    await asAuthority(this.dataSource, authority, (tx) =>
      tx.query(
        `UPDATE gateway.recorded_disclosure
           SET state = $3, changed_at = clock_timestamp(), entry_id = $4, notice = $5, blind = $6, proof = $7
         WHERE authority = $1 AND message_id = $2 AND erased_at IS NULL
           AND array_position(ARRAY['accepted', 'quarantined', 'discarded', 'logged'], state)
             < array_position(ARRAY['accepted', 'quarantined', 'discarded', 'logged'], $3)`,
        [authority, messageId, state, entryId, entry, blind, proof],
      ),
    );
  }

  private toRecord(authority: string, row: RecordRow): StoredRecord {
    const { entry_id: entryId, notice: entry, blind, proof } = row;
    const isTold = entryId !== null && entry !== null && blind !== null && proof !== null;
    return {
      authority,
      ...outlineOf(row),
      bodyDigest: row.body_digest,
      detail: this.keys
        .cipher(authority)
        .open(row.detail, 'recorded_disclosure', row.id) as unknown as StoredRecord['detail'],
      ...(isTold ? { notice: { entryId, entry, blind, proof } } : {}),
    };
  }
}

const outlineOf = (row: RecordRow) => ({
  id: row.id,
  messageId: row.message_id,
  caseId: row.case_id,
  recipient: row.recipient,
  outcome: row.outcome,
  state: row.state,
  disclosedAt: row.disclosed_at,
  recordedAt: row.recorded_at,
  changedAt: row.changed_at,
});

/** The one that it names, unless that came from another authority. */
const openCase = (tx: EntityManager, { authority, caseId, recordedAt }: StoredRecord): Promise<unknown> =>
  tx.query(
    `INSERT INTO gateway.owned_case (authority, case_id, opened_at)
     SELECT $1, $2, $3 WHERE NOT EXISTS (${RECEIVED_UNDER('$2')})
     ON CONFLICT DO NOTHING`,
    [authority, caseId, recordedAt],
  );
