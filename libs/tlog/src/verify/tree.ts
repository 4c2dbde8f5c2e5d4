import { equal } from '../encoding.js';
import type { Sha256 } from '../encoding.js';
import { TlogError } from '../errors.js';
import { emptyRoot, leafHash, nodeHash } from '../hash.js';

/**
 * Verifies that the leaf with this hash stands at `index` in the tree of `size` leaves with this root.
 * @throws {TlogError} WRONG_INDEX, WRONG_LENGTH, WRONG_ROOT
 * @see RFC 9162 section 2.1.3.2
 */
export function verifyInclusion(
  sha256: Sha256,
  leaf: Uint8Array,
  index: bigint,
  size: bigint,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): void {
  if (index < 0n || index >= size) throw new TlogError('WRONG_INDEX');
  if (leaf.length !== 32 || proof.some((hash) => hash.length !== 32)) throw new TlogError('WRONG_LENGTH');
  let node = index;
  let last = size - 1n;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0n) throw new TlogError('WRONG_LENGTH');
    if ((node & 1n) === 1n || node === last) {
      hash = nodeHash(sha256, sibling, hash);
      while ((node & 1n) === 0n && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = nodeHash(sha256, hash, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) throw new TlogError('WRONG_LENGTH');
  if (!equal(hash, root)) throw new TlogError('WRONG_ROOT');
}

/**
 * Verifies that the tree of `newSize` leaves extends the tree of `oldSize` leaves. From size 0 the proof is empty.
 * @throws {TlogError} WRONG_SIZE, WRONG_LENGTH, WRONG_ROOT
 * @see RFC 9162 section 2.1.4.2
 */
export function verifyConsistency(
  sha256: Sha256,
  oldSize: bigint,
  newSize: bigint,
  proof: readonly Uint8Array[],
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
): void {
  if (oldSize < 0n || oldSize > newSize) throw new TlogError('WRONG_SIZE');
  if ([...proof, oldRoot, newRoot].some((hash) => hash.length !== 32)) throw new TlogError('WRONG_LENGTH');
  if (oldSize === newSize) {
    if (proof.length > 0) throw new TlogError('WRONG_LENGTH');
    if (!equal(oldRoot, newRoot)) throw new TlogError('WRONG_ROOT');
    return;
  }
  if (oldSize === 0n) {
    if (proof.length > 0) throw new TlogError('WRONG_LENGTH');
    if (!equal(oldRoot, emptyRoot(sha256))) throw new TlogError('WRONG_ROOT');
    return;
  }
  const path = (oldSize & (oldSize - 1n)) === 0n ? [oldRoot, ...proof] : [...proof];
  const first = path[0];
  if (first === undefined) throw new TlogError('WRONG_LENGTH');
  let node = oldSize - 1n;
  let last = newSize - 1n;
  while ((node & 1n) === 1n) {
    node >>= 1n;
    last >>= 1n;
  }
  let oldHash = first;
  let newHash = first;
  for (const sibling of path.slice(1)) {
    if (last === 0n) throw new TlogError('WRONG_LENGTH');
    if ((node & 1n) === 1n || node === last) {
      oldHash = nodeHash(sha256, sibling, oldHash);
      newHash = nodeHash(sha256, sibling, newHash);
      while ((node & 1n) === 0n && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    } else {
      newHash = nodeHash(sha256, newHash, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) throw new TlogError('WRONG_LENGTH');
  if (!equal(oldHash, oldRoot) || !equal(newHash, newRoot)) throw new TlogError('WRONG_ROOT');
}

/** A tree that grows leaf by leaf, for readers that recompute roots from leaves: the roots of its complete subtrees are all it keeps. */
export class GrowingTree {
  /** One complete subtree per level at most, as a binary counter; level n covers 2^n leaves. */
  private readonly subtrees: (Uint8Array | undefined)[] = [];
  private count = 0n;

  constructor(private readonly sha256: Sha256) {}

  /**
   * Goes on where a reader left off.
   * @param hashes what `hashes` of the tree of this size was
   * @throws {TlogError} WRONG_LENGTH when they are not one of 32 bytes for each bit set in `size`
   */
  static resumed(sha256: Sha256, size: bigint, hashes: readonly Uint8Array[]): GrowingTree {
    const tree = new GrowingTree(sha256);
    const kept = [...hashes];
    for (let bits = size; bits > 0n; bits >>= 1n) {
      const subtree = (bits & 1n) === 1n ? kept.shift() : undefined;
      if ((bits & 1n) === 1n && subtree?.length !== 32) throw new TlogError('WRONG_LENGTH');
      tree.subtrees.push(subtree);
    }
    if (kept.length > 0) throw new TlogError('WRONG_LENGTH');
    tree.count = size;
    return tree;
  }

  get size(): bigint {
    return this.count;
  }
  /** The roots of its complete subtrees, smallest first: with `size` all that a reader keeps to go on later. */
  get hashes(): readonly Uint8Array[] {
    return this.subtrees.filter((hash) => hash !== undefined);
  }

  /** @param hash 32 bytes, see `leafHash` */
  append(hash: Uint8Array): void {
    let subtree = hash;
    let level = 0;
    for (let left = this.subtrees[level]; left !== undefined; left = this.subtrees[level]) {
      subtree = nodeHash(this.sha256, left, subtree);
      this.subtrees[level] = undefined;
      level += 1;
    }
    this.subtrees[level] = subtree;
    this.count += 1n;
  }

  /** @returns 32 bytes */
  root(): Uint8Array {
    const complete = this.subtrees.filter((hash) => hash !== undefined);
    const smallest = complete[0];
    if (smallest === undefined) return emptyRoot(this.sha256);
    return complete.slice(1).reduce((right, left) => nodeHash(this.sha256, left, right), smallest);
  }
}

/**
 * The root over these leaves, computed from nothing else: what a reader holds against a checkpoint.
 * @param leaves the leaves' bytes, not their hashes
 */
export function rootOfLeaves(leaves: Iterable<Uint8Array>, sha256: Sha256): Uint8Array {
  const tree = new GrowingTree(sha256);
  for (const leaf of leaves) tree.append(leafHash(sha256, leaf));
  return tree.root();
}
