import type { MessageState } from '#contracts';
import type { DeliveryDetail, ListedDelivery, StoredReceipt } from '../application/ports/delivery.js';
import type {
  EarlierAttempt,
  MessageDetail,
  MessageOutline,
  Phase,
  StoredAssessment,
  StoredMessage,
  StoredReferral,
  StoredStatement,
} from '../application/ports/referral.js';
import type { StorageCipher } from '../keys/storage-cipher.js';

/** Rows mirror tables and are no domain objects. */
export interface ReferralRow {
  authority: string;
  id: string;
  case_id: string;
  type: string;
  phase: Phase;
  body_digest: string;
  body: Buffer;
  assessments: Buffer;
  version: string;
  submitted_at: Date;
  lapses_at: Date | null;
  erased_at: Date | null;
}
export const MESSAGE_COLUMNS = `message_id, referral_id, recipient, function, state, attempt, changed_at, expires_at, outbox_id,
  manifest_sha256, jwe_sha256, detail, erased_at`;

export interface MessageRow {
  message_id: string;
  referral_id: string;
  recipient: string;
  function: string;
  state: MessageState;
  attempt: number;
  changed_at: Date;
  expires_at: Date | null;
  outbox_id: string | null;
  manifest_sha256: string | null;
  jwe_sha256: string | null;
  detail: Buffer;
  erased_at: Date | null;
}
export interface OutlineRow extends Pick<
  MessageRow,
  'recipient' | 'state' | 'attempt' | 'manifest_sha256' | 'jwe_sha256' | 'erased_at'
> {
  n: number;
  type: string;
}
export interface EarlierRow {
  attempt: number;
  manifest_sha256: string;
  jwe_sha256: string;
  detail: Buffer;
}
export interface StatementRow {
  entry_id: string;
  message_id: string;
  kind: string;
  entry: string;
  statement: string | null;
  blind: string | null;
  proof: string | null;
  note: Buffer | null;
  at: Date;
}
export interface DeliveryRow {
  authority: string;
  message_id: string;
  attempt: number;
  sender: string;
  case_id: string;
  type: string;
  function: string;
  delivery_number: string;
  received_at: Date;
  jwe_sha256: string;
  decision_entry_id: string;
  cursor: string;
  erased_at: Date | null;
  taken_up_by: Date | null;
}
export interface ReceiptRow {
  receipt_id: string;
  kind: StoredReceipt['kind'];
  receipt: string;
  at: Date;
  detail: Buffer;
}

export const toMessage = (row: MessageRow, cipher: StorageCipher): StoredMessage => ({
  messageId: row.message_id,
  recipient: row.recipient,
  function: row.function,
  state: row.state,
  attempt: row.attempt,
  changedAt: row.changed_at,
  ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
  ...(row.outbox_id === null ? {} : { outboxId: row.outbox_id }),
  ...(row.manifest_sha256 === null ? {} : { manifestSha256: row.manifest_sha256 }),
  ...(row.jwe_sha256 === null ? {} : { jweSha256: row.jwe_sha256 }),
  ...(row.erased_at === null
    ? { detail: cipher.open(row.detail, 'message', row.message_id) as unknown as MessageDetail }
    : { detail: NOTHING, erasedAt: row.erased_at }),
});
/** Nobody reads the detail of what is erased: it is not among a referral's messages, and evidence of it is refused. */
const NOTHING = {} as MessageDetail;

export const toOutline = (row: OutlineRow): MessageOutline => ({
  type: row.type,
  recipient: row.recipient,
  state: row.state,
  attempt: row.attempt,
  ...(row.manifest_sha256 === null ? {} : { manifestSha256: row.manifest_sha256 }),
  ...(row.jwe_sha256 === null ? {} : { jweSha256: row.jwe_sha256 }),
  ...(row.erased_at === null ? {} : { erasedAt: row.erased_at }),
});

