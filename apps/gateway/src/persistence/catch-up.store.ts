import type { DataSource, EntityManager } from 'typeorm';
import type { CatchUpStore, SentBefore, ToldAt, ToldItem } from '../application/ports/catch-up.js';
import type { MessageDetail } from '../application/ports/referral.js';
import type { KeyStore } from '../keys/key-store.js';
import { asAuthority } from './authority-transaction.js';
import type { Outbox } from './outbox.js';

interface SentRow {
  readonly attempt: number;
  readonly manifest_sha256: string | null;
  readonly jwe_sha256: string | null;
  readonly outbox_id: string | null;
  readonly erased_at: Date | null;
  readonly detail: Buffer;
}

/** Of rows that go after 35 days: of what the exchange told longer ago than 14 nothing is asked for. */
const CONSUMER = 'delivery';

/** What this gateway has of what the exchange told it, and what it is given back of what it sent. */
export class PostgresCatchUpStore implements CatchUpStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Pick<KeyStore, 'authorities' | 'cipher'>,
    private readonly outbox: Outbox,
    private readonly newId: () => string,
  ) {}

  async read(): Promise<ToldAt | undefined> {
    const [row] = await this.dataSource.query<{ at: Date; entry_id: string }[]>(
      `SELECT at, entry_id FROM gateway.caught_up`,
    );
    return row === undefined ? undefined : { at: row.at, entryId: row.entry_id };
  }

  async keep({ at, entryId }: Required<ToldAt>): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO gateway.caught_up AS before (at, entry_id) VALUES ($1, $2)
       ON CONFLICT (one) DO UPDATE SET at = EXCLUDED.at, entry_id = EXCLUDED.entry_id WHERE before.at <= EXCLUDED.at`,
      [at, entryId],
    );
  }

  async missing(items: readonly ToldItem[]): Promise<readonly ToldItem[]> {
    const here = new Set(await this.noted(items));
    for (const authority of this.keys.authorities) {
      const own = items.filter((item) => item.authority === undefined || item.authority === authority);
      if (own.length > 0) await this.found(authority, own, here);
    }
    return items.filter((item) => !here.has(keyOf(item)));
  }

  async note(entryId: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO gateway.inbox (consumer, message_id, digest) VALUES ($1, $2, '') ON CONFLICT DO NOTHING`,
      [CONSUMER, entryId],
    );
  }

  private async noted(items: readonly ToldItem[]): Promise<readonly string[]> {
    const notices = items.filter(({ is }) => is === 'notice').map(({ entryId }) => entryId);
    const rows = await this.dataSource.query<{ message_id: string }[]>(
      `SELECT message_id FROM gateway.inbox WHERE consumer = $1 AND message_id = ANY($2::text[])`,
      [CONSUMER, notices],
    );
    return rows.map(({ message_id: entryId }) => keyOf({ is: 'notice', entryId }));
  }

  private found(authority: string, items: readonly ToldItem[], here: Set<string>): Promise<void> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const deliveries = items.filter(({ is }) => is === 'delivery');
      const statements = items.filter(({ is }) => is !== 'delivery').map(({ entryId }) => entryId);
      if (statements.length > 0) {
        const rows = await tx.query<{ entry_id: string }[]>(
          `SELECT entry_id FROM gateway.statement WHERE authority = $1 AND entry_id = ANY($2::uuid[])
           UNION ALL SELECT entry_id FROM gateway.recorded_disclosure WHERE authority = $1 AND entry_id = ANY($2::uuid[])`,
          [authority, statements],
        );
        const kept = new Set(rows.map(({ entry_id: id }) => id));
        for (const item of items) if (item.is !== 'delivery' && kept.has(item.entryId)) here.add(keyOf(item));
      }
      const retractions = items.filter(({ is, messageId }) => is === 'notice' && messageId !== undefined);
      if (retractions.length > 0) {
        const rows = await tx.query<{ message_id: string }[]>(
          `SELECT message_id FROM gateway.received_retraction WHERE authority = $1 AND message_id = ANY($2::uuid[])`,
          [authority, retractions.map(({ messageId }) => messageId)],
        );
        const kept = new Set(rows.map((row) => row.message_id));
        for (const item of retractions) if (kept.has(item.messageId ?? '')) here.add(keyOf(item));
      }
      if (deliveries.length === 0) return;
      const ids = deliveries.map(({ messageId }) => messageId);
      const rows = await tx.query<{ message_id: string; attempt: number; entry_id: string | null }[]>(
        `SELECT message_id, attempt, NULL::uuid AS entry_id FROM gateway.delivery WHERE authority = $1 AND message_id = ANY($2::uuid[])
         UNION ALL SELECT message_id, attempt, NULL::uuid FROM gateway.held_delivery WHERE authority = $1 AND message_id = ANY($2::uuid[])
         UNION ALL SELECT message_id, attempt, decision_entry_id FROM gateway.rejection WHERE authority = $1 AND message_id = ANY($2::uuid[])`,
        [authority, ids],
      );
      for (const item of deliveries) {
        const isHere = rows.some(
          (row) =>
            row.message_id === item.messageId &&
            (row.entry_id === null ? row.attempt >= (item.attempt ?? 1) : row.entry_id === item.entryId),
        );
        if (isHere) here.add(keyOf(item));
      }
    });
  }

  rebuild(sent: SentBefore): Promise<'rebuilt' | 'known'> {
    const { authority, messageId, attempt } = sent;
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<SentRow[]>(
        `SELECT attempt, manifest_sha256, jwe_sha256, outbox_id, erased_at, detail FROM gateway.message
         WHERE authority = $1 AND message_id = $2 FOR UPDATE`,
        [authority, messageId],
      );
      if (row === undefined) return this.insert(tx, sent);
      const isSame = row.attempt === attempt && row.manifest_sha256 === sent.manifestSha256;
      if (isSame || row.erased_at !== null || row.attempt > attempt) return 'known';
      // Signed and sealed once more, since the backup did not have it: the one that was decided on stands, and this one does not leave.
      if (row.outbox_id !== null) await this.outbox.takeBack(tx, [row.outbox_id]);
      const cipher = this.keys.cipher(authority);
      const before = cipher.open(row.detail, 'message', messageId) as unknown as MessageDetail;
      if (row.attempt < attempt && before.manifest !== undefined) {
        const earlier = { manifest: before.manifest, document: before.document ?? '' };
        await tx.query(
          `INSERT INTO gateway.earlier_attempt (authority, message_id, attempt, manifest_sha256, jwe_sha256, detail)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
          [
            ...[authority, messageId, row.attempt, row.manifest_sha256, row.jwe_sha256],
            cipher.seal(earlier, 'earlier_attempt', `${messageId}.${row.attempt}`),
          ],
        );
      }
      const { document: _, ...kept } = before;
      await tx.query(
        `UPDATE gateway.message SET attempt = $3, manifest_sha256 = $4, jwe_sha256 = $5, expires_at = $6, outbox_id = NULL, detail = $7,
           state = CASE WHEN attempt < $3 THEN 'accepted' ELSE state END WHERE authority = $1 AND message_id = $2`,
        [
          ...[authority, messageId, attempt, sent.manifestSha256, sent.jweSha256, sent.expiresAt],
          cipher.seal({ ...kept, manifest: sent.manifest }, 'message', messageId),
        ],
      );
      return 'rebuilt';
    });
  }

  /** Under a referral of its own, whose id is the message's, until its system sends the true one again (`adopt`); by that id it is known, also when it is erased (`OPEN`). */
  private async insert(tx: EntityManager, sent: SentBefore): Promise<'rebuilt'> {
    const { authority, messageId } = sent;
    const cipher = this.keys.cipher(authority);
    await tx.query(
      `INSERT INTO gateway.referral (authority, id, case_id, type, phase, body_digest, body, assessments, version, submitted_at)
       VALUES ($1, $2, $3, $4, 'accepted', '', $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [
        ...[authority, messageId, sent.caseId, sent.type],
        cipher.seal({ to: [] }, 'referral', messageId),
        cipher.seal([], 'assessment', messageId),
        ...[this.newId(), sent.issuedAt],
      ],
    );
    const detail = { verdict: { outcome: 'permit', codes: {}, sv: {}, en: {} }, manifest: sent.manifest };
    await tx.query(
      `INSERT INTO gateway.message (authority, message_id, referral_id, position, recipient, function, state, attempt, changed_at,
         expires_at, manifest_sha256, jwe_sha256, detail)
       VALUES ($1, $2, $2, 0, $3, $4, 'accepted', $5, $6, $7, $8, $9, $10)`,
      [
        ...[authority, messageId, sent.recipient, sent.function, sent.attempt, sent.issuedAt, sent.expiresAt],
        ...[sent.manifestSha256, sent.jweSha256, cipher.seal(detail, 'message', messageId)],
      ],
    );
    return 'rebuilt';
  }
}

const keyOf = ({ is, entryId }: Pick<ToldItem, 'is' | 'entryId'>): string => `${is} ${entryId}`;
