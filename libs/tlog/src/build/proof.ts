import { toBase64 } from '../encoding.js';

/** A proof that anybody can verify without asking the log. @param checkpoint the signed note, verbatim @see c2sp.org/tlog-proof */
export const proofText = (index: bigint, hashes: readonly Uint8Array[], checkpoint: string): string =>
  ['c2sp.org/tlog-proof@v1', `index ${index}`, ...hashes.map(toBase64), '', checkpoint].join('\n');
