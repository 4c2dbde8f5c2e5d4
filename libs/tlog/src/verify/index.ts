export type { Sha256, VerifyEd25519 } from '../encoding.js';
export { TlogError, type TlogErrorCode } from '../errors.js';
export { disclosureLeaf, leafHash } from '../hash.js';
export { openCheckpoint, type Checkpoint, type LogTrust } from './checkpoint.js';
export { parseNote, parseVerifierKey, verifiedBy, cosignedAt, type Verification, type VerifierKey } from './note.js';
export { parsePolicy } from './policy.js';
export { parseProof, verifyProofText, type ProofText } from './proof.js';
export { rootOfLeaves, verifyConsistency, verifyInclusion } from './tree.js';
