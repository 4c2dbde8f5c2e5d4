import type { EntityManager } from 'typeorm';
import { QuarantineError } from './errors.js';

/**
 * Claims a message in the transaction of its effect, so that it has one (design.md I2).
 * @param digest of what the id stands for
 * @returns false: handled before, with the same digest
 * @throws {QuarantineError} id-reuse: the id stands for something else already
 */
export const claimInbox = async (
  tx: EntityManager,
  schema: string,
  consumer: string,
  messageId: string,
  digest: Uint8Array,
): Promise<boolean> => {
  const claimed = await tx.query<unknown[]>(
    `INSERT INTO ${schema}.inbox (consumer, message_id, digest) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1`,
    [consumer, messageId, Buffer.from(digest)],
  );
  if (claimed.length === 1) return true;
  const [row] = await tx.query<{ digest: Buffer }[]>(
    `SELECT digest FROM ${schema}.inbox WHERE consumer = $1 AND message_id = $2`,
    [consumer, messageId],
  );
  if (row === undefined || Buffer.compare(row.digest, digest) !== 0) throw new QuarantineError('id-reuse');
  return false;
};

/**
 * Claims several messages at once, each in its own right.
 * @param claims no id twice
 * @returns ids that were claimed now; of the others `claimInbox` says why not
 */
export const claimInboxes = async (
  tx: EntityManager,
  schema: string,
  consumer: string,
  claims: readonly { readonly id: string; readonly digest: Uint8Array }[],
): Promise<ReadonlySet<string>> => {
  const rows = await tx.query<{ message_id: string }[]>(
    `INSERT INTO ${schema}.inbox (consumer, message_id, digest)
       SELECT $1, id, digest FROM unnest($2::text[], $3::bytea[]) AS t (id, digest) ORDER BY id
     ON CONFLICT DO NOTHING RETURNING message_id`,
    [consumer, claims.map(({ id }) => id), claims.map(({ digest }) => Buffer.from(digest))],
  );
  return new Set(rows.map((row) => row.message_id));
};

/** Whether anything was handled under this id. */
export const inboxHasId = async (
  manager: EntityManager,
  schema: string,
  consumer: string,
  messageId: string,
): Promise<boolean> => {
  const found = await manager.query<unknown[]>(
    `SELECT 1 FROM ${schema}.inbox WHERE consumer = $1 AND message_id = $2`,
    [consumer, messageId],
  );
  return found.length === 1;
};

/** Whether this message was handled before, with the same digest: then nothing about it is judged again. */
export const inboxHolds = async (
  manager: EntityManager,
  schema: string,
  consumer: string,
  messageId: string,
  digest: Uint8Array,
): Promise<boolean> => {
  const found = await manager.query<unknown[]>(
    `SELECT 1 FROM ${schema}.inbox WHERE consumer = $1 AND message_id = $2 AND digest = $3`,
    [consumer, messageId, Buffer.from(digest)],
  );
  return found.length === 1;
};
