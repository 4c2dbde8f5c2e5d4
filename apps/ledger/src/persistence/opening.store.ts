import type { DataSource, EntityManager } from 'typeorm';
import { nameKeys } from './own-keys.js';

/** What of an authority's entries is asked for: about one message from an index on, or indices [from, to). */
export type Asked =
  { readonly messageId: string; readonly from?: bigint } | { readonly from: bigint; readonly to: bigint };

export interface FoundOpening {
  readonly index: bigint;
  readonly entryId: string;
  readonly entry: Buffer;
  readonly blind: Buffer;
  readonly annex: Buffer | null;
}

/** One whose opening is erased: the index of the entry that says so, absent until that entry stands in the log. */
export interface FoundErased {
  readonly index: bigint;
  readonly erasedBy: bigint | undefined;
}
export type Found = FoundOpening | FoundErased;

interface Row {
  readonly index: string;
  readonly entry_id: string;
  readonly entry: Buffer | null;
  readonly blind: Buffer;
  readonly annex: Buffer | null;
  readonly erased_by: string | null;
}

/** Openings of entries by who is party to them, and the entries that say that they were looked at. */
export class OpeningStore {
  constructor(private readonly dataSource: DataSource) {}

  transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** The first of an authority's entries below `size`, in the order of the log. An opening that is gone and that no entry erased is left out. */
  async of(tx: EntityManager, authority: string, asked: Asked, size: bigint, limit: number): Promise<readonly Found[]> {
    const [where, values] =
      'messageId' in asked
        ? ['p.message_id = $4 AND p.index >= $5', [asked.messageId, (asked.from ?? 0n).toString()]]
        : ['p.index >= $4 AND p.index < $5', [asked.from.toString(), asked.to.toString()]];
    const rows = await tx.query<Row[]>(
      `SELECT p.index, l.entry_id, o.entry, o.blind, o.annex, by.index AS erased_by FROM ledger.party p
       JOIN ledger.leaf l ON l.log = 'disclosure' AND l.index = p.index
       LEFT JOIN ledger.opening o ON o.index = p.index LEFT JOIN ledger.erased e ON e.index = p.index
       LEFT JOIN ledger.leaf by ON by.log = 'disclosure' AND by.entry_id = e.erasure
       WHERE (o.index IS NOT NULL OR e.index IS NOT NULL) AND p.authority = $1 AND p.index < $2 AND ${where} ORDER BY p.index LIMIT $3`,
      [authority, size.toString(), limit, ...values],
    );
    return rows.map(({ index, entry_id: entryId, erased_by: by, entry, blind, annex }) =>
      entry === null
        ? { index: BigInt(index), erasedBy: by === null ? undefined : BigInt(by) }
        : { index: BigInt(index), entryId, entry, blind, annex },
    );
  }

  /** Hands an entry of the ledger's own to its sequencer. */
  async hand(tx: EntityManager, entryId: string, entry: string, blind: Buffer, keysSize: bigint): Promise<void> {
    await nameKeys(tx, keysSize);
    await tx.query(`INSERT INTO ledger.pending (log, entry_id, entry, blind) VALUES ('disclosure', $1, $2, $3)`, [
      entryId,
      Buffer.from(entry, 'ascii'),
      blind,
    ]);
  }
}
