import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { Sha256, VerifyEd25519 } from '../encoding.js';
import type { NoteSigner } from './note.js';

/** One-shot SHA-256; far cheaper than WebCrypto's for inputs of a node's size. */
export const nodeSha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');

const keys = new Map<string, KeyObject>();

/**
 * y, as 32 octets little-endian with the sign left out, of the eight points of small order, in every spelling. Verifiers differ over a signature
 * whose R is one of them; no honest signer makes it.
 */
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);
const isSmallOrder = (point: Uint8Array): boolean => {
  const y = Buffer.from(point);
  y[31] = (y[31] ?? 0) & 0x7f;
  return smallOrder.has(y.toString('hex'));
};

/** Without cofactor (RFC 8032 section 5.1.7), and with R of no small order, so that every verifier that takes it agrees with every other. */
export const nodeVerifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  if (signature.length !== 64 || isSmallOrder(signature.subarray(0, 32))) return false;
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
