import type { DataSource, EntityManager } from 'typeorm';
import type { ListReferralsQueryDto, MessageState } from '#contracts';
import { Gathered, Octets, octets } from '#persistence';
import type { Dues } from '../application/ports/due.js';
import type { NewIncident } from '../application/ports/incident.js';
import type { Outgoing } from '../application/ports/outgoing.js';
import type {
  AwaitingKey,
  EarlierAttempt,
  ListedReferral,
  MessageOutline,
  ReferralStore,
  StoredMessage,
  StoredReferral,
  StoredRefusal,
  StoredStatement,
  Told,
} from '../application/ports/referral.js';
import { GatewayError, erasedAt } from '../domain/errors.js';
import { advanceBy, isTerminal } from '../domain/message-state.js';
import { namedBy } from '../domain/request.js';
import type { KeyStore } from '../keys/key-store.js';
import type { StorageCipher } from '../keys/storage-cipher.js';
import { bringAttachments, useAttachments } from './attachment.store.js';
import { asAuthority } from './authority-transaction.js';
import { dropAnswer, noteDues } from './due.store.js';
import { openIncident } from './incident.store.js';
import type { Outbox } from './outbox.js';
import { indexNamed, namedRows } from './person-index.store.js';
import { RecentOutlines } from './recent-outlines.js';
import { noteReplies } from './request.store.js';
import { isRetracted } from './retraction.store.js';
import { FOLLOWING, cursorOf, toEarlier, toMessage, toOutline, toReferral, toStatement } from './rows.js';
import type { EarlierRow, MessageRow, OutlineRow, ReferralRow, StatementRow } from './rows.js';

const MESSAGE_COLUMNS = `message_id, referral_id, recipient, function, state, attempt, changed_at, expires_at, outbox_id,
  manifest_sha256, jwe_sha256, detail, erased_at`;

const namedByReferral = ({ type, body }: StoredReferral): string | undefined =>
  namedBy(type, body.requestId, body.content);

