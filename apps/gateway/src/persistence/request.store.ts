import type { RequestDirection, RequestRefusal, VerdictView } from '#contracts';
import { parseReceipt } from '#envelope';
import type { DataSource, EntityManager } from 'typeorm';
import type { StoredReferral } from '../application/ports/referral.js';
import type {
  RecordedAct,
  RecordedRequest,
  RequestStore,
  StoredReply,
  StoredRequest,
} from '../application/ports/request.js';
import { erasedAt } from '../domain/errors.js';
import { isEnded, isTerminal } from '../domain/message-state.js';
import type { MessageState } from '../domain/message-state.js';
import { RECORDED_TYPE } from '../domain/recorded-disclosure.js';
import { isDemand } from '../domain/request.js';
import type { Reply } from '../domain/request.js';
import type { KeyStore } from '../keys/key-store.js';
import type { StorageCipher } from '../keys/storage-cipher.js';
import { asAuthority } from './authority-transaction.js';
import { FOLLOWING, cursorOf, toDeliveryDetail, toReceipt } from './rows.js';
import type { ReceiptRow as StoredReceiptRow } from './rows.js';

interface RequestRow {
  readonly id: string;
  readonly asker: string;
  readonly asked: string;
  readonly type: string | null;
  readonly case_id: string | null;
  readonly at: Date;
  readonly state: MessageState | null;
  readonly retracted_at: Date | null;
  readonly erased_at: Date | null;
  readonly cursor: string;
}
interface ReceiptRow extends StoredReceiptRow {
  readonly message_id: string;
}
interface ActRow {
  readonly id: string;
  readonly kind: RecordedAct['kind'];
  readonly at: Date;
  readonly reason: RequestRefusal | null;
  readonly office: string | null;
  readonly detail: Buffer;
}
interface ReplyRow {
  readonly names: string;
  readonly message_id: string;
  readonly type: string;
  readonly at: Date;
  /** The other party. */
  readonly other: string;
  /** Of what was sent. */
  readonly state: MessageState | null;
  /** Where it stands, and under which id there. */
  readonly kept_in: string;
  readonly kept_as: string;
  readonly detail: Buffer;
}

/** As the partial indices of `Requests1768410000000` have it. */
export const ASKING = `(type LIKE 'request/%' OR type LIKE 'permit-consultation/%')`;

/** Taken back by whoever sent it, under the seal that it was received under. */
const RETRACTED = `SELECT t.at FROM gateway.received_retraction t WHERE (t.authority, t.message_id, t.sender, t.attempt, t.jwe_sha256)
  = (d.authority, d.message_id, d.sender, d.attempt, d.jwe_sha256)`;

/** @returns of `$1` all that `among`, a condition on `id`, holds for */
const RECEIVED = (rows: string): string => `
  SELECT d.message_id AS id, d.sender AS asker, d.authority AS asked, d.type, d.case_id, d.received_at AS at, NULL AS state,
    (${RETRACTED}) AS retracted_at, d.erased_at, d.txid::text || '.' || d.seq AS cursor
  FROM (SELECT * FROM gateway.delivery WHERE authority = $1 AND ${ASKING} AND ${rows}) d ORDER BY d.txid, d.seq`;
/** One to several is one row for each. */
const SENT = (rows: string, messages: string): string => `
  SELECT m.message_id AS id, r.authority AS asker, m.recipient AS asked, r.type, r.case_id, r.submitted_at AS at, m.state,
    (SELECT g.at FROM gateway.retraction g WHERE g.authority = m.authority AND g.message_id = m.message_id) AS retracted_at,
    m.erased_at, r.txid::text || '.' || r.seq AS cursor
  FROM (SELECT * FROM gateway.referral WHERE authority = $1 AND ${ASKING} AND phase = 'accepted' AND ${rows}) r
    JOIN gateway.message m ON m.authority = r.authority AND m.referral_id = r.id AND ${messages}
  ORDER BY r.txid, r.seq, m.position`;
const RECORDED = (rows: string): string => `
  SELECT q.id, q.asker, q.authority AS asked, NULL AS type, NULL AS case_id, q.asked_at AS at, NULL AS state, NULL AS retracted_at,
    q.erased_at, q.txid::text || '.' || q.seq AS cursor
  FROM (SELECT * FROM gateway.recorded_request WHERE authority = $1 AND ${rows}) q ORDER BY q.txid, q.seq`;