export const toEarlier = (row: EarlierRow, messageId: string, cipher: StorageCipher): EarlierAttempt => ({
  attempt: row.attempt,
  manifestSha256: row.manifest_sha256,
  jweSha256: row.jwe_sha256,
  detail: cipher.open(
    row.detail,
    'earlier_attempt',
    `${messageId}.${row.attempt}`,
  ) as unknown as EarlierAttempt['detail'],
});

export const toReferral = (
  row: ReferralRow,
  messages: readonly MessageRow[],
  cipher: StorageCipher,
): StoredReferral => ({
  authority: row.authority,
  id: row.id,
  caseId: row.case_id,
  type: row.type,
  phase: row.phase,
  bodyDigest: row.body_digest,
  body: cipher.open(row.body, 'referral', row.id) as unknown as StoredReferral['body'],
  assessments: cipher.open(row.assessments, 'assessment', row.id) as unknown as readonly StoredAssessment[],
  version: row.version,
  submittedAt: row.submitted_at,
  ...(row.lapses_at === null ? {} : { lapsesAt: row.lapses_at }),
  messages: messages.filter(({ erased_at: at }) => at === null).map((message) => toMessage(message, cipher)),
  ...(messages.every(({ erased_at: at }) => at === null) ? {} : { partlyErased: true }),
});

export const toStatement = (row: StatementRow, cipher: StorageCipher): StoredStatement => ({
  entryId: row.entry_id,
  messageId: row.message_id,
  kind: row.kind,
  entry: row.entry,
  ...(row.statement === null ? {} : { statement: row.statement }),
  ...(row.blind === null ? {} : { blind: row.blind }),
  ...(row.proof === null ? {} : { proof: row.proof }),
  ...(row.note === null
    ? {}
    : { note: cipher.open(row.note, 'statement', row.entry_id) as unknown as { readonly diaryNumber: string } }),
  at: row.at,
});

export const toDelivery = (row: DeliveryRow): ListedDelivery => ({
  authority: row.authority,
  messageId: row.message_id,
  attempt: row.attempt,
  sender: row.sender,
  caseId: row.case_id,
  type: row.type,
  function: row.function,
  deliveryNumber: Number(row.delivery_number),
  receivedAt: row.received_at,
  ...(row.taken_up_by === null ? {} : { takenUpBy: row.taken_up_by }),
  jweSha256: row.jwe_sha256,
  decisionEntryId: row.decision_entry_id,
  cursor: row.cursor,
  ...(row.erased_at === null ? {} : { erasedAt: row.erased_at }),
});

export const toDeliveryDetail = (detail: Buffer, messageId: string, cipher: StorageCipher): DeliveryDetail =>
  cipher.open(detail, 'delivery', messageId) as unknown as DeliveryDetail;

export const toReceipt = (row: ReceiptRow, cipher: StorageCipher): StoredReceipt => ({
  receiptId: row.receipt_id,
  kind: row.kind,
  receipt: row.receipt,
  at: row.at,
  detail: cipher.open(row.detail, 'delivery_receipt', row.receipt_id) as unknown as StoredReceipt['detail'],
});

/** After a cursor `($2, $3)` of a list, and of what nothing can come before any more. A cursor that another server gave, before a restore, begins anew. */
export const FOLLOWING = `(txid, seq) > (CASE WHEN $2::xid8 < pg_snapshot_xmax(pg_current_snapshot()) THEN $2::xid8 ELSE '0'::xid8 END, $3::bigint)
  AND txid < pg_snapshot_xmin(pg_current_snapshot())`;

/** The largest that a store counts to. */
const MOST = 2n ** 63n - 1n;
/** Splits a keyset cursor `<txid>.<seq>`; the beginning when absent. What is beyond all that is counted is no fault. */
export const cursorOf = (after: string | undefined): readonly [string, string] => {
  const [txid = '0', seq = '0'] = (after ?? '0.0').split('.');
  return [bounded(txid), bounded(seq)];
};
const bounded = (digits: string): string => (BigInt(digits) > MOST ? MOST.toString() : digits);
