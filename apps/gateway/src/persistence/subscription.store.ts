import type { HeldReason, SubscriptionState } from '#contracts';
import type { ReleaseHold } from '#envelope';
import { Gathered } from '#persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { StoredReferral } from '../application/ports/referral.js';
import type {
  HeldMessage,
  NewAnswer,
  SentSubscription,
  StandingOrder,
  StoredAnswer,
  StoredSubscription,
  SubscriptionSigner,
  SubscriptionStore,
} from '../application/ports/subscription.js';
import { askedIn, mayAnswer, stateAfter, typeName } from '../domain/subscription.js';
import type { KeyStore } from '../keys/key-store.js';
import { asAuthority } from './authority-transaction.js';
import { RECEIVED_UNDER } from './case.rows.js';
import type { Outbox } from './outbox.js';
import {
  NEWEST_HOLD,
  UNRECORDED,
  UNRELEASED,
  coveredCases,
  heldCases,
  hold,
  holding,
  isStopped,
  newestHold,
  numberAfter,
  signHold,
} from './release-holds.js';
import { FOLLOWING, cursorOf } from './rows.js';
import { SUBSCRIPTION_COLUMNS, toOrder, toSubscription } from './subscription.rows.js';
import type { SubscriptionRow, OrderRow } from './subscription.rows.js';

/** Whether the case is this authority's: it opened it, and did not receive it. */
const OWNED = `(EXISTS (SELECT FROM gateway.owned_case o WHERE o.authority = $1 AND o.case_id = $2)
  OR EXISTS (SELECT FROM gateway.referral r WHERE r.authority = $1 AND r.case_id = $2 AND r.type NOT LIKE 'subscription-request/%'
    AND NOT EXISTS (${RECEIVED_UNDER('$2')})))`;