const PAGE = (table: string): string => `${FOLLOWING} ORDER BY gateway.${table}.txid, seq LIMIT $4`;
const LISTED: Readonly<Record<RequestDirection, string>> = {
  received: RECEIVED(PAGE('delivery')),
  sent: SENT(PAGE('referral'), 'true'),
  recorded: RECORDED(PAGE('recorded_request')),
};
const FOUND: readonly (readonly [RequestDirection, string])[] = [
  ['received', RECEIVED('message_id = $2')],
  [
    'sent',
    SENT(
      `id = (SELECT referral_id FROM gateway.message WHERE authority = $1 AND message_id = $2)`,
      'm.message_id = $2',
    ),
  ],
  ['recorded', RECORDED('id = $2')],
];

/** What names one of `$2` and was sent, and neither taken back nor replaced; or was disclosed another way, which nothing undoes. */
const SENT_REPLIES = `
  SELECT l.names, m.message_id, r.type, r.submitted_at AS at, m.recipient AS other, m.state, 'message' AS kept_in,
    m.message_id AS kept_as, m.detail
  FROM gateway.reply l JOIN gateway.message m USING (authority, message_id)
    JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
  WHERE l.authority = $1 AND l.names = ANY($2::uuid[]) AND r.phase = 'accepted'
    AND NOT EXISTS (SELECT FROM gateway.retraction g WHERE g.authority = m.authority AND g.message_id = m.message_id)
  UNION ALL
  SELECT l.names, o.message_id, '${RECORDED_TYPE}', o.disclosed_at, o.recipient, NULL, 'recorded_disclosure', o.id, o.detail
  FROM gateway.reply l JOIN gateway.recorded_disclosure o USING (authority, message_id)
  WHERE l.authority = $1 AND l.names = ANY($2::uuid[])
  ORDER BY at, message_id`;
/** Likewise, received. */
const RECEIVED_REPLIES = `
  SELECT l.names, d.message_id, d.type, d.received_at AS at, d.sender AS other, NULL AS state, 'delivery' AS kept_in,
    d.message_id AS kept_as, d.detail
  FROM gateway.reply l JOIN gateway.delivery d USING (authority, message_id)
  WHERE l.authority = $1 AND l.names = ANY($2::uuid[]) AND NOT EXISTS (${RETRACTED})
  ORDER BY d.received_at, d.message_id`;

