import type { EntityManager } from 'typeorm';

/** Another replica has signed under a newer keys log than this one has seen; nothing was handed in. It will see it soon. */
export class KeysBehind extends Error {
  override readonly name = 'KeysBehind';
}

/**
 * Entries of the ledger's own never name an older keys log than the one before: a key that was revoked meanwhile would count again. Held until the transaction
 * ends, so that they stand in the log in this order, whichever replica signed them.
 * @throws {KeysBehind}
 */
export async function nameKeys(tx: EntityManager, size: bigint): Promise<void> {
  const [, count] = await tx.query<[unknown, number]>(`UPDATE ledger.own_keys SET size = $1 WHERE size <= $1`, [
    size.toString(),
  ]);
  if (count === 0) throw new KeysBehind();
}

/** For what may be asked again: nothing can be signed now. */
export const unlessBehind = (error: unknown): undefined => {
  if (error instanceof KeysBehind) return undefined;
  throw error;
};
