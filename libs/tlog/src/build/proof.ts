import { toBase64 } from '../encoding.js';

/** A proof that anybody can verify without asking the log. @param checkpoint the signed note, verbatim @see c2sp.org/tlog-proof */
export const proofText = (index: bigint, hashes: readonly Uint8Array[], checkpoint: string): string =>
  ['c2sp.org/tlog-proof@v1', `index ${index}`, ...hashes.map(toBase64), '', checkpoint].join('\n');

/**
 * A checkpoint offered to a witness with the proof that it extends the one of `oldSize` leaves: body of a request to `add-checkpoint`, and what a
 * witness that asks for it gets. @param checkpoint the signed note, verbatim @see c2sp.org/tlog-witness
 */
export const offerText = (oldSize: bigint, hashes: readonly Uint8Array[], checkpoint: string): string =>
  [`old ${oldSize}`, ...hashes.map(toBase64), '', checkpoint].join('\n');
