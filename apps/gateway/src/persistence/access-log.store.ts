import type { ListAccessLogQueryDto, LoggedSearch, PersonSearchPurpose, ShownBy } from '#contracts';
import { Gathered } from '#persistence';
import type { DataSource } from 'typeorm';
import type { AccessLog, NewSearch, Shown } from '../application/ports/access-log.js';
import type { KeyStore } from '../keys/key-store.js';
import type { StorageCipher } from '../keys/storage-cipher.js';
import { asAuthority } from './authority-transaction.js';
import { cursorOf } from './rows.js';

interface AccessLogRow {
  readonly at: Date;
  readonly us: string;
  readonly seq: string;
  readonly system: string;
  readonly operation: ShownBy;
  readonly message_id: string | null;
  readonly referral_id: string | null;
  readonly attachment_id: string | null;
  readonly case_id: string | null;
  readonly from_entry: string | null;
  readonly to_entry: string | null;
  readonly search_id: string | null;
  readonly token: Buffer | null;
  readonly purpose: PersonSearchPurpose | null;
  readonly office: string | null;
  readonly detail: Buffer | null;
}

/** Microseconds in the year 9999: a cursor names any number. */
const LATEST_US = 253_402_300_799_999_999n;

/** Each row is committed when `note` returns; those of one moment share a statement and a commit. */
export class PostgresAccessLog implements AccessLog {
  private readonly noting: Gathered<object, { readonly n: number }>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Pick<KeyStore, 'cipher'>,
  ) {
    this.noting = new Gathered(dataSource, `SELECT n FROM gateway.note_shown($1)`);
  }

  async note({
    authority,
    system,
    operation,
    messageId,
    referralId,
    attachmentId,
    caseId,
    entries,
  }: Shown): Promise<void> {
    const written = await this.noting.ask({
      authority,
      system,
      operation,
      message_id: messageId,
      referral_id: referralId,
      attachment_id: attachmentId,
      case_id: caseId,
      from_entry: entries?.from,
      to_entry: entries?.to,
    });
    if (written.length !== 1) throw new Error('the access log took no row');
  }

  async noteSearch({ authority, system, id, token, purpose, office, officer, reference }: NewSearch): Promise<void> {
    const detail = this.keys.cipher(authority).seal({ officer, reference }, 'access_log', id);
    await asAuthority(this.dataSource, authority, (tx) =>
      tx.query(
        `INSERT INTO gateway.access_log (authority, system, operation, search_id, token, purpose, office, detail)
         VALUES ($1, $2, 'search-persons', $3, $4, $5, $6, $7)`,
        [authority, system, id, token, purpose, office, detail],
      ),
    );
  }

  list(
    authority: string,
    { after, limit, messageId, referralId, system, from, until }: ListAccessLogQueryDto,
  ): Promise<readonly (Shown & { readonly at: Date; readonly cursor: string })[]> {
    const [us, seq] = cursorOf(after ?? `${LATEST_US}.0`);
    const before = BigInt(us) > LATEST_US ? LATEST_US : BigInt(us);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<AccessLogRow[]>(
        `SELECT at, (extract(epoch FROM at) * 1000000)::bigint AS us, seq, system, operation, message_id, referral_id, attachment_id,
           case_id, from_entry, to_entry, search_id, token, purpose, office, detail
         FROM gateway.access_log
         WHERE authority = $1 AND (at, seq) < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::numeric)
           AND ($4::uuid IS NULL OR message_id = $4) AND ($5::uuid IS NULL OR referral_id = $5) AND ($6::uuid IS NULL OR system = $6)
           AND ($7::timestamptz IS NULL OR at >= $7) AND ($8::timestamptz IS NULL OR at < $8)
         ORDER BY at DESC, seq DESC LIMIT $9`,
        [
          authority,
          before.toString(),
          seq,
          messageId ?? null,
          referralId ?? null,
          system ?? null,
          from ?? null,
          until ?? null,
          limit,
        ],
      );
      const cipher = this.keys.cipher(authority);
      return rows.map((row) => ({ authority, ...toShown(row, cipher), at: row.at, cursor: `${row.us}.${row.seq}` }));
    });
  }
}

const toShown = (row: AccessLogRow, cipher: StorageCipher): Omit<Shown, 'authority'> => ({
  system: row.system,
  operation: row.operation,
  ...(row.message_id === null ? {} : { messageId: row.message_id }),
  ...(row.referral_id === null ? {} : { referralId: row.referral_id }),
  ...(row.attachment_id === null ? {} : { attachmentId: row.attachment_id }),
  ...(row.case_id === null ? {} : { caseId: row.case_id }),
  ...(row.from_entry === null || row.to_entry === null ? {} : { entries: { from: row.from_entry, to: row.to_entry } }),
  ...searchOf(row, cipher),
});

const searchOf = (
  { search_id: id, token, purpose, office, detail }: AccessLogRow,
  cipher: StorageCipher,
): { readonly search?: LoggedSearch } => {
  if (id === null || token === null || purpose === null || office === null || detail === null) return {};
  const who = cipher.open(detail, 'access_log', id) as unknown as Pick<LoggedSearch, 'officer' | 'reference'>;
  return { search: { id, token: token.toString('base64url'), purpose, office, ...who } };
};