/** Requests: as messages they stand where all messages do; beside them stands what names them, and what was recorded. */
export class PostgresRequestStore implements RequestStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyStore,
  ) {}

  asker(
    authority: string,
    requestId: string,
  ): Promise<{ readonly authority: string; readonly isRetracted: boolean } | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<{ asker: string; retracted_at: Date | null }[]>(
        `SELECT * FROM (SELECT asker, retracted_at FROM (${RECEIVED('message_id = $2')}) received
         UNION ALL SELECT asker, NULL FROM gateway.recorded_request WHERE authority = $1 AND id = $2) found LIMIT 1`,
        [authority, requestId],
      );
      return row === undefined ? undefined : { authority: row.asker, isRetracted: row.retracted_at !== null };
    });
  }

  noteReply(authority: string, messageId: string, names: string): Promise<void> {
    return asAuthority(this.dataSource, authority, (tx) => insertReply(tx, authority, messageId, names));
  }

  list(
    authority: string,
    query: { readonly direction: RequestDirection; readonly after?: string; readonly limit: number },
  ): Promise<readonly (StoredRequest & { readonly cursor: string })[]> {
    const { direction } = query;
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<RequestRow[]>(LISTED[direction], [authority, ...cursorOf(query.after), query.limit]);
      const said = await this.said(tx, authority, direction, rows);
      return rows.map((row) => ({ ...toRequest(row, direction, said), cursor: row.cursor }));
    });
  }

  find(authority: string, id: string): Promise<StoredRequest | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      for (const [direction, sql] of FOUND) {
        const rows = await tx.query<RequestRow[]>(sql, [authority, id]);
        const [row] = rows;
        if (row === undefined) continue;
        return toRequest(row, direction, await this.said(tx, authority, direction, rows, true));
      }
      return undefined;
    });
  }

  feedbackOn(authority: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<{ names: string; message_id: string }[]>(
        `SELECT l.names, d.message_id FROM gateway.reply l JOIN gateway.delivery d USING (authority, message_id)
           JOIN gateway.message m ON m.authority = l.authority AND m.message_id = l.names AND m.recipient = d.sender
         WHERE l.authority = $1 AND l.names = ANY($2::uuid[]) AND d.type LIKE 'feedback/%' AND NOT EXISTS (${RETRACTED})
         ORDER BY d.received_at, d.message_id`,
        [authority, messageIds],
      );
      const about = Map.groupBy(rows, ({ names }) => names);
      return new Map([...about].map(([names, all]) => [names, all.map(({ message_id: id }) => id)]));
    });
  }

  answerBy(
    authority: string,
    direction: RequestDirection,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const cipher = this.keys.cipher(authority);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const found: (readonly [string, { readonly answerBy?: unknown }])[] = [];
      if (direction === 'received') {
        const rows = await tx.query<{ message_id: string; detail: Buffer }[]>(
          `SELECT message_id, detail FROM gateway.delivery WHERE authority = $1 AND message_id = ANY($2::uuid[]) AND erased_at IS NULL`,
          [authority, ids],
        );
        for (const { message_id: id, detail } of rows) found.push([id, toDeliveryDetail(detail, id, cipher).content]);
      } else if (direction === 'sent') {
        const rows = await tx.query<{ message_id: string; referral_id: string; body: Buffer }[]>(
          `SELECT m.message_id, r.id AS referral_id, r.body FROM gateway.message m
             JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
           WHERE m.authority = $1 AND m.message_id = ANY($2::uuid[]) AND m.erased_at IS NULL`,
          [authority, ids],
        );
        for (const { message_id: id, referral_id: referral, body } of rows) {
          const { content } = cipher.open(body, 'referral', referral) as unknown as StoredReferral['body'];
          found.push([id, content]);
        }
      } else {
        const rows = await tx.query<{ id: string; detail: Buffer }[]>(
          `SELECT id, detail FROM gateway.recorded_request WHERE authority = $1 AND id = ANY($2::uuid[]) AND erased_at IS NULL`,
          [authority, ids],
        );
        for (const { id, detail } of rows) found.push([id, toRecorded(detail, id, cipher)]);
      }
      return new Map(found.flatMap(([id, { answerBy }]) => (typeof answerBy === 'string' ? [[id, answerBy]] : [])));
    });
  }

  recorded(authority: string, id: string): Promise<RecordedRequest | undefined> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [row] = await tx.query<{ detail: Buffer }[]>(
        `SELECT detail FROM gateway.recorded_request WHERE authority = $1 AND id = $2 AND erased_at IS NULL`,
        [authority, id],
      );
      return row === undefined ? undefined : toRecorded(row.detail, id, this.keys.cipher(authority));
    });
  }

  record(
    authority: string,
    id: string,
    from: string,
    request: RecordedRequest,
    at: Date,
  ): Promise<'recorded' | 'same' | 'other'> {
    const cipher = this.keys.cipher(authority);
    return asAuthority(this.dataSource, authority, async (tx) => {
      const rows = await tx.query<unknown[]>(
        `INSERT INTO gateway.recorded_request (authority, id, asker, asked_at, recorded_at, system, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING 1`,
        [authority, id, from, request.at, at, request.system, cipher.seal(request, 'recorded_request', id)],
      );
      if (rows.length === 1) return 'recorded';
      const [row] = await tx.query<{ asker: string; detail: Buffer }[]>(
        `SELECT asker, detail FROM gateway.recorded_request WHERE authority = $1 AND id = $2`,
        [authority, id],
      );
      if (row === undefined) throw new Error('what another recorded is not there');
      // Of what is erased nobody can say.
      if (row.detail.length === 0) return 'other';
      return row.asker === from && isSame(toRecorded(row.detail, id, cipher), request) ? 'same' : 'other';
    });
  }

  acts(authority: string, id: string): Promise<readonly RecordedAct[]> {
    const cipher = this.keys.cipher(authority);
    return asAuthority(this.dataSource, authority, async (tx) =>
      (await actsOf(tx, authority, [id])).map((row) => toAct(row, cipher)),
    );
  }

  act(authority: string, id: string, act: RecordedAct, system: string, at: Date): Promise<RecordedAct | undefined> {
    const cipher = this.keys.cipher(authority);
    return asAuthority(this.dataSource, authority, async (tx) => {
      // No officer is named in what is erased meanwhile.
      const [request] = await tx.query<{ erased_at: Date | null }[]>(
        `SELECT erased_at FROM gateway.recorded_request WHERE authority = $1 AND id = $2 FOR UPDATE`,
        [authority, id],
      );
      if (request?.erased_at instanceof Date) throw erasedAt(request.erased_at);
      const before = (await actsOf(tx, authority, [id])).find(({ kind }) => kind === act.kind);
      if (before !== undefined) return toAct(before, cipher);
      const { reason, office, officer, mandate } = { ...NOBODY, ...act };
      await tx.query(
        `INSERT INTO gateway.recorded_request_act (authority, id, kind, at, recorded_at, system, reason, office, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          ...[authority, id, act.kind, act.at, at, system, reason, office],
          officer === null
            ? Buffer.alloc(0)
            : cipher.seal({ officer, mandate }, 'recorded_request_act', `${id}.${act.kind}`),
        ],
      );
      return undefined;
    });
  }

  eraseRecorded(authority: string, id: string, system: string, at: Date): Promise<boolean> {
    return asAuthority(this.dataSource, authority, async (tx) => {
      const [, erased] = await tx.query<[unknown[], number]>(
        `UPDATE gateway.recorded_request SET detail = '', erased_at = coalesce(erased_at, $3), erased_by = coalesce(erased_by, $4)
         WHERE authority = $1 AND id = $2`,
        [authority, id, at, system],
      );
      await tx.query(`UPDATE gateway.recorded_request_act SET detail = '' WHERE authority = $1 AND id = $2`, [
        authority,
        id,
      ]);
      return erased === 1;
    });
  }

  /** What each party said of them. @param withVerdicts of what whoever was asked sent */
  private async said(
    tx: EntityManager,
    authority: string,
    direction: RequestDirection,
    requests: readonly RequestRow[],
    withVerdicts = false,
  ): Promise<Said> {
    const cipher = this.keys.cipher(authority);
    const ids = requests.map(({ id }) => id);
    const byRequest = <T extends { readonly names: string }>(rows: readonly T[]) =>
      Map.groupBy(rows, ({ names }) => names);
    const sent = (await tx.query<ReplyRow[]>(SENT_REPLIES, [authority, ids])).filter(
      ({ state }) => state === null || !isTerminal(state),
    );
    const received = await tx.query<ReplyRow[]>(RECEIVED_REPLIES, [authority, ids]);
    const refusals = byRequest(await refusalsOf(tx, authority, direction, ids, cipher));
    const acts = direction === 'recorded' ? await actsOf(tx, authority, ids) : [];
    const [ofAsked, ofAsker] = direction === 'sent' ? [received, sent] : [sent, received];
    const [replies, demands] = [byRequest(ofAsked), byRequest(ofAsker.filter(({ type }) => isDemand(type)))];
    const toReply = (row: ReplyRow): StoredReply => ({
      messageId: row.message_id,
      type: row.type,
      at: row.at,
      isServed: row.state === null || isEnded(row.state),
      // Nothing is known of what is erased.
      ...(withVerdicts && row.detail.length > 0 ? { verdict: verdictOf(row, cipher) } : {}),
    });
    return ({ id, asker, asked }) => {
      const other = direction === 'sent' ? asked : asker;
      const isParty = (row: ReplyRow): boolean => row.other === other;
      const demand = demands.get(id)?.find(isParty);
      const refusal = refusals.get(id)?.[0];
      const actedAt = (kind: RecordedAct['kind']): Date | undefined =>
        acts.find((act) => act.id === id && act.kind === kind)?.at;
      const [demandedAt, decidedAt] = [actedAt('demand'), actedAt('decision')];
      return {
        replies: (replies.get(id) ?? []).filter(isParty).map(toReply),
        ...(demand === undefined
          ? {}
          : { demand: { messageId: demand.message_id, type: demand.type, at: demand.at } satisfies Reply }),
        ...(refusal === undefined
          ? {}
          : { refusal: { reason: refusal.reason, office: refusal.office, at: refusal.at } }),
        ...(demandedAt === undefined ? {} : { demandedAt }),
        ...(decidedAt === undefined ? {} : { decidedAt }),
      };
    };
  }
}

type Said = (request: RequestRow) => Pick<StoredRequest, 'replies' | 'refusal' | 'demand' | 'demandedAt' | 'decidedAt'>;

interface FoundRefusal extends NonNullable<StoredRequest['refusal']> {
  readonly names: string;
}
/** What officers said, by receipt or, of what was recorded, here alone. Of a receipt that is erased nothing is left. */
const refusalsOf = async (
  tx: EntityManager,
  authority: string,
  direction: RequestDirection,
  ids: readonly string[],
  cipher: StorageCipher,
): Promise<readonly FoundRefusal[]> => {
  if (direction === 'received') {
    const rows = await tx.query<ReceiptRow[]>(
      `SELECT receipt_id, kind, receipt, at, detail, message_id FROM gateway.delivery_receipt
       WHERE authority = $1 AND message_id = ANY($2::uuid[]) AND kind = 'request-refused' AND receipt <> ''`,
      [authority, ids],
    );
    return rows.map((row) => {
      const { detail, at } = toReceipt(row, cipher);
      return {
        names: row.message_id,
        reason: detail.reason as RequestRefusal,
        office: detail.refusedBy?.office ?? '',
        at,
      };
    });
  }
  if (direction === 'recorded')
    return (await actsOf(tx, authority, ids)).flatMap(({ id: names, reason, office, at }) =>
      reason === null || office === null ? [] : [{ names, reason, office, at }],
    );
  const rows = await tx.query<{ statement: string }[]>(
    `SELECT statement FROM gateway.statement
     WHERE authority = $1 AND message_id = ANY($2::uuid[]) AND kind = 'receipt-recorded' AND statement IS NOT NULL`,
    [authority, ids],
  );
  return rows.flatMap(({ statement }) => {
    const { kind, messageId: names, reason, refusedBy, at } = parseReceipt(statement).receipt;
    if (kind !== 'request-refused' || refusedBy === undefined) return [];
    return [{ names, reason: reason as RequestRefusal, office: refusedBy.office, at: new Date(at) }];
  });
};

const NOBODY = { reason: null, office: null, officer: null, mandate: null };

const actsOf = (tx: EntityManager, authority: string, ids: readonly string[]): Promise<readonly ActRow[]> =>
  tx.query<ActRow[]>(
    `SELECT id, kind, at, reason, office, detail FROM gateway.recorded_request_act
     WHERE authority = $1 AND id = ANY($2::uuid[]) ORDER BY at, kind`,
    [authority, ids],
  );

const toAct = ({ id, kind, at, reason, office, detail }: ActRow, cipher: StorageCipher): RecordedAct =>
  ({
    ...{ kind, at: at.toISOString() },
    ...(reason === null ? {} : { reason }),
    ...(office === null ? {} : { office }),
    ...(detail.length === 0 ? {} : (cipher.open(detail, 'recorded_request_act', `${id}.${kind}`) as object)),
  }) as RecordedAct;

/** Of a referral, in the transaction that stores it: what its messages named before, they name no more. */
export const noteReplies = async (
  tx: EntityManager,
  { authority, messages }: StoredReferral,
  names: string | undefined,
): Promise<void> => {
  const ids = messages.map(({ messageId }) => messageId);
  await tx.query(`DELETE FROM gateway.reply WHERE authority = $1 AND message_id = ANY($2::uuid[])`, [authority, ids]);
  if (names !== undefined) for (const id of ids) await insertReply(tx, authority, id, names);
};

/** Within a transaction of the authority. @param names a message, or a request that was recorded */
export const insertReply = async (
  tx: EntityManager,
  authority: string,
  messageId: string,
  names: string,
): Promise<void> => {
  await tx.query(
    `INSERT INTO gateway.reply (authority, message_id, names) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [authority, messageId, names],
  );
};

const toRequest = (row: RequestRow, direction: RequestDirection, said: Said): StoredRequest => ({
  id: row.id,
  direction,
  from: row.asker,
  to: row.asked,
  ...(row.type === null ? {} : { type: row.type }),
  ...(row.case_id === null ? {} : { caseId: row.case_id }),
  at: row.at,
  ...(row.state === null ? {} : { messageState: row.state }),
  ...(row.retracted_at === null ? {} : { retractedAt: row.retracted_at }),
  ...(row.erased_at === null ? {} : { erasedAt: row.erased_at }),
  ...said(row),
});

const verdictOf = ({ kept_in: table, kept_as: id, detail }: ReplyRow, cipher: StorageCipher): VerdictView =>
  (cipher.open(detail, table, id) as unknown as { readonly verdict: VerdictView }).verdict;

const toRecorded = (detail: Buffer, id: string, cipher: StorageCipher): RecordedRequest =>
  cipher.open(detail, 'recorded_request', id) as unknown as RecordedRequest;

/** But for who said so, and when. */
const isSame = (one: RecordedRequest, other: RecordedRequest): boolean => said(one) === said(other);
const said = ({ recordedAt: _at, system: _system, ...rest }: RecordedRequest): string =>
  JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
