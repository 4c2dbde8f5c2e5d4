import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { Sha256, VerifyEd25519 } from '../encoding.js';
import type { NoteSigner } from './note.js';

/** One-shot SHA-256; far cheaper than WebCrypto's for inputs of a node's size. */
export const nodeSha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');

const keys = new Map<string, KeyObject>();

export const nodeVerifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = keys.get(x) ?? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  keys.set(x, key);
  return verify(null, message, key, signature);
};

/** @param jwk private Ed25519 key (RFC 8037) */
export function nodeNoteSigner(name: string, jwk: JsonWebKey): NoteSigner {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return {
    name,
    publicKey: Buffer.from(jwk.x ?? '', 'base64url'),
    sign: (message) => sign(null, message, key),
  };
}
