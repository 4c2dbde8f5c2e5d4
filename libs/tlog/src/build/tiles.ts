import { concat } from '../encoding.js';
import type { Sha256 } from '../encoding.js';
import { nodeHash } from '../hash.js';

/** Levels of the tree in one tile; a full tile holds 256 hashes of 32 bytes. @see c2sp.org/tlog-tiles */
const TILE_HEIGHT = 8;
export const TILE_WIDTH = 256;
const HASH_LENGTH = 32;

/** A tile of the tree's level 8 × `level`, with hashes from index 256 × `n` on. */
export interface Tile {
  readonly level: number;
  readonly n: bigint;
  /** 32 bytes a hash, 1 to 256 of them. */
  readonly hashes: Uint8Array;
}
/** Gives the tile as it stands, which may be wider than a proof needs; undefined when there is none. */
export type ReadTile = (level: number, n: bigint) => Promise<Uint8Array | undefined>;

/**
 * The tiles that change when leaves are appended to a log of `size` leaves, at every level.
 * @param leafHashes 32 bytes each
 */
export async function appendToTiles(
  size: bigint,
  leafHashes: readonly Uint8Array[],
  readTile: ReadTile,
  sha256: Sha256,
): Promise<readonly Tile[]> {
  const changed: Tile[] = [];
  let index = size;
  let hashes = leafHashes;
  for (let level = 0; hashes.length > 0; level += 1) {
    const completed: Uint8Array[] = [];
    const firstCompleted = index / BigInt(TILE_WIDTH);
    let at = 0;
    while (at < hashes.length) {
      const position = index + BigInt(at);
      const n = position / BigInt(TILE_WIDTH);
      const filled = Number(position % BigInt(TILE_WIDTH));
      const before = filled === 0 ? new Uint8Array() : await requireTile(readTile, level, n, filled);
      const taken = hashes.slice(at, at + TILE_WIDTH - filled);
      const tile = { level, n, hashes: concat(before, ...taken) };
      changed.push(tile);
      if (filled + taken.length === TILE_WIDTH) completed.push(subtreeHash(tile.hashes, 0, TILE_WIDTH, sha256));
      at += taken.length;
    }
    index = firstCompleted;
    hashes = completed;
  }
  return changed;
}

async function requireTile(readTile: ReadTile, level: number, n: bigint, width: number): Promise<Uint8Array> {
  const hashes = await readTile(level, n);
  if (hashes === undefined || hashes.length < width * HASH_LENGTH)
    throw new Error(`tile ${level}/${n} is missing or short`);
  return hashes.subarray(0, width * HASH_LENGTH);
}

/** Roots within one tile that have been computed, by their place in the tree over its 256 hashes: 1 is that of all, the children of p are 2p and 2p + 1. */
type Computed = (Uint8Array | undefined)[];

/** Root over `width` hashes of a tile, `width` a power of two. @param computed of these very octets */
function subtreeHash(
  hashes: Uint8Array,
  start: number,
  width: number,
  sha256: Sha256,
  computed: Computed = [],
): Uint8Array {
  if (width === 1) return hashes.subarray(start * HASH_LENGTH, (start + 1) * HASH_LENGTH);
  const half = width / 2;
  const place = (TILE_WIDTH + start) / width;
  computed[place] ??= nodeHash(
    sha256,
    subtreeHash(hashes, start, half, sha256, computed),
    subtreeHash(hashes, start + half, half, sha256, computed),
  );
  return computed[place];
}

/**
 * Proof that the leaf at `index` stands in the tree of `size` leaves, the leaf's sibling first.
 * @see RFC 9162 section 2.1.3.1
 */
export const inclusionProof = (
  index: bigint,
  size: bigint,
  readTile: ReadTile,
  sha256: Sha256,
): Promise<Uint8Array[]> => inclusionProofs(size, readTile, sha256)(index);

/**
 * Proofs in one tree of `size` leaves. What one of them has read and computed the next need not: neighbours share nearly all of it. Nothing is kept for longer than
 * what this returns.
 */
export function inclusionProofs(
  size: bigint,
  readTile: ReadTile,
  sha256: Sha256,
): (index: bigint) => Promise<Uint8Array[]> {
  const tree = new Tree(readTile, sha256);
  const path = async (m: bigint, start: bigint, end: bigint): Promise<Uint8Array[]> => {
    if (end - start === 1n) return [];
    const middle = start + split(end - start);
    return m < middle
      ? [...(await path(m, start, middle)), await tree.rangeHash(middle, end)]
      : [...(await path(m, middle, end)), await tree.rangeHash(start, middle)];
  };
  return async (index) => {
    if (index < 0n || index >= size) throw new RangeError('index outside the tree');
    return path(index, 0n, size);
  };
}

