import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';

/**
 * Whether 32 octets are an Ed25519 public key that means one thing to every verifier: canonical (RFC 8032 section 5.1.3), not of small order,
 * under which one signature would fit any message, and without a part of small order, over which verifiers differ. Node and jose take any 32 octets.
 */
export function isPrimeOrderPoint(octets: Uint8Array): boolean {
  try {
    const point = ed25519.Point.fromBytes(octets, false);
    return !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    return false;
  }
}

const FIELD = 2n ** 255n - 19n;

/** Any will do: a private key of X25519 is a multiple of eight (RFC 7748 section 5), and so takes each point of low order to zero. */
const probe = createPrivateKey({
  key: {
    kty: 'OKP',
    crv: 'X25519',
    x: Buffer.alloc(32, 9).toString('base64url'),
    d: Buffer.alloc(32, 1).toString('base64url'),
  },
  format: 'jwk',
});

/** Whether 32 octets are an X25519 public key in its one spelling, which agrees with no one on zero (RFC 7748 section 6.1). */
export function isSafeAgreementKey(octets: Uint8Array): boolean {
  const u = BigInt(`0x${Buffer.from(octets).reverse().toString('hex')}`);
  if (u >= FIELD) return false;
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(octets).toString('base64url') },
    format: 'jwk',
  });
  try {
    return diffieHellman({ privateKey: probe, publicKey }).some((octet) => octet !== 0);
  } catch {
    // OpenSSL refuses to agree on zero.
    return false;
  }
}
