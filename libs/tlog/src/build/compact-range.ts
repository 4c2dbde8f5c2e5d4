import type { Sha256 } from '../encoding.js';
import { emptyRoot, nodeHash } from '../hash.js';

/**
 * The right edge of a tree: the roots of its complete subtrees, largest first. It is all that appending and the root need.
 * Hashes are 32 bytes; there is one for each bit set in `size`.
 */
export interface CompactRange {
  readonly size: bigint;
  readonly hashes: readonly Uint8Array[];
}
export const emptyRange: CompactRange = { size: 0n, hashes: [] };

/** @param leafHashes in the order of the log, see `leafHash` */
export function appendLeaves(range: CompactRange, leafHashes: Iterable<Uint8Array>, sha256: Sha256): CompactRange {
  const hashes = [...range.hashes];
  let { size } = range;
  for (const leaf of leafHashes) {
    let hash = leaf;
    for (let bits = size; (bits & 1n) === 1n; bits >>= 1n) {
      const left = hashes.pop();
      if (left === undefined) throw new Error('a compact range has one hash for each bit of its size');
      hash = nodeHash(sha256, left, hash);
    }
    hashes.push(hash);
    size += 1n;
  }
  return { size, hashes };
}

/** @returns 32 bytes */
export function rootOf(range: CompactRange, sha256: Sha256): Uint8Array {
  const smallest = range.hashes.at(-1);
  if (smallest === undefined) return emptyRoot(sha256);
  return range.hashes.slice(0, -1).reduceRight((right, left) => nodeHash(sha256, left, right), smallest);
}
