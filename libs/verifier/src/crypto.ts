import { createPublicKey, hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Sha256, Verification, VerifyEd25519 } from '#tlog/verify';

export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');

/** SHA-256 of the text as UTF-8, an octet a character: a short name for something long that one need not read again. */
export const fingerprint = (text: string): string => hash('sha256', text, 'binary');

const keys = new Map<string, KeyObject>();
const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = keys.get(x) ?? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  keys.set(x, key);
  return verify(null, message, key, signature);
};

/** Of its own, so that nothing is shared with what writes the log. */
export const verification: Verification = { sha256, verifyEd25519 };

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
