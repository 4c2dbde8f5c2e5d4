import type { EntityManager } from 'typeorm';
import { nameKeys } from './own-keys.js';

/** An entry of the ledger's own for the `disclosure` log. */
export interface Handed {
  readonly entryId: string;
  readonly entry: string;
  readonly blind: Buffer;
  readonly annex?: string;
  /** Of the keys log that the entry names. */
  readonly keysSize: bigint;
}
/** One that takes a party's statement into the log. */
export interface HandedStatement extends Handed {
  readonly annex: string;
}

/** To the sequencer, in the transaction of the act that it records. @throws {KeysBehind} */
export async function hand(tx: EntityManager, { entryId, entry, blind, annex, keysSize }: Handed): Promise<void> {
  await nameKeys(tx, keysSize);
  await tx.query(
    `INSERT INTO ledger.pending (log, entry_id, entry, blind, annex) VALUES ('disclosure', $1, $2, $3, $4)`,
    [entryId, Buffer.from(entry, 'ascii'), blind, annex === undefined ? null : Buffer.from(annex, 'ascii')],
  );
}
