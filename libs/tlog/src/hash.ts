import { bytesOf, concat } from './encoding.js';
import type { Sha256 } from './encoding.js';

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = 1;
const COMMITMENT_VERSION = Uint8Array.of(1);
/** Stands before blind and entry in what a commitment is the hash of. */
export const COMMITMENT_CONTEXT = bytesOf('se.dlog.leaf/v1\n');

/** Root of the tree without leaves: SHA-256 of nothing. @see RFC 9162 section 2.1.1 */
export const emptyRoot = (sha256: Sha256): Uint8Array => sha256(new Uint8Array());

/**
 * Merkle leaf hash, SHA-256(0x00 || leaf). The prefix keeps a leaf from passing for an inner node.
 * @returns 32 bytes
 * @see RFC 9162 section 2.1.1
 */
export const leafHash = (sha256: Sha256, leaf: Uint8Array): Uint8Array => sha256(concat(LEAF_PREFIX, leaf));

/** Hash of an inner node, SHA-256(0x01 || left || right). Hundreds of them make one proof. @see RFC 9162 section 2.1.1 */
export function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  const node = new Uint8Array(1 + left.length + right.length);
  node[0] = NODE_PREFIX;
  node.set(left, 1);
  node.set(right, 1 + left.length);
  return sha256(node);
}

/**
 * Leaf of the `disclosure` log: the version octet 0x01 and the blinded commitment SHA-256("se.dlog.leaf/v1\n" || blind || entry). The
 * leaf says nothing without its opening, and the opening can be erased while every proof still verifies (design.md I9).
 * @param blind 32 random bytes
 * @param entry the statement's bytes
 * @returns 33 bytes
 */
export const disclosureLeaf = (blind: Uint8Array, entry: Uint8Array, sha256: Sha256): Uint8Array =>
  concat(COMMITMENT_VERSION, sha256(concat(COMMITMENT_CONTEXT, blind, entry)));
