export { appendLeaves, emptyRange, rootOf, type CompactRange } from './compact-range.js';
export { nodeNoteSigner, nodeSha256, nodeVerifyEd25519 } from './node-crypto.js';
export { checkpointText, cosignatureLine, signNote, verifierKey, witnessKey, type NoteSigner } from './note.js';
export { offerText, proofText } from './proof.js';
export {
  TILE_WIDTH,
  appendToTiles,
  consistencyProof,
  inclusionProof,
  inclusionProofs,
  parseTilePath,
  tilePath,
  tilesOf,
  type ReadTile,
  type Tile,
} from './tiles.js';
export { COMMITMENT_CONTEXT, disclosureLeaf, leafHash } from '../hash.js';
export type { Sha256 } from '../encoding.js';
