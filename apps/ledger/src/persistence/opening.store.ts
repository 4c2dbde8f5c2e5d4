import type { DataSource, EntityManager } from 'typeorm';

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
  /** 33 octets, for whoever computes the root again. */
  readonly leaf?: Buffer;
}
export type Found = FoundOpening | FoundErased;

interface Row {
  readonly index: string;
  readonly entry_id: string;
  readonly entry: Buffer | null;
  readonly blind: Buffer;
  readonly annex: Buffer | null;
  readonly erased_by: string | null;
  readonly leaf?: Buffer;
}

/** An opening of an entry about a message, and which of the authorities asked for are party to it. */
export interface PartysOpening {
  readonly opening: FoundOpening;
  readonly authorities: readonly string[];
}

/** Openings of entries by who is party to them. */
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
    return rows.map(foundIn);
  }

  /** Entries about messages below `size` that any of these authorities is party to, in the order of the log, as far as their openings are there. */
  async aboutMessages(
    tx: EntityManager,
    authorities: readonly string[],
    asked: Asked,
    size: bigint,
  ): Promise<readonly PartysOpening[]> {
    const [where, values] =
      'messageId' in asked
        ? ['p.message_id = $3', [asked.messageId]]
        : ['p.message_id IS NOT NULL AND p.index >= $3 AND p.index < $4', [asked.from.toString(), asked.to.toString()]];
    const rows = await tx.query<(Row & { readonly entry: Buffer; readonly authorities: string[] })[]>(
      `SELECT p.index, l.entry_id, o.entry, o.blind, o.annex, p.authorities FROM (
         SELECT p.index, array_agg(p.authority) AS authorities FROM ledger.party p
         WHERE p.authority = ANY ($1::text[]) AND p.index < $2 AND ${where} GROUP BY p.index) p
       JOIN ledger.leaf l ON l.log = 'disclosure' AND l.index = p.index JOIN ledger.opening o ON o.index = p.index
       ORDER BY p.index`,
      [authorities, size.toString(), ...values],
    );
    return rows.map(({ index, entry_id: entryId, entry, blind, annex, ...row }) => ({
      opening: { index: BigInt(index), entryId, entry, blind, annex },
      authorities: row.authorities,
    }));
  }

  /** Every entry about these messages, in the order of the log, as far as its opening is there, whoever is party to it. */
  async entriesAbout(
    tx: EntityManager,
    messageIds: readonly string[],
    size: bigint,
  ): Promise<readonly { readonly index: bigint; readonly entry: Buffer }[]> {
    const rows = await tx.query<{ index: string; entry: Buffer }[]>(
      `SELECT o.index, o.entry FROM ledger.opening o WHERE o.index IN (
         SELECT index FROM ledger.party WHERE message_id = ANY ($1::uuid[]) AND index < $2) ORDER BY o.index`,
      [messageIds, size.toString()],
    );
    return rows.map(({ index, entry }) => ({ index: BigInt(index), entry }));
  }

  /** The log from this index on below `size`, for whoever follows all of it. */
  async following(from: bigint, size: bigint, limit: number): Promise<readonly Found[]> {
    const rows = await this.dataSource.query<Row[]>(
      `SELECT l.index, l.entry_id, l.data AS leaf, o.entry, o.blind, o.annex, by.index AS erased_by FROM ledger.leaf l
       LEFT JOIN ledger.opening o ON o.index = l.index LEFT JOIN ledger.erased e ON e.index = l.index
       LEFT JOIN ledger.leaf by ON by.log = 'disclosure' AND by.entry_id = e.erasure
       WHERE l.log = 'disclosure' AND l.index >= $1 AND l.index < $2 ORDER BY l.index LIMIT $3`,
      [from.toString(), size.toString(), limit],
    );
    return rows.map(foundIn);
  }
}

const foundIn = ({ index, entry_id: entryId, erased_by: by, leaf, entry, blind, annex }: Row): Found =>
  entry === null
    ? {
        index: BigInt(index),
        erasedBy: by === null ? undefined : BigInt(by),
        ...(leaf === undefined ? {} : { leaf }),
      }
    : { index: BigInt(index), entryId, entry, blind, annex };
