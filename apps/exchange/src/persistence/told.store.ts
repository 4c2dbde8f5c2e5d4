import type { EntityManager } from 'typeorm';

export type ToldKind = 'delivery' | 'decision' | 'notice';
/** Something that was released to a gateway. */
export interface Told {
  readonly entryId: string;
  readonly is: ToldKind;
  /** Whose it is: of a delivery and of a retraction the recipient, of a decision the sender; of another notice it stands in the notice. */
  readonly authority?: string;
  readonly messageId?: string;
  readonly attempt?: number;
  /** Of a delivery, within its recipient and case. */
  readonly number?: number;
  readonly at: Date;
}
interface ToldRow {
  readonly entry_id: string;
  readonly kind: ToldKind;
  readonly authority: string | null;
  readonly message_id: string | null;
  readonly attempt: number | null;
  readonly number: string | null;
  readonly at: Date;
}
export interface ToldDecision {
  readonly messageId: string;
  readonly attempt: number;
  readonly decision: string;
  readonly blind: Buffer;
  readonly manifest: string;
  /** Sealed copy; undefined when it is deleted. */
  readonly jwe: string | undefined;
  readonly sender: string;
  readonly recipient: string;
  readonly deliveryNumber: number | undefined;
}
export interface ToldNotice {
  readonly kind: string;
  readonly gateway: string;
  /** Authority whose gateway is told beside it. */
  readonly recipient: string | undefined;
  readonly notice: string;
  readonly blind: Buffer;
  readonly statement: string | undefined;
  readonly sealed: string | undefined;
}

/** What was released to gateways, read again. */
export const told = {
  /**
   * In the order in which it was released, up to `until`: what commits late must not stand before what was read already.
   * @param authorities that the gateway hosts @param after the last one read, which comes again: a decision and its delivery are one entry
   */
  async list(
    manager: EntityManager,
    gateway: string,
    authorities: readonly string[],
    after: { readonly at: Date; readonly entryId: string },
    until: Date,
    limit: number,
  ): Promise<readonly Told[]> {
    const rows = await manager.query<ToldRow[]>(
      `SELECT * FROM (
         (SELECT entry_id, 'delivery' AS kind, recipient AS authority, message_id, attempt, number, released_at AS at
            FROM exchange.delivery WHERE recipient = ANY($2) AND released_at >= $3 AND released_at < $5
            ORDER BY released_at, entry_id LIMIT $6)
         UNION ALL
         (SELECT entry_id, 'decision', sender, message_id, attempt, NULL, released_at
            FROM exchange.decision WHERE sender = ANY($2) AND released_at >= $3 AND released_at < $5
            ORDER BY released_at, entry_id LIMIT $6)
         UNION ALL
         (SELECT entry_id, 'notice', NULL, NULL, NULL, NULL, released_at
            FROM exchange.notice WHERE gateway = $1 AND released_at >= $3 AND released_at < $5
            ORDER BY released_at, entry_id LIMIT $6)
         UNION ALL
         (SELECT entry_id, 'notice', recipient, message_id, NULL, NULL, released_at
            FROM exchange.notice WHERE recipient = ANY($2) AND gateway <> $1 AND released_at >= $3 AND released_at < $5
            ORDER BY released_at, entry_id LIMIT $6)) told
       WHERE (at, entry_id) >= ($3, $4::uuid)
       ORDER BY at, entry_id, kind LIMIT $6`,
      [gateway, authorities, after.at, after.entryId, until, limit],
    );
    return rows.map((row) => ({
      entryId: row.entry_id,
      is: row.kind,
      at: row.at,
      ...(row.authority === null ? {} : { authority: row.authority }),
      ...(row.message_id === null ? {} : { messageId: row.message_id }),
      ...(row.attempt === null ? {} : { attempt: row.attempt }),
      ...(row.number === null ? {} : { number: Number(row.number) }),
    }));
  },

  async decision(manager: EntityManager, entryId: string): Promise<ToldDecision | undefined> {
    const [row] = await manager.query<
      {
        message_id: string;
        attempt: number;
        decision: string;
        blind: Buffer;
        manifest: string;
        jwe: string | null;
        sender: string;
        recipient: string;
        number: string | null;
      }[]
    >(
      `SELECT d.message_id, d.attempt, d.decision, d.blind, m.manifest, m.jwe, m.sender, m.recipient, v.number
       FROM exchange.decision d JOIN exchange.message m USING (sender, message_id, attempt)
       LEFT JOIN exchange.delivery v ON v.sender = d.sender AND v.message_id = d.message_id AND v.attempt = d.attempt AND v.entry_id = d.entry_id
       WHERE d.entry_id = $1 AND d.released_at IS NOT NULL AND d.decision <> ''`,
      [entryId],
    );
    if (row === undefined) return undefined;
    const { message_id: messageId, number, jwe, ...rest } = row;
    return { ...rest, messageId, jwe: jwe ?? undefined, deliveryNumber: number === null ? undefined : Number(number) };
  },

  async notice(manager: EntityManager, entryId: string): Promise<ToldNotice | undefined> {
    const [row] = await manager.query<
      {
        kind: string;
        gateway: string;
        recipient: string | null;
        notice: string;
        blind: Buffer;
        statement: string | null;
        sealed: string | null;
      }[]
    >(
      `SELECT kind, gateway, recipient, notice, blind, statement, sealed FROM exchange.notice
       WHERE entry_id = $1 AND released_at IS NOT NULL AND notice <> ''`,
      [entryId],
    );
    if (row === undefined) return undefined;
    const { recipient, statement, sealed } = row;
    return {
      ...row,
      recipient: recipient ?? undefined,
      statement: statement ?? undefined,
      sealed: sealed ?? undefined,
    };
  },
};
