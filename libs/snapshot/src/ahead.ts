import { signingBy } from '#envelope';
import type { PublicKey } from '#envelope';
import { broughtKeys } from './brought.js';
import type { Entry } from './entry.js';
import { SnapshotError } from './errors.js';
import type { Statement } from './statement.js';

/** Tokens that were found signed before their turn came, and the id of the key by which: a digest of the key itself. */
export type Ahead = ReadonlyMap<string, string>;

/**
 * Verifies the signatures of many entries together, on the threads that Node lends. Under whose key a line must be signed shows only when all before it is
 * known; under which key it is signed, it says itself, and that key stands in an entry before. So nothing is believed here but that a key signed a token: who
 * may sign, and whether the key was live, is for the log to judge in its order. What is not found here is verified there.
 * @param known keys that stood in the log before these entries
 */
export async function verifiedAhead(entries: readonly Entry[], known: readonly PublicKey[]): Promise<Ahead> {
  const keys = new Map(
    [...known, ...entries.flatMap(({ statement }) => carried(statement))].map((key) => [key.kid, key]),
  );
  const lines = entries.flatMap(({ principal, possessions, countersignatures }) => [
    principal,
    ...possessions,
    ...countersignatures,
  ]);
  const found = await Promise.all(
    lines.map(async ({ text, kid }) => {
      const key = keys.get(kid);
      return key !== undefined && (await signingBy(text, key)) ? [[text, kid] as const] : [];
    }),
  );
  return new Map(found.flat());
}

/** Keys that a statement brings and that sign: their own proof of possession, and later what their holders state. */
function carried(statement: Statement): readonly PublicKey[] {
  try {
    return broughtKeys(statement).flatMap(({ key }) => (key.use === 'sealing' ? [] : [key]));
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
  }
  return [];
}
