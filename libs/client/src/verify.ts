import { createHash } from 'node:crypto';
import { nodeVerifyEd25519 } from '#tlog/build';
import { disclosureLeaf, verifyProofText } from '#tlog/verify';
import type { LogTrust } from '#tlog/verify';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** An entry with what proves that it stands in the disclosure log, as gateways give it out. */
export interface Proven {
  readonly entry: string;
  /** base64url, 32 octets. */
  readonly blind: string;
  /** c2sp.org/tlog-proof@v1 */
  readonly proof: string;
}

/**
 * Verifies that a statement stands in the disclosure log, offline.
 * @param trust the disclosure log's keys and policy, from trust.json
 * @returns its index, and the size of the log it was proven under
 * @throws {TlogError}
 */
export const verifyProven = ({ entry, blind, proof }: Proven, trust: LogTrust): { index: bigint; size: bigint } => {
  const leaf = disclosureLeaf(Buffer.from(blind, 'base64url'), Buffer.from(entry, 'ascii'), sha256);
  const { index, checkpoint } = verifyProofText(proof, leaf, trust, { sha256, verifyEd25519: nodeVerifyEd25519 });
  return { index, size: checkpoint.size };
};
