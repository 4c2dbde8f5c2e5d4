import { canonicalBytes } from '#json';
import { asAdmin } from '../../tools/deploy/databases.js';

/** Octets of what one referral is made of, on average over what the stack has handled; those of the statements are their compact form. */
export interface Sizes {
  readonly manifest: number;
  readonly jwe: number;
  readonly decision: number;
  readonly notice: number;
  readonly receipt: number;
  readonly proof: number;
  /** Rows at rest: the referral, its message and its delivery, each encrypted. */
  readonly referral: number;
  readonly message: number;
  readonly delivery: number;
}

/** Databases of the stack. @param prefix of their names */
export interface Databases {
  readonly admin: string;
  readonly prefix: string;
  readonly gateways: readonly string[];
}

export async function sizesOf({ admin, prefix, gateways }: Databases): Promise<Sizes> {
  const operator = await one(
    admin,
    `${prefix}_operator`,
    `SELECT (SELECT avg(length(manifest)) FROM exchange.message) AS manifest, (SELECT avg(length(jwe)) FROM exchange.message) AS jwe,
       (SELECT avg(length(decision)) FROM exchange.decision) AS decision, (SELECT avg(length(notice)) FROM exchange.notice) AS notice,
       (SELECT avg(length(statement)) FROM exchange.notice) AS receipt`,
  );
  const own = await Promise.all(
    gateways.map((id) =>
      one(
        admin,
        `${prefix}_gw_${id}`,
        `SELECT (SELECT avg(length(proof)) FROM gateway.statement) AS proof, (SELECT avg(length(body)) FROM gateway.referral) AS referral,
           (SELECT avg(length(detail)) FROM gateway.message) AS message, (SELECT avg(length(detail)) FROM gateway.delivery) AS delivery`,
      ),
    ),
  );
  const mean = (name: string): number => {
    const known = own.map((row) => row[name] ?? 0).filter((value) => value > 0);
    return Math.round(known.reduce((total, value) => total + value, 0) / Math.max(known.length, 1));
  };
  const of = (name: string): number => Math.round(operator[name] ?? 0);
  return {
    manifest: of('manifest'),
    jwe: of('jwe'),
    decision: of('decision'),
    notice: of('notice'),
    receipt: of('receipt'),
    proof: mean('proof'),
    referral: mean('referral'),
    message: mean('message'),
    delivery: mean('delivery'),
  };
}

/** Bodies of the five messages that one referral is on the wire, in octets. */
export function bodiesOf(sizes: Sizes): Readonly<Record<string, number>> {
  const text = (length: number): string => 'x'.repeat(length);
  const proven = { blind: text(43), proof: '\n'.repeat(8) + text(Math.max(sizes.proof - 8, 0)) };
  const [manifest, jwe, decision] = [text(sizes.manifest), text(sizes.jwe), text(sizes.decision)];
  const [notice, receipt] = [text(sizes.notice), text(sizes.receipt)];
  const bodies = {
    'message.submitted.v1': { manifest, jwe },
    'delivery.released.v1': { manifest, jwe, decision, ...proven, deliveryNumber: 1 },
    'message.decided.v1': { messageId: text(36), attempt: 1, decision, ...proven },
    'receipt.signed.v1': { receipt },
    'receipt.recorded.v1': { receipt, notice, ...proven },
  };
  return Object.fromEntries(Object.entries(bodies).map(([type, body]) => [type, canonicalBytes(body).length]));
}

/** Octets on disk, and octets of write-ahead log ever written. */
export interface Stored {
  readonly database: number;
  readonly wal: number;
}
export async function storedIn({ admin, prefix }: Databases): Promise<Stored> {
  const row = await one(
    admin,
    'postgres',
    `SELECT sum(pg_database_size(datname)) AS database, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS wal
     FROM pg_database WHERE starts_with(datname, '${prefix}_')`,
  );
  return { database: row['database'] ?? 0, wal: row['wal'] ?? 0 };
}

/**
 * When the decision on each of these messages first stood under a signed checkpoint.
 * @returns milliseconds since 1970 by message
 */
export const loggedAt = (
  { admin, prefix }: Databases,
  messages: readonly string[],
): Promise<ReadonlyMap<string, number>> =>
  asAdmin(admin, `${prefix}_operator`, async (db) => {
    const leaves = await db.query<{ message_id: string; index: string }>(
      `SELECT d.message_id, l.index FROM exchange.decision d JOIN ledger.leaf l ON l.log = 'disclosure' AND l.entry_id = d.entry_id
       WHERE d.message_id = ANY($1::uuid[]) ORDER BY l.index`,
      [messages],
    );
    const checkpoints = await db.query<{ size: string; signed_at: Date }>(
      `SELECT size, min(signed_at) AS signed_at FROM ledger.checkpoint WHERE log = 'disclosure' GROUP BY size ORDER BY size`,
    );
    const found = new Map<string, number>();
    let at = 0;
    for (const { message_id: message, index } of leaves.rows) {
      while (at < checkpoints.rows.length && BigInt(checkpoints.rows[at]?.size ?? 0) <= BigInt(index)) at += 1;
      const checkpoint = checkpoints.rows[at];
      if (checkpoint !== undefined) found.set(message, checkpoint.signed_at.getTime());
    }
    return found;
  });

const one = (admin: string, database: string, sql: string): Promise<Readonly<Record<string, number>>> =>
  asAdmin(admin, database, async (db) => {
    const { rows } = await db.query<Record<string, string | null>>(sql);
    return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value ?? 0)]));
  });
