export type { Sha256, VerifyEd25519 } from '../encoding.js';
export { TlogError, type TlogErrorCode } from '../errors.js';
export { disclosureLeaf, emptyRoot, leafHash, nodeHash } from '../hash.js';
export { openCheckpoint, type Checkpoint, type LogTrust } from './checkpoint.js';
export {
  parseNote,
  parseVerifierKey,
  verifiedBy,
  cosignedAt,
  type Note,
  type Verification,
  type VerifierKey,
} from './note.js';
export { cosignedBy, meetsQuorum, parsePolicy, type Policy, type PolicyWitness } from './policy.js';
export { parseOffer, parseProof, verifyProofText, type Offer, type ProofText } from './proof.js';
export { GrowingTree, rootOfLeaves, verifyConsistency, verifyInclusion } from './tree.js';
