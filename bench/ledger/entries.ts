import { randomBytes, randomUUID } from 'node:crypto';

/** Octets of a decision and of a manifest as the exchange hands them over. */
export const ENTRY_BYTES = 1_100;
export const ANNEX_BYTES = 3_000;
const ID_BYTES = 16;
const SOURCE_BYTES = 16_384;

/**
 * Entries of real size, no two alike and none that compresses, cut by the database out of random octets that are sent once a statement: to make and to
 * send them is the exchange's work, and is not to take the time of the log that is measured.
 * @returns ids, and a SELECT of (log, entry_id, entry, blind, annex) with its values
 */
export function nextEntries(count: number): {
  readonly ids: readonly string[];
  readonly sql: string;
  readonly values: unknown[];
} {
  const ids = Array.from({ length: count }, () => randomUUID());
  const sql = `SELECT 'disclosure', id, uuid_send(id) || substr($2::bytea, 1 + (17 * n % 4000)::int, ${ENTRY_BYTES - ID_BYTES}),
      sha256(uuid_send(id)), substr($2::bytea, 5200 + (17 * n % 8000)::int, ${ANNEX_BYTES})
    FROM unnest($1::uuid[]) WITH ORDINALITY AS made (id, n)`;
  return { ids, sql, values: [ids, randomBytes(SOURCE_BYTES)] };
}
