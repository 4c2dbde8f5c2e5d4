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
/**
 * u of the points of low order, on the curve and on its twist. A private key of X25519 is a multiple of eight below eight times the prime order of either
 * (RFC 7748 section 5), and so takes these to zero and no others.
 */
const LOW_ORDER: readonly bigint[] = [
  0n,
  1n,
  FIELD - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
];

/** Whether 32 octets are an X25519 public key in its one spelling, which agrees with no one on zero (RFC 7748 section 6.1). */
export function isSafeAgreementKey(octets: Uint8Array): boolean {
  const u = BigInt(`0x${Buffer.from(octets).reverse().toString('hex')}`);
  return u < FIELD && !LOW_ORDER.includes(u);
}