/**
 * Proof that the tree of `newSize` leaves extends the tree of `oldSize` leaves; empty from size 0 and between equal sizes.
 * @see RFC 9162 section 2.1.4.1
 */
export async function consistencyProof(
  oldSize: bigint,
  newSize: bigint,
  readTile: ReadTile,
  sha256: Sha256,
): Promise<Uint8Array[]> {
  if (oldSize < 0n || oldSize > newSize) throw new RangeError('sizes out of order');
  if (oldSize === 0n || oldSize === newSize) return [];
  const tree = new Tree(readTile, sha256);
  const subproof = async (m: bigint, start: bigint, end: bigint, whole: boolean): Promise<Uint8Array[]> => {
    if (m === end) return whole ? [] : [await tree.rangeHash(start, end)];
    const middle = start + split(end - start);
    return m <= middle
      ? [...(await subproof(m, start, middle, whole)), await tree.rangeHash(middle, end)]
      : [...(await subproof(m, middle, end, false)), await tree.rangeHash(start, middle)];
  };
  return subproof(oldSize, 0n, newSize, true);
}

/** The largest power of two below `count`. */
function split(count: bigint): bigint {
  let power = 1n;
  while (power * 2n < count) power *= 2n;
  return power;
}

interface ReadOnce {
  readonly hashes: Promise<Uint8Array | undefined>;
  readonly computed: Computed;
}
/** The tree over stored tiles, each read once and each root within it computed once. */
class Tree {
  private readonly tiles = new Map<string, ReadOnce>();

  constructor(
    private readonly readTile: ReadTile,
    private readonly sha256: Sha256,
  ) {}

  /** Root over the leaves [start, end), where start is a multiple of the power of two that covers the range. */
  async rangeHash(start: bigint, end: bigint): Promise<Uint8Array> {
    const count = end - start;
    if ((count & (count - 1n)) === 0n) return this.completeHash(start, count);
    const middle = start + split(count);
    const left = await this.rangeHash(start, middle);
    return nodeHash(this.sha256, left, await this.rangeHash(middle, end));
  }

  /** Root of a complete subtree of `count` leaves, from the tile that holds its highest stored level. */
  private async completeHash(start: bigint, count: bigint): Promise<Uint8Array> {
    const height = count.toString(2).length - 1;
    const level = Math.floor(height / TILE_HEIGHT);
    const width = 2 ** (height % TILE_HEIGHT);
    const index = start >> BigInt(level * TILE_HEIGHT);
    const offset = Number(index % BigInt(TILE_WIDTH));
    const n = index / BigInt(TILE_WIDTH);
    const tile = this.tile(level, n);
    const hashes = await requireTile(() => tile.hashes, level, n, offset + width);
    return subtreeHash(hashes, offset, width, this.sha256, tile.computed);
  }

  private tile(level: number, n: bigint): ReadOnce {
    const key = `${level}/${n}`;
    const known = this.tiles.get(key) ?? { hashes: this.readTile(level, n), computed: [] };
    this.tiles.set(key, known);
    return known;
  }
}

/** A tile's number in a path: groups of three digits, all but the last with an `x`, e.g. 1234067 as `x001/x234/067`. */
export function tilePath(n: bigint): string {
  const digits = n.toString();
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** Paths of every tile of a log of that size, and of its entries, c2sp.org/tlog-tiles. */
export function tilesOf(size: bigint): readonly string[] {
  const wide = BigInt(TILE_WIDTH);
  const rows = (name: string, count: bigint): readonly string[] =>
    Array.from({ length: Number((count + wide - 1n) / wide) }, (_, n) => {
      const width = count - BigInt(n) * wide;
      return `tile/${name}/${tilePath(BigInt(n))}${width < wide ? `.p/${width}` : ''}`;
    });
  const paths = [...rows('entries', size)];
  for (let level = 0, count = size; count > 0n; level += 1, count /= wide) paths.push(...rows(level.toString(), count));
  return paths;
}

/** @returns undefined when the path is not the one spelling of a number */
export function parseTilePath(path: string): bigint | undefined {
  if (!/^(?:x[0-9]{3}\/){0,5}[0-9]{3}$/.test(path)) return undefined;
  const n = BigInt(path.replaceAll(/[x/]/g, ''));
  return tilePath(n) === path ? n : undefined;
}
