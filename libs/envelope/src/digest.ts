import { hash } from 'node:crypto';

/** SHA-256 of the octets, or of the text as UTF-8, as base64url without padding (43 characters). */
export const sha256Base64url = (input: Uint8Array | string): string => hash('sha256', input, 'base64url');

/**
 * SHA-256 of what a compact JWS signs (RFC 7515 section 5.1): the same whichever of the signatures that ECDSA allows stands behind it. By this a message is
 * known again, never by the token or its signature.
 * @returns 32 octets
 */
export const signedDigest = (token: string): Uint8Array =>
  hash('sha256', token.slice(0, Math.max(token.lastIndexOf('.'), 0)), 'buffer');

/**
 * The id of a message: one referral to one recipient. The same on every retry, and different for every sender, so that a referral id need
 * be unique within its sending authority only.
 */
export const messageIdOf = (sender: string, referralId: string, recipient: string): string =>
  uuidOf(`delge-message-id/v1\n${sender}\n${referralId}\n${recipient}`);

/** The referral id of a correction to one recipient, of those that were asked for together under one id. */
export const correctionIdOf = (sender: string, id: string, recipient: string): string =>
  uuidOf(`delge-correction-id/v1\n${sender}\n${id}\n${recipient}`);

/** UUID version 8 (RFC 9562) over SHA-256. */
export function uuidOf(what: string): string {
  const digest = hash('sha256', what, 'buffer').subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