/** Subscriptions to what the authorities hosted here own, and what they hold at the exchange. */
export class PostgresSubscriptionStore implements SubscriptionStore {
  private readonly holding: Gathered<object, { readonly n: number; readonly recipient: string }>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Pick<KeyStore, 'cipher'>,
    private readonly outbox: Outbox,
  ) {
    this.holding = new Gathered(dataSource, `SELECT n, recipient FROM gateway.held_from($1)`);
  }

  async ask(authority: string, asked: StoredSubscription, sign: SubscriptionSigner, at: Date): Promise<void> {
    await asAuthority(this.dataSource, authority, async (tx) => {
      const inserted = await tx.query<unknown[]>(
        `INSERT INTO gateway.subscription (authority, message_id, attempt, decision_entry_id, jwe_sha256, subscriber, scope, case_id, message_types, function,
           type, state, asked_at, number)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'asked', $12, 0) ON CONFLICT DO NOTHING RETURNING 1`,
        [
          authority,
          asked.messageId,
          asked.attempt,
          asked.decisionEntryId,
          asked.jweSha256,
          asked.subscriber,
          asked.scope,
          asked.caseId,
          asked.messageTypes,
          asked.function,
          asked.type,
          asked.askedAt,
        ],
      );
      if (inserted.length === 0) return;
      const [order] = await tx.query<{ id: string }[]>(
        `SELECT id FROM gateway.standing_order WHERE authority = $1 AND ended_at IS NULL AND subscriber = $2 AND scope = $3
           AND message_types @> $4::text[] ORDER BY made_at, id LIMIT 1`,
        [authority, asked.subscriber, asked.scope, asked.messageTypes],
      );
      if (order === undefined || (await unfit(tx, authority, asked)) !== undefined) return;
      const [noted] = await tx.query<SubscriptionRow[]>(
        `SELECT ${SUBSCRIPTION_COLUMNS} FROM gateway.subscription WHERE authority = $1 AND message_id = $2`,
        [authority, asked.messageId],
      );
      if (noted?.retracted_at !== null) return;
      // An officer has stopped this subscriber: an officer says whether it goes on.
      if (await isStopped(tx, authority, asked)) return;
      const given = { answer: 'granted-by-standing-order', at, standingOrder: order.id } as const;
      await this.say(tx, authority, asked, given, sign);
    });
    this.outbox.wake();
  }

  find(authority: string, messageId: string): Promise<StoredSubscription | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<SubscriptionRow[]>(
        `SELECT ${SUBSCRIPTION_COLUMNS} FROM gateway.subscription WHERE authority = $1 AND message_id = $2`,
        [authority, messageId],
      );
      return row === undefined ? undefined : toSubscription(row);
    });
  }

  list(
    authority: string,
    query: {
      readonly after?: string;
      readonly limit: number;
      readonly state?: SubscriptionState;
      readonly caseId?: string;
    },
  ): Promise<readonly (StoredSubscription & { readonly cursor: string })[]> {
    const [txid, seq] = cursorOf(query.after);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<(SubscriptionRow & { readonly cursor: string })[]>(
        `SELECT ${SUBSCRIPTION_COLUMNS}, txid::text || '.' || seq AS cursor FROM gateway.subscription
         WHERE authority = $1 AND ${FOLLOWING} AND ($5::text IS NULL OR state = $5)
           AND ($6::uuid IS NULL OR (scope = 'case' AND case_id = $6))
         ORDER BY gateway.subscription.txid, seq LIMIT $4`,
        [authority, txid, seq, query.limit, query.state ?? null, query.caseId ?? null],
      );
      return rows.map((row) => ({ ...toSubscription(row), cursor: row.cursor }));
    });
  }

  sent(
    authority: string,
    query: { readonly after?: string; readonly limit: number; readonly caseId?: string },
  ): Promise<readonly SentSubscription[]> {
    const [txid, seq] = cursorOf(query.after);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<
        {
          id: string;
          case_id: string;
          body: Buffer;
          cursor: string;
          message_id: string;
          recipient: string;
          state: SentSubscription['requestState'];
        }[]
      >(
        `SELECT page.*, m.message_id, m.recipient, m.state FROM (
           SELECT id, case_id, body, txid, seq, txid::text || '.' || seq AS cursor FROM gateway.referral
           WHERE authority = $1 AND type LIKE 'subscription-request/%' AND phase = 'accepted' AND erased_at IS NULL AND body_digest <> ''
             AND ${FOLLOWING} AND ($5::uuid IS NULL OR case_id = $5)
           ORDER BY gateway.referral.txid, seq LIMIT $4) page
         JOIN gateway.message m ON m.authority = $1 AND m.referral_id = page.id ORDER BY page.txid, page.seq, m.position`,
        [authority, txid, seq, query.limit, query.caseId ?? null],
      );
      const cipher = this.keys.cipher(authority);
      return rows.map((row) => ({
        messageId: row.message_id,
        owner: row.recipient,
        caseId: row.case_id,
        requestState: row.state,
        cursor: row.cursor,
        ...askedIn((cipher.open(row.body, 'referral', row.id) as unknown as StoredReferral['body']).content),
      }));
    });
  }

  answers(authority: string, messageIds: readonly string[]): Promise<readonly StoredAnswer[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<
        {
          message_id: string;
          number: number;
          answer: StoredAnswer['answer'];
          at: Date;
          office: string | null;
          standing_order: string | null;
        }[]
      >(
        `SELECT message_id, number::float8 AS number, answer, at, office, standing_order FROM gateway.subscription_answer
         WHERE authority = $1 AND message_id = ANY($2::uuid[]) ORDER BY message_id, number`,
        [authority, messageIds],
      );
      return rows.map((row) => ({
        messageId: row.message_id,
        number: row.number,
        answer: row.answer,
        at: row.at,
        ...(row.office === null ? {} : { office: row.office }),
        ...(row.standing_order === null ? {} : { standingOrder: row.standing_order }),
      }));
    });
  }

  async answer(
    authority: string,
    messageId: string,
    given: NewAnswer,
    sign: SubscriptionSigner,
  ): Promise<'answered' | 'same' | 'not-found' | 'not-now' | 'closed' | 'not-owned'> {
    const outcome = await asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<SubscriptionRow[]>(
        `SELECT ${SUBSCRIPTION_COLUMNS} FROM gateway.subscription WHERE authority = $1 AND message_id = $2 FOR UPDATE`,
        [authority, messageId],
      );
      if (row === undefined) return 'not-found';
      const subscription = toSubscription(row);
      const [newest] = await tx.query<{ answer: string }[]>(
        `SELECT answer FROM gateway.subscription_answer WHERE authority = $1 AND message_id = $2 AND number = $3`,
        [authority, messageId, row.number],
      );
      if (newest?.answer === given.answer) return 'same';
      if (!mayAnswer(row.state, given.answer)) return 'not-now';
      if (stateAfter(given.answer) === 'granted' && row.retracted_at !== null) return 'not-now';
      const fault = stateAfter(given.answer) === 'granted' ? await unfit(tx, authority, subscription) : undefined;
      if (fault !== undefined) return fault;
      await this.say(tx, authority, subscription, given, sign);
      return 'answered';
    });
    this.outbox.wake();
    return outcome;
  }

  ofClosedCases(authority: string, caseId?: string): Promise<readonly StoredSubscription[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<SubscriptionRow[]>(
        `SELECT ${SUBSCRIPTION_COLUMNS} FROM gateway.subscription WHERE authority = $1 AND scope = 'case' AND state IN ('asked', 'granted', 'suspended')
           AND ($2::uuid IS NULL OR case_id = $2) AND EXISTS (SELECT FROM gateway.owned_case o
             WHERE o.authority = $1 AND o.case_id = subscription.case_id AND o.closed_at IS NOT NULL)`,
        [authority, caseId ?? null],
      );
      return rows.map(toSubscription);
    });
  }

  ofRetracted(authority: string, messageId?: string): Promise<readonly string[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<SubscriptionRow[]>(
        `SELECT * FROM (SELECT ${SUBSCRIPTION_COLUMNS} FROM gateway.subscription
           WHERE authority = $1 AND state IN ('granted', 'suspended') AND ($2::uuid IS NULL OR message_id = $2)) standing
         WHERE retracted_at IS NOT NULL ORDER BY message_id`,
        [authority, messageId ?? null],
      );
      return rows.map((row) => row.message_id);
    });
  }

  async holdOfClosed(authority: string, caseId: string | undefined, sign: SubscriptionSigner, at: Date): Promise<void> {
    await asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<{ subscriber: string; case_id: string }[]>(
        // What named the case after it was closed is none of it.
        `SELECT DISTINCT s.subscriber, r.case_id FROM gateway.subscription s
         JOIN gateway.owned_case o ON o.authority = $1 AND ($2::uuid IS NULL OR o.case_id = $2) AND o.closed_at IS NOT NULL
         JOIN gateway.referral r ON r.authority = $1 AND r.case_id = o.case_id AND r.submitted_at <= o.closed_at AND split_part(r.type, '/', 1) = ANY(s.message_types)
         JOIN gateway.message m ON m.authority = $1 AND m.referral_id = r.id AND m.recipient = s.subscriber AND m.state IN ${UNRELEASED}
         WHERE s.authority = $1 AND s.scope = 'standing' AND s.state = 'granted' ORDER BY 1, 2`,
        [authority, caseId ?? null],
      );
      for (const { subscriber: recipient, case_id: closed } of rows)
        await hold(tx, this.outbox, authority, { caseId: closed, recipient, code: 'case-closed' }, sign, at);
    });
    this.outbox.wake();
  }

  async holdOfSuspended(authority: string, sign: SubscriptionSigner, at: Date): Promise<void> {
    await asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<SubscriptionRow[]>(
        // One that another was granted after stops nothing that comes.
        `SELECT ${SUBSCRIPTION_COLUMNS} FROM gateway.subscription WHERE authority = $1 AND scope = 'standing' AND state = 'suspended'
           AND NOT EXISTS (SELECT FROM gateway.subscription l WHERE l.authority = $1 AND l.subscriber = subscription.subscriber AND l.scope = 'standing'
             AND l.state = 'granted' AND l.message_types && subscription.message_types AND (l.txid, l.seq) > (subscription.txid, subscription.seq))
         ORDER BY txid, seq`,
        [authority],
      );
      for (const subscription of rows.map(toSubscription))
        for (const caseId of await coveredCases(tx, authority, subscription)) {
          const { subscriber: recipient, messageId: by } = subscription;
          await hold(tx, this.outbox, authority, { caseId, recipient, code: 'subscription-suspended', by }, sign, at);
        }
    });
    this.outbox.wake();
  }

  async heldFrom(
    authority: string,
    caseId: string,
    type: string,
    recipients: readonly string[],
  ): Promise<readonly string[]> {
    const held = await this.holding.ask({ authority, case_id: caseId, type: typeName(type), recipients });
    return held.map(({ recipient }) => recipient);
  }

  async recorded(authority: string, statementSha256: string, at: Date): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [, count] = await tx.query<[unknown, number]>(
        `UPDATE gateway.release_hold SET recorded_at = coalesce(recorded_at, $3) WHERE authority = $1 AND statement_sha256 = $2`,
        [authority, statementSha256, at],
      );
      return count === 1;
    });
  }

  unrecorded(authority: string, before: Date): Promise<number> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<{ n: number }[]>(
        `SELECT count(DISTINCT (case_id, recipient))::int AS n FROM gateway.release_hold h WHERE authority = $1 AND ${UNRECORDED}`,
        [authority, before],
      );
      return row?.n ?? 0;
    });
  }

  async holdAgain(authority: string, before: Date, sign: SubscriptionSigner, at: Date): Promise<void> {
    await asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<
        { case_id: string; recipient: string; code: ReleaseHold['code']; by: string | null; number: number }[]
      >(
        // What still waits to leave has not been lost.
        `SELECT case_id, recipient, code, by_subscription AS by, number::float8 AS number FROM gateway.release_hold h
         WHERE authority = $1 AND ${UNRECORDED} AND NOT EXISTS (SELECT FROM gateway.release_hold l
             WHERE (l.authority, l.case_id, l.recipient) = (h.authority, h.case_id, h.recipient) AND l.number > h.number)
           AND NOT EXISTS (SELECT FROM gateway.outbox o WHERE o.id = h.hold_id) ORDER BY case_id, recipient`,
        [authority, before],
      );
      for (const { case_id: caseId, number, ...hold } of rows) {
        // Something else was said of it meanwhile.
        if ((await newestHold(tx, authority, caseId, hold.recipient))?.number !== number) continue;
        await signHold(tx, this.outbox, authority, { ...hold, caseId, by: hold.by ?? undefined }, number, sign, at);
      }
    });
    this.outbox.wake();
  }

  held(
    authority: string,
    query: { readonly after?: string; readonly limit: number },
  ): Promise<readonly (HeldMessage & { readonly cursor: string })[]> {
    const [txid, seq] = cursorOf(query.after);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<
        {
          message_id: string;
          referral_id: string;
          case_id: string;
          type: string;
          recipient: string;
          state: HeldMessage['state'];
          reason: HeldReason;
          recorded: boolean;
          since: Date;
          cursor: string;
        }[]
      >(
        `WITH mine AS (
           SELECT m.message_id, m.referral_id, r.case_id, r.type, m.recipient, m.state, m.changed_at, m.position, r.txid, r.seq,
             m.manifest_sha256 IS NOT NULL AS sealed
           FROM gateway.message m JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
           WHERE m.authority = $1 AND m.state IN ('accepted', 'quarantined', 'checked', 'awaiting-key', 'refused', 'expired')
             AND (r.txid, r.seq) > ($2::xid8, $3::bigint)),
         why AS (
           SELECT mine.*, ${NEWEST_HOLD('mine', 'code')} AS hold, ${NEWEST_HOLD('mine', 'recorded_at')} IS NOT NULL AS recorded,
             EXISTS (SELECT FROM gateway.subscription s WHERE s.authority = $1 AND s.subscriber = mine.recipient
               AND split_part(mine.type, '/', 1) = ANY(s.message_types) AND (s.scope = 'standing' OR s.case_id = mine.case_id)
               AND s.state <> 'refused' AND s.state <> 'asked') AS subscribed
           -- One that was begun alone has sent nothing.
           FROM mine WHERE NOT EXISTS (SELECT FROM gateway.backfill b JOIN gateway.referral n ON n.authority = $1 AND n.id = b.new_referral_id
             WHERE b.authority = $1 AND b.referral_id = mine.referral_id AND b.subscriber = mine.recipient AND n.phase = 'accepted'))
         SELECT * FROM (
           SELECT message_id, referral_id, case_id, type, recipient, state, changed_at AS since, txid::text || '.' || seq AS cursor,
             CASE WHEN state = 'refused' THEN 'ground-lapsed' ELSE hold END AS reason, recorded, txid, seq, position
           FROM why WHERE subscribed AND ((state = 'refused' AND sealed) OR (state <> 'refused' AND hold <> 'lifted'))
           -- A referral's messages are on one page.
           ORDER BY txid, seq FETCH FIRST $4 ROWS WITH TIES) page
         ORDER BY txid, seq, position`,
        [authority, txid, seq, query.limit],
      );
      return rows.map((row) => ({
        messageId: row.message_id,
        referralId: row.referral_id,
        caseId: row.case_id,
        type: row.type,
        recipient: row.recipient,
        state: row.state,
        reason: row.reason,
        ...(row.reason === 'ground-lapsed' ? {} : { recorded: row.recorded }),
        since: row.since,
        cursor: row.cursor,
      }));
    });
  }

  putOrder(authority: string, order: StandingOrder, system: string): Promise<StandingOrder> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      await tx.query(
        `INSERT INTO gateway.standing_order (authority, id, subscriber, scope, message_types, office, made_at, made_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
        [authority, order.id, order.subscriber, order.scope, order.messageTypes, order.office, order.madeAt, system],
      );
      const [row] = await tx.query<OrderRow[]>(
        `SELECT id, subscriber, scope, message_types, office, made_at, ended_at FROM gateway.standing_order WHERE authority = $1 AND id = $2`,
        [authority, order.id],
      );
      if (row === undefined) throw new Error('a standing order that was not kept');
      return toOrder(row);
    });
  }

  orders(authority: string): Promise<readonly StandingOrder[]> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<OrderRow[]>(
        `SELECT id, subscriber, scope, message_types, office, made_at, ended_at FROM gateway.standing_order
         WHERE authority = $1 ORDER BY made_at, id`,
        [authority],
      );
      return rows.map(toOrder);
    });
  }

  endOrder(authority: string, id: string, system: string, at: Date): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [rows] = await tx.query<[unknown[], number]>(
        `UPDATE gateway.standing_order SET ended_at = coalesce(ended_at, $3), ended_by = coalesce(ended_by, $4)
         WHERE authority = $1 AND id = $2 RETURNING 1`,
        [authority, id, at, system],
      );
      return rows.length === 1;
    });
  }

  /** An answer with its receipt, and what it holds at the exchange or lets go: all of it leaves, or none. */
  private async say(
    tx: EntityManager,
    authority: string,
    subscription: StoredSubscription,
    given: NewAnswer,
    sign: SubscriptionSigner,
  ): Promise<void> {
    const { messageId, subscriber } = subscription;
    const number = numberAfter(subscription.number, given.at);
    const { receiptId, receipt, outgoing } = await sign.answer(authority, subscription, given, number);
    await tx.query(
      `INSERT INTO gateway.subscription_answer (authority, message_id, number, answer, at, office, system, standing_order, receipt_id, receipt)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        authority,
        messageId,
        number,
        given.answer,
        given.at,
        given.office ?? null,
        given.system ?? null,
        given.standingOrder ?? null,
        receiptId,
        receipt,
      ],
    );
    const state = stateAfter(given.answer);
    await tx.query(`UPDATE gateway.subscription SET state = $3, number = $4 WHERE authority = $1 AND message_id = $2`, [
      authority,
      messageId,
      state,
      number,
    ]);
    await this.outbox.add(tx, [outgoing]);
    if (given.answer === 'granted-by-standing-order') return;
    if (state === 'granted') {
      for (const caseId of await heldCases(tx, authority, subscription))
        await hold(
          tx,
          this.outbox,
          authority,
          { caseId, recipient: subscriber, code: 'lifted', by: messageId },
          sign,
          given.at,
        );
    } else if (subscription.state === 'granted' || subscription.state === 'suspended') {
      const code =
        given.answer === 'ended-case-closed' ? 'case-closed' : (`subscription-${state}` as ReleaseHold['code']);
      await holding(tx, authority, subscriber);
      for (const caseId of await coveredCases(tx, authority, subscription))
        await hold(tx, this.outbox, authority, { caseId, recipient: subscriber, code, by: messageId }, sign, given.at);
    }
  }
}

/** Why it cannot be granted now. */
const unfit = async (
  tx: EntityManager,
  authority: string,
  { scope, caseId }: StoredSubscription,
): Promise<'closed' | 'not-owned' | undefined> => {
  if (scope === 'standing') return undefined;
  const [row] = await tx.query<{ owned: boolean; closed: boolean }[]>(
    `SELECT ${OWNED} AS owned, EXISTS (SELECT FROM gateway.owned_case o
       WHERE o.authority = $1 AND o.case_id = $2 AND o.closed_at IS NOT NULL) AS closed`,
    [authority, caseId],
  );
  if (row?.owned !== true) return 'not-owned';
  return row.closed ? 'closed' : undefined;
};
