import type { ListReferralsQueryDto, MessageState } from '#contracts';
import { Gathered, Octets } from '#persistence';
import type { DataSource } from 'typeorm';
import type { Dues } from '../application/ports/due.js';
import type { NewIncident } from '../application/ports/incident.js';
import type { Outgoing } from '../application/ports/outgoing.js';
import type {
  AwaitingKey,
  ListedReferral,
  MessageOutline,
  ReferralStore,
  StoredMessage,
  StoredReferral,
  StoredRefusal,
  StoredStatement,
  Told,
} from '../application/ports/referral.js';
import { erasedAt } from '../domain/errors.js';
import { advanceBy } from '../domain/message-state.js';
import { namedBy } from '../domain/request.js';
import type { KeyStore } from '../keys/key-store.js';
import { useAttachments } from './attachment.store.js';
import { asAuthority } from './authority-transaction.js';
import { adoptMessage, clockOf, insertMessage, insertReferral, insertRefusals } from './insert-referral.js';
import { awaitingKeyOf, earlierOf, nextAttempt, withEarlier } from './next-attempt.js';
import type { Outbox } from './outbox.js';
import { indexNamed, namedRows } from './person-index.store.js';
import { RecentOutlines } from './recent-outlines.js';
import { isHeld } from './release-holds.js';
import { recordItem, recordStatement } from './record-statement.js';
import { noteReplies } from './request.store.js';
import { FOLLOWING, MESSAGE_COLUMNS, cursorOf, toMessage, toOutline, toReferral, toStatement } from './rows.js';
import type { MessageRow, OutlineRow, ReferralRow, StatementRow } from './rows.js';

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
    this.accepts = new Gathered(dataSource, `SELECT n, taken FROM gateway.accept_unheld($1, $2)`);
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
      return withEarlier(
        tx,
        this.keys.cipher(authority),
        authority,
        toReferral(row, messages, this.keys.cipher(authority)),
      );
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
      recipients: referral.messages.map(({ recipient }) => recipient),
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
      if (await isHeld(tx, referral)) return false;
      if (expected !== undefined) {
        const [, gone] = await tx.query<[unknown[], number]>(
          `DELETE FROM gateway.referral WHERE authority = $1 AND id = $2 AND version = $3 AND phase <> 'accepted'`,
          [authority, id, expected],
        );
        if (gone !== 1) return false;
      }
      if (!(await insertReferral(tx, this.keys.cipher(referral.authority), referral))) return false;
      const sentBefore = new Set<string | undefined>();
      for (const [position, message] of referral.messages.entries())
        if (!(await insertMessage(tx, this.keys.cipher(referral.authority), referral, message, position))) {
          await adoptMessage(tx, this.keys.cipher(authority), referral, message, position);
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
      await insertRefusals(tx, this.outbox, authority, refusals);
      return true;
    });
  }

  async refuse(authority: string, refusals: readonly StoredRefusal[]): Promise<void> {
    await asAuthority(this.dataSource, authority, (tx) => insertRefusals(tx, this.outbox, authority, refusals));
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
    return asAuthority(this.dataSource, authority, (tx) =>
      recordStatement(tx, this.keys.cipher(authority), authority, statement, fact, dues, incident),
    );
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
    const [row] = await this.records.ask(
      recordItem(this.keys.cipher(authority), authority, statement, fact, dues, from, next),
    );
    if (row?.kept !== true) return false;
    this.recent.keep(authority, statement.messageId, { ...from, state: next });
    return true;
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
      if (!(await nextAttempt(tx, cipher, authority, message))) return false;
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
      if ((await awaitingKeyOf(tx, authority, messageId, attempt)) === undefined) return false;
      await tx.query(
        `UPDATE gateway.message SET state = 'refused', changed_at = $3, detail = $4 WHERE authority = $1 AND message_id = $2`,
        [authority, messageId, changedAt, this.keys.cipher(authority).seal(detail, 'message', messageId)],
      );
      await insertRefusals(tx, this.outbox, authority, [refusal]);
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
}

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
