import type { EntityManager } from 'typeorm';

export interface SetAsideMessage {
  readonly id: string;
  readonly queue: string;
  readonly type: string;
  /** Account that published, as the broker checked it; empty when there was none. */
  readonly userId: string;
  readonly body: Buffer;
  readonly reason: string;
  readonly messageId: string | undefined;
  readonly sender: string | undefined;
  /** Sender's gateway, which is told. */
  readonly gateway: string | undefined;
  readonly at: Date;
  readonly state: 'held' | 'retried' | 'discarded';
  /** Before it was set aside, as the broker counts; undefined where that was not kept. */
  readonly deliveries: number | undefined;
}
/** What a list shows. */
export type ListedSetAside = Omit<SetAsideMessage, 'body'> & { readonly bytes: number };
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
});

/** What was set aside, until a person retries or discards it. */
export const quarantine = {
  /** @returns false when the same delivery was set aside before */
  async add(tx: EntityManager, message: SetAsideMessage): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO exchange.quarantine (id, queue, type, user_id, body, reason, message_id, sender, gateway, at, state, deliveries)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'held', $11) ON CONFLICT DO NOTHING RETURNING id`,
      [
        message.id,
        message.queue,
        message.type,
        message.userId,
        message.body,
        message.reason,
        message.messageId ?? null,
        message.sender ?? null,
        message.gateway ?? null,
        message.at,
        message.deliveries ?? null,
      ],
    );
    return rows.length === 1;
  },

  /** Oldest first. Bodies are up to a mebibyte each and stay where they are: their length is what one wants to know. */
  async list(tx: EntityManager, state: SetAsideMessage['state'], limit: number): Promise<readonly ListedSetAside[]> {
    const rows = await tx.query<(Row & { readonly bytes: number })[]>(
      `SELECT id, queue, type, user_id, ''::bytea AS body, octet_length(body) AS bytes, reason, message_id, sender, gateway, at, state, deliveries
       FROM exchange.quarantine WHERE state = $1 ORDER BY at, id LIMIT $2`,
      [state, limit],
    );
    return rows.map((row) => {
      const { body: _left, ...rest } = toMessage(row);
      return { ...rest, bytes: row.bytes };
    });
  },

  /** One of any state, with what was done with it. */
  async show(tx: EntityManager, id: string): Promise<ShownSetAside | undefined> {
    const [row] = await tx.query<(Row & { readonly bytes: number; readonly sha256: string })[]>(
      `SELECT id, queue, type, user_id, ''::bytea AS body, octet_length(body) AS bytes, encode(sha256(body), 'hex') AS sha256,
         reason, message_id, sender, gateway, at, state, deliveries
       FROM exchange.quarantine WHERE id = $1`,
      [id],
    );
    if (row === undefined) return undefined;
    const { body: _left, ...rest } = toMessage(row);
    const history = await tx.query<QuarantineAct[]>(
      `SELECT at, act, by, outcome FROM exchange.quarantine_act WHERE quarantine_id = $1 ORDER BY seq`,
      [id],
    );
    return { ...rest, bytes: row.bytes, sha256: row.sha256, history };
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
