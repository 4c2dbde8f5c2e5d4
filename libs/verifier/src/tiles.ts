import { GrowingTree, leafHash, nodeHash } from '#tlog/verify';
import { sha256 } from './crypto.js';

const WIDTH = 256;
const LEAF_BYTES = 33;

/** A tile's number in a path: groups of three digits, all but the last with an `x`. @see c2sp.org/tlog-tiles */
const numbered = (n: bigint): string => {
  const digits = n.toString();
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
};
const partial = (width: number): string => (width === WIDTH ? '' : `.p/${width}`);

/** @param width entries in it, 256 unless it is the log's last */
export const entriesPath = (n: bigint, width: number): string => `tile/entries/${numbered(n)}${partial(width)}`;

/** Entries of one file in the C2SP layout: each after its length, two octets big-endian. @returns undefined when they are not so many */
export function entriesIn(bytes: Uint8Array, count: number): readonly Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const end = at + 2 + view.getUint16(at);
    if (end > bytes.length) return undefined;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return at === bytes.length && entries.length === count ? entries : undefined;
}

/** Leaves of the `disclosure` log: blinded commitments of 33 octets. */
export const leavesIn = (bytes: Uint8Array, count: number): readonly Uint8Array[] | undefined => {
  const leaves = entriesIn(bytes, count);
  return leaves?.every((leaf) => leaf.length === LEAF_BYTES && leaf[0] === 1) === true ? leaves : undefined;
};

export interface ComputedTile {
  readonly path: string;
  readonly hashes: Uint8Array;
}

/** The tree over leaves, grown one by one: its roots, and every tile that a log of that size has. */
export class TileTree {
  private readonly tree = new GrowingTree(sha256);
  private readonly levels: { readonly hashes: Uint8Array[]; n: bigint }[] = [];

  get size(): bigint {
    return this.tree.size;
  }
  root(): Uint8Array {
    return this.tree.root();
  }

  /** @returns tiles that are full with it */
  append(leaf: Uint8Array): readonly ComputedTile[] {
    const full: ComputedTile[] = [];
    let hash = leafHash(sha256, leaf);
    this.tree.append(hash);
    for (let level = 0; ; level += 1) {
      const at = (this.levels[level] ??= { hashes: [], n: 0n });
      at.hashes.push(hash);
      if (at.hashes.length < WIDTH) return full;
      full.push({ path: tilePath(level, at.n, WIDTH), hashes: Buffer.concat(at.hashes) });
      hash = subtree(at.hashes);
      at.hashes.length = 0;
      at.n += 1n;
    }
  }

  /** @returns tiles that the log's end leaves partial */
  edge(): readonly ComputedTile[] {
    return this.levels.flatMap(({ hashes, n }, level) =>
      hashes.length === 0 ? [] : [{ path: tilePath(level, n, hashes.length), hashes: Buffer.concat(hashes) }],
    );
  }
}

/** Reads the first `count` hashes of a tile, 32 octets each. */
export type TileHashes = (level: number, n: bigint, count: number) => Promise<readonly Uint8Array[] | undefined>;

/**
 * The root that the tree had at a smaller size, of the tiles of a larger: what is full in a tile then is full in it now.
 * @param size 1 or more
 * @returns undefined when a tile cannot be read
 */
export async function rootAt(size: bigint, read: TileHashes): Promise<Uint8Array | undefined> {
  /** Roots of the full subtrees that the size is made of, the largest last. */
  const peaks: Uint8Array[] = [];
  for (let [level, left] = [0, size]; left > 0n; level += 1, left /= BigInt(WIDTH)) {
    const count = Number(left % BigInt(WIDTH));
    if (count === 0) continue;
    const hashes = await read(level, left / BigInt(WIDTH), count);
    if (hashes === undefined) return undefined;
    for (let [end, width] = [count, 1]; end > 0; width *= 2) {
      if ((count & width) === 0) continue;
      peaks.push(subtree(hashes.slice(end - width, end)));
      end -= width;
    }
  }
  return peaks.reduce((right, left) => nodeHash(sha256, left, right));
}

/** Where a log of this size has the tile. */
export const tilePathIn = (size: bigint, level: number, n: bigint): string => {
  const there = (size >> BigInt(8 * level)) - n * BigInt(WIDTH);
  return tilePath(level, n, there < BigInt(WIDTH) ? Number(there) : WIDTH);
};

const tilePath = (level: number, n: bigint, width: number): string => `tile/${level}/${numbered(n)}${partial(width)}`;

const subtree = (hashes: readonly Uint8Array[]): Uint8Array => {
  let row = hashes;
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, at) =>
      nodeHash(sha256, row[2 * at] as Uint8Array, row[2 * at + 1] as Uint8Array),
    );
  }
  return row[0] as Uint8Array;
};
