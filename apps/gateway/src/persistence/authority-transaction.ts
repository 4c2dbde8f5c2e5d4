import type { DataSource, EntityManager } from 'typeorm';

/**
 * Runs work as one authority. `SET LOCAL app.authority` is what row security compares with, and it ends with the
 * transaction, so a pooled connection never carries one authority's sight over to another.
 */
export const asAuthority = <T>(
  dataSource: DataSource,
  authority: string,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> =>
  dataSource.transaction(async (tx) => {
    await actAs(tx, authority);
    return work(tx);
  });

/** Within a transaction: what follows is this authority's. */
export const actAs = (tx: EntityManager, authority: string): Promise<unknown> =>
  tx.query(`SELECT set_config('app.authority', $1, true)`, [authority]);

/** One at a time per message, or per system, until the transaction ends: what is received is not rejected or erased meanwhile, nor the other way. */
export const alone = (tx: EntityManager, messageId: string): Promise<unknown> =>
  tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [messageId]);