/** Referrals of the authorities hosted here, as their senders see them. Each method is one transaction as one authority. */
export class PostgresReferralStore implements ReferralStore {
  private readonly held: Gathered<object, { readonly n: number }>;
  private readonly accepts: Gathered<object, { readonly n: number; readonly taken: boolean | null }>;
  private readonly outlines: Gathered<object, OutlineRow>;
  private readonly records: Gathered<object, { readonly n: number; readonly kept: boolean }>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyStore,
    private readonly outbox: Outbox,
    private readonly recent = new RecentOutlines(),
  ) {
    this.held = new Gathered(dataSource, `SELECT n FROM gateway.holds($1)`);
    this.accepts = new Gathered(dataSource, `SELECT n, taken FROM gateway.accept_and_index($1, $2)`);
    this.outlines = new Gathered(
      dataSource,
      `SELECT n, type, recipient, state, attempt, manifest_sha256, jwe_sha256, erased_at FROM gateway.outline($1)`,
    );
    this.records = new Gathered(dataSource, `SELECT n, kept FROM gateway.record($1)`);
  }

  async find(authority: string, id: string): Promise<StoredReferral | undefined> {
    // Nearly every id that a system brings is new.
    if ((await this.held.ask({ authority, id })).length === 0) return undefined;
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<ReferralRow[]>(`SELECT * FROM gateway.referral WHERE authority = $1 AND id = $2`, [
        authority,
        id,
      ]);
      if (row === undefined) return undefined;
      if (row.erased_at !== null) throw erasedAt(row.erased_at);
      const messages = await tx.query<MessageRow[]>(
        `SELECT ${MESSAGE_COLUMNS} FROM gateway.message WHERE authority = $1 AND referral_id = $2 ORDER BY position`,
        [authority, id],
      );
      return this.withEarlier(tx, authority, toReferral(row, messages, this.keys.cipher(authority)));
    });
  }

  async put(
    referral: StoredReferral,
    expected: string | undefined,
    outgoing: readonly Outgoing[],
    refusals: readonly StoredRefusal[],
  ): Promise<boolean> {
    const isPlain =
      expected === undefined &&
      refusals.length === 0 &&
      referral.body.attachments === undefined &&
      namedByReferral(referral) === undefined;
    const accepted = isPlain ? await this.accept(referral, outgoing) : undefined;
    if (accepted !== undefined) return accepted;
    const stored = await this.putAlone(referral, expected, outgoing, refusals);
    if (stored) this.outbox.wake();
    if (stored && outgoing.some(({ waits }) => waits)) this.outbox.carry();
    return stored;
  }

  /** What is new, brings no attachment, names no other message, and of which nothing was refused. @returns undefined when it must be put alone */
  private async accept(referral: StoredReferral, outgoing: readonly Outgoing[]): Promise<boolean | undefined> {
    const { authority, id } = referral;
    const cipher = this.keys.cipher(authority);
    const { items, committed } = this.outbox.items(outgoing);
    const [row] = await this.accepts.ask({
      authority,
      id,
      case_id: referral.caseId,
      type: referral.type,
      phase: referral.phase,
      body_digest: referral.bodyDigest,
      body: new Octets(cipher.seal(referral.body, 'referral', id)),
      assessments: new Octets(cipher.seal(referral.assessments, 'assessment', id)),
      version: referral.version,
      submitted_at: referral.submittedAt,
      lapses_at: referral.lapsesAt,
      named: namedRows(this.keys, authority, referral.type, referral.body.content),
      message_ids: referral.messages.map(({ messageId }) => messageId),
      messages: referral.messages.map((message, position) => ({
        message_id: message.messageId,
        position,
        recipient: message.recipient,
        function: message.function,
        state: message.state,
        attempt: message.attempt,
        changed_at: message.changedAt,
        expires_at: message.expiresAt,
        outbox_id: message.outboxId,
        manifest_sha256: message.manifestSha256,
        jwe_sha256: message.jweSha256,
        detail: new Octets(cipher.seal(message.detail, 'message', message.messageId)),
        clock: clockOf(message),
      })),
      outgoing: items,
    });
    if (row?.taken === true) {
      committed();
      // A draft is not signed yet: what it becomes has digests that are none of these.
      if (referral.phase === 'accepted')
        for (const message of referral.messages)
          this.recent.keep(authority, message.messageId, outlineOf(referral.type, message));
    }
    return row?.taken ?? undefined;
  }

  private putAlone(
    referral: StoredReferral,
    expected: string | undefined,
    outgoing: readonly Outgoing[],
    refusals: readonly StoredRefusal[],
  ): Promise<boolean> {
    return asAuthority(this.dataSource, referral.authority, async (tx) => {
      const { authority, id } = referral;
      if (expected !== undefined) {
        const [, gone] = await tx.query<[unknown[], number]>(
          `DELETE FROM gateway.referral WHERE authority = $1 AND id = $2 AND version = $3 AND phase <> 'accepted'`,
          [authority, id, expected],
        );
        if (gone !== 1) return false;
      }
      if (!(await this.insert(tx, referral))) return false;
      const sentBefore = new Set<string | undefined>();
      for (const [position, message] of referral.messages.entries())
        if (!(await this.insertMessage(tx, referral, message, position))) {
          await this.adopt(tx, referral, message, position);
          sentBefore.add(message.outboxId);
        }
      const ids = referral.messages.map(({ messageId }) => messageId);
      const named = namedRows(this.keys, authority, referral.type, referral.body.content);
      await indexNamed(tx, authority, 'sent', ids, referral.submittedAt, named);
      await useAttachments(tx, referral, this.keys.cipher(authority));
      await noteReplies(tx, referral, namedByReferral(referral));
      await this.outbox.add(
        tx,
        outgoing.filter(({ id: one }) => !sentBefore.has(one)),
      );
      await this.insertRefusals(tx, authority, refusals);
      return true;
    });
  }

  async refuse(authority: string, refusals: readonly StoredRefusal[]): Promise<void> {
    await asAuthority(this.dataSource, authority, (tx) => this.insertRefusals(tx, authority, refusals));
    this.outbox.wake();
  }

  async withdraw(authority: string, id: string, at: Date): Promise<'withdrawn' | 'too-late' | 'not-found'> {
    const withdrawn: string[] = [];
    const outcome = await asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<ReferralRow[]>(
        `SELECT phase FROM gateway.referral WHERE authority = $1 AND id = $2 FOR UPDATE`,
        [authority, id],
      );
      if (row === undefined) return 'not-found';
      const messages = await tx.query<MessageRow[]>(
        `SELECT ${MESSAGE_COLUMNS} FROM gateway.message WHERE authority = $1 AND referral_id = $2 ORDER BY message_id FOR UPDATE`,
        [authority, id],
      );
      withdrawn.push(...messages.map((m) => m.message_id));
      if (messages.every((m) => m.state === 'withdrawn')) return 'withdrawn';
      if (row.phase === 'lapsed') return 'too-late';
      if (row.phase === 'accepted') {
        // Nothing is on its way of one that waits for a key: its attempt has ended, and the next is not made.
        const under = messages.filter((m) => m.state !== 'awaiting-key');
        if (under.some((m) => m.state !== 'accepted' || m.outbox_id === null)) return 'too-late';
        const ids = under.flatMap((m) => m.outbox_id ?? []);
        // All or nothing: a referral is not withdrawn from some of its recipients.
        await tx.query('SAVEPOINT take_back');
        if ((await this.outbox.takeBack(tx, ids)).length !== ids.length) {
          await tx.query('ROLLBACK TO SAVEPOINT take_back');
          return 'too-late';
        }
      }
      await tx.query(
        `UPDATE gateway.message SET state = 'withdrawn', changed_at = $3 WHERE authority = $1 AND referral_id = $2`,
        [authority, id, at],
      );
      await tx.query(
        `UPDATE gateway.referral SET phase = CASE phase WHEN 'draft' THEN 'lapsed' ELSE phase END, lapses_at = NULL WHERE authority = $1 AND id = $2`,
        [authority, id],
      );
      return 'withdrawn' as const;
    });
    for (const messageId of withdrawn) this.recent.forget(authority, messageId);
    return outcome;
  }

  list(authority: string, query: ListReferralsQueryDto, at: Date): Promise<readonly ListedReferral[]> {
    const [txid, seq] = cursorOf(query.after);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<(ReferralRow & { cursor: string })[]>(
        `SELECT r.id, r.case_id, r.type, r.submitted_at, r.txid::text || '.' || r.seq AS cursor FROM gateway.referral r
         WHERE r.authority = $1 AND ${FOLLOWING}
           AND ($4::timestamptz IS NULL OR r.submitted_at >= $4) AND ($5::timestamptz IS NULL OR r.submitted_at < $5)
           AND ($6::text IS NULL OR EXISTS (SELECT FROM gateway.message m
             WHERE m.authority = r.authority AND m.referral_id = r.id AND m.state = $6))
           AND ($8::timestamptz IS NULL OR EXISTS (SELECT FROM gateway.message m JOIN gateway.due d USING (authority, message_id)
             WHERE m.authority = r.authority AND m.referral_id = r.id AND d.due_at <= $8 AND d.met_at IS NULL))
         ORDER BY r.txid, r.seq LIMIT $7`,
        [
          authority,
          txid,
          seq,
          query.from ?? null,
          query.until ?? null,
          query.state ?? null,
          query.limit,
          query.overdue === undefined ? null : at,
        ],
      );
      const messages = await tx.query<MessageRow[]>(
        `SELECT referral_id, message_id, recipient, state, changed_at, erased_at FROM gateway.message
         WHERE authority = $1 AND referral_id = ANY($2::uuid[]) ORDER BY position`,
        [authority, rows.map((row) => row.id)],
      );
      return rows.map((row) => ({
        id: row.id,
        caseId: row.case_id,
        type: row.type,
        submittedAt: row.submitted_at,
        cursor: row.cursor,
        messages: messages
          .filter((m) => m.referral_id === row.id)
          .map((m) => ({
            recipient: m.recipient,
            messageId: m.message_id,
            state: m.state,
            changedAt: m.changed_at,
            ...(m.erased_at === null ? {} : { erasedAt: m.erased_at }),
          })),
      }));
    });
  }

  statements(authority: string, messageIds: readonly string[]): Promise<readonly StoredStatement[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<StatementRow[]>(
        `SELECT * FROM gateway.statement WHERE authority = $1 AND message_id = ANY($2::uuid[]) ORDER BY at, entry_id`,
        [authority, messageIds],
      );
      return rows.map((row) => toStatement(row, this.keys.cipher(authority)));
    });
  }

  refusalsOf(authority: string, messageId: string): Promise<readonly string[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<{ statement: string }[]>(
        `SELECT statement FROM gateway.refusal WHERE authority = $1 AND message_id = $2 AND statement <> '' ORDER BY at, refusal_id`,
        [authority, messageId],
      );
      return rows.map(({ statement }) => statement);
    });
  }

  findMessage(authority: string, messageId: string): Promise<StoredMessage | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<MessageRow[]>(
        `SELECT ${MESSAGE_COLUMNS} FROM gateway.message WHERE authority = $1 AND message_id = $2`,
        [authority, messageId],
      );
      if (row === undefined) return undefined;
      const message = toMessage(row, this.keys.cipher(authority));
      return (await earlierOf(tx, authority, message, this.keys.cipher(authority))) ?? message;
    });
  }

  async outline(authority: string, messageId: string, told?: Told): Promise<MessageOutline | undefined> {
    const recent = told === undefined ? undefined : this.recent.find(authority, messageId, told);
    if (recent !== undefined) return recent;
    const [row] = await this.outlines.ask({ authority, message_id: messageId });
    return row === undefined ? undefined : toOutline(row);
  }

  async record(
    authority: string,
    statement: StoredStatement,
    fact: MessageState | undefined,
    dues?: Dues,
    incident?: NewIncident,
    from?: MessageOutline,
  ): Promise<'recorded' | 'unknown'> {
    const isPlain = incident === undefined && fact !== 'awaiting-key';
    if (from !== undefined && from.erasedAt === undefined && isPlain) {
      if (await this.recordFrom(authority, statement, fact, dues, from)) return 'recorded';
    }
    this.recent.forget(authority, statement.messageId);
    return this.recordAlone(authority, statement, fact, dues, incident);
  }

  /** @returns false, and nothing is changed, when the message is no longer as it was read */
  private async recordFrom(
    authority: string,
    statement: StoredStatement,
    fact: MessageState | undefined,
    dues: Dues | undefined,
    from: MessageOutline,
  ): Promise<boolean> {
    const { state, attempt } = from;
    const next = fact === undefined ? state : advanceBy({ state, attempt }, fact, statement.attempt);
    const { set = [], met = [], at } = isOfAttempt(statement, attempt, fact) ? (dues ?? NO_DUES) : NO_DUES;
    const { entryId, messageId, note } = statement;
    const [row] = await this.records.ask({
      authority,
      message_id: messageId,
      attempt,
      state,
      next,
      ends: isTerminal(next),
      entry_id: entryId,
      kind: statement.kind,
      entry: statement.entry,
      statement: statement.statement,
      blind: statement.blind,
      proof: statement.proof,
      note: note === undefined ? undefined : octets(this.keys.cipher(authority).seal(note, 'statement', entryId)),
      at: statement.at,
      ...(set.length === 0 ? {} : { due: set }),
      ...(met.length === 0 ? {} : { met, noted_at: at }),
    });
    if (row?.kept !== true) return false;
    this.recent.keep(authority, messageId, { ...from, state: next });
    return true;
  }

  private recordAlone(
    authority: string,
    statement: StoredStatement,
    fact: MessageState | undefined,
    dues?: Dues,
    incident?: NewIncident,
  ): Promise<'recorded' | 'unknown'> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<MessageRow[]>(
        `SELECT state, attempt, erased_at FROM gateway.message WHERE authority = $1 AND message_id = $2 FOR UPDATE`,
        [authority, statement.messageId],
      );
      const refusals = await tx.query<{ erased: boolean }[]>(
        `SELECT statement = '' AS erased FROM gateway.refusal WHERE authority = $1 AND message_id = $2`,
        [authority, statement.messageId],
      );
      if (row === undefined && refusals.length === 0) return 'unknown';
      const cipher = this.keys.cipher(authority);
      // What comes late about what is erased is heard, and not kept.
      const erased = row === undefined ? refusals.every((one) => one.erased) : row.erased_at !== null;
      if (!erased)
        await tx.query(
          `INSERT INTO gateway.statement (authority, entry_id, message_id, kind, entry, statement, blind, proof, note, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (authority, entry_id) DO UPDATE SET
           blind = COALESCE(gateway.statement.blind, EXCLUDED.blind), proof = COALESCE(gateway.statement.proof, EXCLUDED.proof)`,
          [
            authority,
            statement.entryId,
            statement.messageId,
            statement.kind,
            statement.entry,
            statement.statement ?? null,
            statement.blind ?? null,
            statement.proof ?? null,
            statement.note === undefined ? null : cipher.seal(statement.note, 'statement', statement.entryId),
            statement.at,
          ],
        );
      if (row !== undefined && !erased && dues !== undefined && isOfAttempt(statement, row.attempt, fact))
        await noteDues(tx, authority, statement.messageId, dues);
      if (row !== undefined && incident !== undefined) await openIncident(tx, authority, incident);
      const end =
        fact === 'awaiting-key' && (await isRetracted(tx, authority, statement.messageId))
          ? endOf(statement.kind)
          : fact;
      const next = row === undefined || end === undefined ? row?.state : advanceBy(row, end, statement.attempt);
      // Nobody answers any more.
      if (next !== undefined && isTerminal(next)) await dropAnswer(tx, authority, statement.messageId);
      if (next !== undefined && next !== row?.state) {
        await tx.query(
          `UPDATE gateway.message SET state = $3, changed_at = clock_timestamp() WHERE authority = $1 AND message_id = $2`,
          [authority, statement.messageId, next],
        );
      }
      return 'recorded';
    });
  }

  awaitingKey(authority: string): Promise<readonly AwaitingKey[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<{ referral_id: string; message_id: string }[]>(
        `SELECT referral_id, message_id FROM gateway.message WHERE authority = $1 AND state = 'awaiting-key'
         ORDER BY changed_at, message_id`,
        [authority],
      );
      return rows.map((row) => ({ referralId: row.referral_id, messageId: row.message_id }));
    });
  }

  async sealedAgain(authority: string, message: StoredMessage, outgoing: Outgoing): Promise<boolean> {
    const cipher = this.keys.cipher(authority);
    const sealed = await asAuthority(this.dataSource, authority, async (tx) => {
      const before = await this.waiting(tx, authority, message.messageId, message.attempt - 1);
      if (before === undefined) return false;
      const { messageId, attempt, detail } = toMessage(before, cipher);
      const kept: EarlierAttempt['detail'] = { manifest: detail.manifest ?? '', document: detail.document ?? '' };
      await tx.query(
        `INSERT INTO gateway.earlier_attempt (authority, message_id, attempt, manifest_sha256, jwe_sha256, detail)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [
          authority,
          messageId,
          attempt,
          before.manifest_sha256,
          before.jwe_sha256,
          cipher.seal(kept, 'earlier_attempt', `${messageId}.${attempt}`),
        ],
      );
      await tx.query(
        `UPDATE gateway.message SET state = $3, attempt = $4, changed_at = $5, expires_at = $6, outbox_id = $7,
           manifest_sha256 = $8, jwe_sha256 = $9, detail = $10 WHERE authority = $1 AND message_id = $2`,
        [
          authority,
          messageId,
          message.state,
          message.attempt,
          message.changedAt,
          message.expiresAt,
          message.outboxId,
          message.manifestSha256,
          message.jweSha256,
          cipher.seal(message.detail, 'message', messageId),
        ],
      );
      // What is awaited of it begins anew with its release.
      await tx.query(`DELETE FROM gateway.due WHERE authority = $1 AND message_id = $2`, [authority, messageId]);
      await bringAttachments(tx, authority, message, cipher);
      await this.outbox.add(tx, [outgoing]);
      return true;
    });
    if (sealed) this.outbox.wake();
    if (sealed && outgoing.waits) this.outbox.carry();
    return sealed;
  }

  async refusedAgain(authority: string, message: StoredMessage, refusal: StoredRefusal): Promise<boolean> {
    const { messageId, attempt, changedAt, detail } = message;
    const ended = await asAuthority(this.dataSource, authority, async (tx) => {
      if ((await this.waiting(tx, authority, messageId, attempt)) === undefined) return false;
      await tx.query(
        `UPDATE gateway.message SET state = 'refused', changed_at = $3, detail = $4 WHERE authority = $1 AND message_id = $2`,
        [authority, messageId, changedAt, this.keys.cipher(authority).seal(detail, 'message', messageId)],
      );
      await this.insertRefusals(tx, authority, [refusal]);
      return true;
    });
    if (ended) this.outbox.wake();
    return ended;
  }

  async expire(authority: string, at: Date): Promise<{ readonly drafts: number; readonly messages: number }> {
    const expired = await asAuthority(this.dataSource, authority, async (tx) => {
      const [drafts] = await tx.query<[{ id: string }[], number]>(
        `UPDATE gateway.referral SET phase = 'lapsed' WHERE authority = $1 AND phase = 'draft' AND lapses_at <= $2 RETURNING id`,
        [authority, at],
      );
      await tx.query(
        `UPDATE gateway.message SET state = 'expired', changed_at = $3 WHERE authority = $1 AND referral_id = ANY($2::uuid[])`,
        [authority, drafts.map((row) => row.id), at],
      );
      const waiting = await tx.query<{ message_id: string; outbox_id: string }[]>(
        `SELECT message_id, outbox_id FROM gateway.message
         WHERE authority = $1 AND state = 'accepted' AND expires_at <= $2 AND outbox_id IS NOT NULL FOR UPDATE SKIP LOCKED`,
        [authority, at],
      );
      // What may have left is the exchange's to expire, by a notice.
      const back = await this.outbox.takeBack(
        tx,
        waiting.map((row) => row.outbox_id),
      );
      // One that waits for a key has nothing under way.
      const unkeyed = await tx.query<{ message_id: string }[]>(
        `SELECT message_id FROM gateway.message
         WHERE authority = $1 AND state = 'awaiting-key' AND expires_at <= $2 FOR UPDATE SKIP LOCKED`,
        [authority, at],
      );
      const gone = [...waiting.filter((row) => back.includes(row.outbox_id)), ...unkeyed].map((row) => row.message_id);
      await tx.query(
        `UPDATE gateway.message SET state = 'expired', changed_at = $3 WHERE authority = $1 AND message_id = ANY($2::uuid[])`,
        [authority, gone, at],
      );
      return { drafts: drafts.length, gone };
    });
    for (const messageId of expired.gone) this.recent.forget(authority, messageId);
    return { drafts: expired.drafts, messages: expired.gone.length };
  }

  private async withEarlier(tx: EntityManager, authority: string, referral: StoredReferral): Promise<StoredReferral> {
    const cipher = this.keys.cipher(authority);
    const messages: StoredMessage[] = [];
    for (const message of referral.messages)
      messages.push((await earlierOf(tx, authority, message, cipher)) ?? message);
    return { ...referral, messages };
  }

  /** Locks the row. */
  private async waiting(
    tx: EntityManager,
    authority: string,
    messageId: string,
    attempt: number,
  ): Promise<MessageRow | undefined> {
    const [row] = await tx.query<MessageRow[]>(
      `SELECT ${MESSAGE_COLUMNS} FROM gateway.message
       WHERE authority = $1 AND message_id = $2 AND attempt = $3 AND state = 'awaiting-key' AND erased_at IS NULL FOR UPDATE`,
      [authority, messageId, attempt],
    );
    // What its sender has taken back is disclosed by no further attempt.
    return row === undefined || (await isRetracted(tx, authority, messageId)) ? undefined : row;
  }

  private async insert(tx: EntityManager, referral: StoredReferral): Promise<boolean> {
    const cipher = this.keys.cipher(referral.authority);
    const rows = await tx.query<unknown[]>(
      `INSERT INTO gateway.referral
         (authority, id, case_id, type, phase, body_digest, body, assessments, version, submitted_at, lapses_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING id`,
      [
        referral.authority,
        referral.id,
        referral.caseId,
        referral.type,
        referral.phase,
        referral.bodyDigest,
        cipher.seal(referral.body, 'referral', referral.id),
        cipher.seal(referral.assessments, 'assessment', referral.id),
        referral.version,
        referral.submittedAt,
        referral.lapsesAt ?? null,
      ],
    );
    return rows.length === 1;
  }

  private async insertMessage(
    tx: EntityManager,
    referral: StoredReferral,
    message: StoredMessage,
    position: number,
  ): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO gateway.message (authority, message_id, referral_id, position, recipient, function, state, attempt,
         changed_at, expires_at, outbox_id, manifest_sha256, jwe_sha256, detail, clock)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (authority, message_id) DO NOTHING RETURNING 1`,
      [
        referral.authority,
        message.messageId,
        referral.id,
        position,
        message.recipient,
        message.function,
        message.state,
        message.attempt,
        message.changedAt,
        message.expiresAt ?? null,
        message.outboxId ?? null,
        message.manifestSha256 ?? null,
        message.jweSha256 ?? null,
        this.keys.cipher(referral.authority).seal(message.detail, 'message', message.messageId),
        clockOf(message) ?? null,
      ],
    );
    return rows.length === 1;
  }

  /** Takes up what this gateway was given back after a restore (`RebuildSent`): it keeps its state and what was signed then, and is not sent again. */
  private async adopt(
    tx: EntityManager,
    { authority, id }: StoredReferral,
    message: StoredMessage,
    position: number,
  ): Promise<void> {
    const { messageId } = message;
    const cipher = this.keys.cipher(authority);
    const [row] = await tx.query<MessageRow[]>(
      `SELECT ${MESSAGE_COLUMNS} FROM gateway.message WHERE authority = $1 AND message_id = $2 AND referral_id = $2 FOR UPDATE`,
      [authority, messageId],
    );
    if (row === undefined) throw new GatewayError('ID_REUSE');
    const { document: _, ...detail } = message.detail;
    const { manifest } = toMessage(row, cipher).detail;
    const kept = { ...detail, ...(manifest === undefined ? {} : { manifest }) };
    await tx.query(
      `UPDATE gateway.message SET referral_id = $3, position = $4, detail = $5, clock = $6 WHERE authority = $1 AND message_id = $2`,
      [authority, messageId, id, position, cipher.seal(kept, 'message', messageId), clockOf(message) ?? null],
    );
    await tx.query(`DELETE FROM gateway.referral WHERE authority = $1 AND id = $2 AND body_digest = ''`, [
      authority,
      messageId,
    ]);
  }

  private async insertRefusals(
    tx: EntityManager,
    authority: string,
    refusals: readonly StoredRefusal[],
  ): Promise<void> {
    for (const refusal of refusals) {
      const rows = await tx.query<unknown[]>(
        `INSERT INTO gateway.refusal (authority, refusal_id, fingerprint, message_id, referral_id, recipient, statement, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (authority, fingerprint) DO NOTHING RETURNING refusal_id`,
        [
          authority,
          refusal.refusalId,
          refusal.fingerprint,
          refusal.messageId,
          refusal.referralId,
          refusal.recipient,
          refusal.statement,
          refusal.at,
        ],
      );
      if (rows.length === 1) await this.outbox.add(tx, [refusal.outgoing]);
    }
  }
}

/** @returns the message with its earlier attempts; undefined when it has none */
const earlierOf = async (
  tx: EntityManager,
  authority: string,
  message: StoredMessage,
  cipher: StorageCipher,
): Promise<StoredMessage | undefined> => {
  if (message.attempt === 1 || message.erasedAt !== undefined) return undefined;
  const rows = await tx.query<EarlierRow[]>(
    `SELECT attempt, manifest_sha256, jwe_sha256, detail FROM gateway.earlier_attempt
     WHERE authority = $1 AND message_id = $2 ORDER BY attempt`,
    [authority, message.messageId],
  );
  return { ...message, earlier: rows.map((row) => toEarlier(row, message.messageId, cipher)) };
};

const NO_DUES: Partial<Dues> = {};
/** What an earlier attempt met or set says nothing of the one that is under way. */
const isOfAttempt = ({ attempt }: StoredStatement, underWay: number, fact: MessageState | undefined): boolean =>
  attempt === undefined || attempt === underWay || fact === 'fetched' || fact === 'acknowledged';

/** Of what was not opened, by the statement that says so: no further attempt is made of what its sender has taken back. */
const endOf = (kind: string): MessageState => (kind === 'decision' ? 'refused' : 'rejected');

const outlineOf = (
  type: string,
  { recipient, state, attempt, manifestSha256, jweSha256 }: StoredMessage,
): MessageOutline => ({
  type,
  recipient,
  state,
  attempt,
  ...(manifestSha256 === undefined ? {} : { manifestSha256 }),
  ...(jweSha256 === undefined ? {} : { jweSha256 }),
});

const clockOf = ({ detail }: StoredMessage): string | undefined =>
  (detail.verdict.codes as { readonly clock?: string }).clock;
