import { fromBase64, fromDecimal } from '../encoding.js';
import { TlogError } from '../errors.js';
import { leafHash } from '../hash.js';
import { openCheckpoint } from './checkpoint.js';
import type { Checkpoint, LogTrust } from './checkpoint.js';
import type { Verification } from './note.js';
import { verifyInclusion } from './tree.js';

const HEADER = 'c2sp.org/tlog-proof@v1';
const MAX_HASHES = 63;

export interface ProofText {
  readonly index: bigint;
  readonly hashes: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
}

/** Reads a proof; verifies nothing. Extra data is refused: nothing here needs it and nothing signs it. @throws {TlogError} MALFORMED_PROOF */
export function parseProof(text: string): ProofText {
  const split = text.indexOf('\n\n');
  const [header, index, ...hashes] = text.slice(0, Math.max(split, 0)).split('\n');
  if (header !== HEADER || index === undefined || !index.startsWith('index ') || hashes.length > MAX_HASHES) {
    throw new TlogError('MALFORMED_PROOF');
  }
  return {
    index: fromDecimal(index.slice('index '.length), 'MALFORMED_PROOF'),
    hashes: hashes.map((hash) => fromBase64(hash, 'MALFORMED_PROOF')),
    checkpoint: text.slice(split + 2),
  };
}

/** A checkpoint that a witness is asked to cosign. */
export interface Offer {
  /** Size that the proof begins at. */
  readonly oldSize: bigint;
  readonly hashes: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
}

/** Reads what is offered to a witness; verifies nothing. @throws {TlogError} MALFORMED_PROOF @see c2sp.org/tlog-witness */
export function parseOffer(text: string): Offer {
  const split = text.indexOf('\n\n');
  const [old, ...hashes] = text.slice(0, Math.max(split, 0)).split('\n');
  if (old === undefined || !old.startsWith('old ') || hashes.length > MAX_HASHES)
    throw new TlogError('MALFORMED_PROOF');
  return {
    oldSize: fromDecimal(old.slice('old '.length), 'MALFORMED_PROOF'),
    hashes: hashes.map((hash) => fromBase64(hash, 'MALFORMED_PROOF')),
    checkpoint: text.slice(split + 2),
  };
}

/**
 * Verifies that the leaf stands in the log that `trust` names, under a checkpoint that meets its policy.
 * @param leaf the leaf's bytes, not its hash
 * @throws {TlogError}
 * @see c2sp.org/tlog-proof
 */
export function verifyProofText(
  text: string,
  leaf: Uint8Array,
  trust: LogTrust,
  verification: Verification,
): { readonly index: bigint; readonly checkpoint: Checkpoint } {
  const proof = parseProof(text);
  const checkpoint = openCheckpoint(proof.checkpoint, trust, verification);
  const hash = leafHash(verification.sha256, leaf);
  verifyInclusion(verification.sha256, hash, proof.index, checkpoint.size, proof.hashes, checkpoint.root);
  return { index: proof.index, checkpoint };
}
