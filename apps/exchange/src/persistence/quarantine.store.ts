import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';

export interface SetAsideMessage {
  readonly id: string;
  readonly queue: string;
  readonly type: string;
  /** Account that published, as the broker checked it; empty when there was none. */
  readonly userId: string;
  /** Empty when it is not kept. */
  readonly body: Buffer;
  readonly reason: string;
  readonly messageId: string | undefined;
  readonly sender: string | undefined;
  /** Of its manifest, where it has one that can be read. */
  readonly attempt?: number | undefined;
  readonly recipient?: string | undefined;
  /** What (message id, attempt) of its sender stands for. */
  readonly signed?: Buffer | undefined;
  /** Sender's gateway, which is told. */
  readonly gateway: string | undefined;
  readonly at: Date;
  readonly state: 'held' | 'retried' | 'discarded';
  /** Before it was set aside, as the broker counts; undefined where that was not kept. */
  readonly deliveries: number | undefined;
  /** Whether the body is here; it was left out when its account had too much here. */
  readonly kept: boolean;
}
/** What a list shows. */
export type ListedSetAside = Omit<SetAsideMessage, 'body' | 'signed'> & { readonly bytes: number };
/** Which of them, at most `limit`. */
export interface Listing {
  readonly state: SetAsideMessage['state'];
  /** That published it, whose queue it was in, or whose message it is. */
  readonly gateway?: string | undefined;
  readonly sender?: string | undefined;
  /** Id of the last one of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}
/** What is kept of one account. */
export interface Quota {
  readonly count: number;
  readonly bytes: number;
}
/** What somebody did with it. */
export interface QuarantineAct {
  readonly at: Date;
  readonly act: 'retry' | 'discard';
  /** As they named themselves. */
  readonly by: string;
  /** Of a retry: what became of the message, or why it stays held. Of a discard: its reason. */
  readonly outcome: string;
}
/** What one row shows: everything but the body, which is sealed. */
export type ShownSetAside = ListedSetAside & { readonly sha256: string; readonly history: readonly QuarantineAct[] };
interface Row {
  readonly id: string;
  readonly queue: string;
  readonly type: string;
  readonly user_id: string;
  readonly body: Buffer;
  readonly reason: string;
  readonly message_id: string | null;
  readonly sender: string | null;
  readonly gateway: string | null;
  readonly at: Date;
  readonly state: SetAsideMessage['state'];
  readonly deliveries: number | null;
  readonly kept: boolean;
  readonly attempt: number | null;
  readonly recipient: string | null;
  readonly signed: Buffer | null;
}
const toMessage = (row: Row): SetAsideMessage => ({
  id: row.id,
  queue: row.queue,
  type: row.type,
  userId: row.user_id,
  body: row.body,
  reason: row.reason,
  messageId: row.message_id ?? undefined,
  sender: row.sender ?? undefined,
  gateway: row.gateway ?? undefined,
  at: row.at,
  state: row.state,
  deliveries: row.deliveries ?? undefined,
  kept: row.kept,
  attempt: row.attempt ?? undefined,
  recipient: row.recipient ?? undefined,
  signed: row.signed ?? undefined,
});

const LISTED = `id, queue, type, user_id, ''::bytea AS body, coalesce(bytes, octet_length(body)) AS bytes, reason, message_id, sender, gateway,
  at, state, deliveries, kept, attempt, recipient, NULL::bytea AS signed`;
type ListedRow = Row & { readonly bytes: number };
const toListed = (row: ListedRow): ListedSetAside => {
  const { body: _left, signed: _neither, ...rest } = toMessage(row);
  return { ...rest, bytes: row.bytes };
};

/** What was set aside, until a person retries or discards it. */
export const quarantine = {
  /** @returns false when the same delivery was set aside before */
  async add(tx: EntityManager, message: SetAsideMessage): Promise<boolean> {
    const { body, kept } = message;
    const rows = await tx.query<unknown[]>(
      `INSERT INTO exchange.quarantine (id, queue, type, user_id, body, reason, message_id, sender, gateway, at, state, deliveries,
         kept, bytes, sha256, attempt, recipient, signed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'held', $11, $12, $13, $14, $15, $16, $17)
       ON CONFLICT DO NOTHING RETURNING id`,
      [
        message.id,
        message.queue,
        message.type,
        message.userId,
        kept ? body : Buffer.alloc(0),
        message.reason,
        message.messageId ?? null,
        message.sender ?? null,
        message.gateway ?? null,
        message.at,
        message.deliveries ?? null,
        kept,
        body.length,
        createHash('sha256').update(body).digest(),
        message.attempt ?? null,
        message.recipient ?? null,
        message.signed ?? null,
      ],
    );
    return rows.length === 1;
  },

  /** Whether as much of what this account published is held here, with its body, as may be. */
  async isFull(tx: EntityManager, queue: string, userId: string, { count, bytes }: Quota): Promise<boolean> {
    const [row] = await tx.query<{ count: string; bytes: string | null }[]>(
      `SELECT count(*), sum(octet_length(body)) AS bytes FROM exchange.quarantine
       WHERE user_id = $1 AND queue = $2 AND state = 'held' AND kept`,
      [userId, queue],
    );
    return Number(row?.count ?? 0) >= count || Number(row?.bytes ?? 0) >= bytes;
  },

  /** Whether another row holds this attempt for the same reason: its sender was told then. */
  async isTold(tx: EntityManager, { id, queue, type, reason, gateway, ...of }: SetAsideMessage): Promise<boolean> {
    if (of.messageId === undefined) return false;
    const rows = await tx.query<unknown[]>(
      `SELECT 1 FROM exchange.quarantine
       WHERE message_id = $1 AND sender = $2 AND attempt = $3 AND queue = $4 AND reason = $5 AND gateway = $6 AND state = 'held' AND id <> $7
         AND type = $8`,
      [of.messageId, of.sender, of.attempt ?? null, queue, reason, gateway, id, type],
    );
    return rows.length > 0;
  },

  /** Whether another copy of this delivery is on its way to its gateway, as far as is known here. */
  async isUnderWay(tx: EntityManager, { id, at, messageId, sender, type, body }: SetAsideMessage): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `SELECT 1 FROM exchange.quarantine
       WHERE message_id = $1 AND sender = $2 AND type = $3 AND state = 'retried' AND settled_at >= $4 AND id <> $5
       UNION ALL
       SELECT 1 FROM exchange.outbox WHERE published_at IS NULL AND type = $3 AND body = $6`,
      [messageId, sender, type, at, id, body],
    );
    return rows.length > 0;
  },

  /** Oldest first. Bodies are up to a mebibyte each and stay where they are: their length is what one wants to know. */
  async list(tx: EntityManager, { state, gateway, sender, after, limit }: Listing): Promise<readonly ListedSetAside[]> {
    const rows = await tx.query<ListedRow[]>(
      `SELECT ${LISTED} FROM exchange.quarantine
       WHERE state = $1 AND ($2::text IS NULL OR gateway = $2 OR user_id = 'gw-' || $2 OR queue = 'gw.' || $2 || '.in')
         AND ($3::text IS NULL OR sender = $3)
         AND ($4::uuid IS NULL OR (at, id) > (SELECT at, id FROM exchange.quarantine WHERE id = $4))
       ORDER BY at, id LIMIT $5`,
      [state, gateway ?? null, sender ?? null, after ?? null, limit],
    );
    return rows.map(toListed);
  },

  /** One of any state, with what was done with it. */
  async show(tx: EntityManager, id: string): Promise<ShownSetAside | undefined> {
    const [row] = await tx.query<(ListedRow & { readonly sha256: string })[]>(
      `SELECT ${LISTED}, encode(coalesce(sha256, sha256(body)), 'hex') AS sha256 FROM exchange.quarantine WHERE id = $1`,
      [id],
    );
    if (row === undefined) return undefined;
    const history = await tx.query<QuarantineAct[]>(
      `SELECT at, act, by, outcome FROM exchange.quarantine_act WHERE quarantine_id = $1 ORDER BY seq`,
      [id],
    );
    return { ...toListed(row), sha256: row.sha256, history };
  },

  /** Keeps what somebody did. */
  async record(tx: EntityManager, id: string, { at, act, by, outcome }: QuarantineAct): Promise<void> {
    await tx.query(
      `INSERT INTO exchange.quarantine_act (quarantine_id, at, act, by, outcome) VALUES ($1, $2, $3, $4, $5)`,
      [id, at, act, by, outcome],
    );
  },

  /** How many are held, and since when the oldest. */
  async depth(tx: EntityManager): Promise<{ readonly held: number; readonly oldest: Date | undefined }> {
    const [row] = await tx.query<{ held: string; oldest: Date | null }[]>(
      `SELECT count(*) AS held, min(at) AS oldest FROM exchange.quarantine WHERE state = 'held'`,
    );
    return { held: Number(row?.held ?? 0), oldest: row?.oldest ?? undefined };
  },

  /** Locks it, if it is still held. */
  async held(tx: EntityManager, id: string): Promise<SetAsideMessage | undefined> {
    const [row] = await tx.query<Row[]>(
      `SELECT * FROM exchange.quarantine WHERE id = $1 AND state = 'held' FOR UPDATE`,
      [id],
    );
    return row === undefined ? undefined : toMessage(row);
  },

  async settle(
    tx: EntityManager,
    id: string,
    state: 'retried' | 'discarded',
    reason: string | undefined,
    at: Date,
  ): Promise<void> {
    await tx.query(`UPDATE exchange.quarantine SET state = $2, settled_reason = $3, settled_at = $4 WHERE id = $1`, [
      id,
      state,
      reason ?? null,
      at,
    ]);
  },

  /** Empties what was retried or discarded before `until`: what it held is sealed for somebody who will not get it from here. @returns how many */
  async forgetBodies(tx: EntityManager, until: Date): Promise<number> {
    const [, count] = await tx.query<[unknown, number]>(
      `UPDATE exchange.quarantine SET body = '' WHERE state <> 'held' AND settled_at < $1 AND body <> ''`,
      [until],
    );
    return count;
  },
};
