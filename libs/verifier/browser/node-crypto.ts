/**
 * What our libraries ask of `node:crypto` when they verify, for a browser; the bundler puts it where they name that module. What makes keys, signs, seals or
 * opens is not here: a verifier has no use for it.
 */
import { x25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { Buffer } from './bytes.js';
import { verifies, verifying } from './signatures.js';
import type { VerifyingKey } from './signatures.js';

interface Jwk {
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly d?: string;
}
type Output = 'buffer' | 'hex' | 'base64' | 'base64url' | 'binary';

export function hash(algorithm: string, input: Uint8Array | string, output: Output = 'hex'): Uint8Array | string {
  if (algorithm !== 'sha256') return notHere();
  const digest = Buffer.from(sha256(typeof input === 'string' ? Buffer.from(input) : input));
  return output === 'buffer' ? digest : (digest as { toString(encoding: Output): string }).toString(output);
}

class Sha256 {
  private readonly running = sha256.create();
  update(input: Uint8Array | string): this {
    this.running.update(typeof input === 'string' ? Buffer.from(input) : input);
    return this;
  }
  digest(output: Output = 'buffer'): Uint8Array | string {
    const digest = Buffer.from(this.running.digest());
    return output === 'buffer' ? digest : (digest as { toString(encoding: Output): string }).toString(output);
  }
}
export const createHash = (algorithm: string): Sha256 => (algorithm === 'sha256' ? new Sha256() : notHere());

/** @throws when it is not a point of its curve; on the curves of 25519 every 32 octets pass, as with Node */
export function createPublicKey({ key }: { readonly key: Jwk }): VerifyingKey {
  const { crv, x = '', y = '' } = key;
  if (crv !== 'P-256' && crv !== 'Ed25519' && crv !== 'X25519') return notHere();
  const octets = new Uint8Array([...Buffer.from(x, 'base64url'), ...Buffer.from(y, 'base64url')]);
  if (octets.length !== (crv === 'P-256' ? 64 : 32)) throw new Error('Invalid JWK');
  if (crv === 'P-256') p256.Point.fromBytes(Uint8Array.of(4, ...octets)).assertValidity();
  return { crv, octets, name: `${crv} ${x} ${y}` };
}

/** Of X25519 alone: a number that everybody knows, by which it is seen whether a key agrees on zero. */
export const createPrivateKey = ({ key }: { readonly key: Jwk }): { readonly scalar: Uint8Array } =>
  key.crv === 'X25519' ? { scalar: Buffer.from(key.d ?? '', 'base64url') } : notHere();

/** @throws when the two agree on zero */
export const diffieHellman = (pair: {
  readonly privateKey: { readonly scalar: Uint8Array };
  readonly publicKey: VerifyingKey;
}): Uint8Array => x25519.getSharedSecret(pair.privateKey.scalar, pair.publicKey.octets);

/** Ed25519 where the algorithm is null, else ES256 with its signature in DER. With a callback it is answered by Web Crypto. */
export function verify(
  algorithm: string | null,
  input: Uint8Array<ArrayBuffer>,
  key: VerifyingKey,
  signature: Uint8Array<ArrayBuffer>,
  callback?: (error: Error | null, genuine: boolean) => void,
): boolean | undefined {
  const question = { key, input, signature: algorithm === null ? signature : rawOf(signature) };
  if (callback === undefined) return verifies(question);
  verifying(question).then(
    (genuine) => callback(null, genuine),
    (error: unknown) => callback(error as Error, false),
  );
  return undefined;
}

/** r and s, 32 octets each, of a SEQUENCE of two INTEGERs that `derSignature` of the envelope has made. */
function rawOf(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array(64);
  const end = 4 + (der[3] ?? 0);
  for (const [half, integer] of [der.subarray(4, end), der.subarray(end + 2)].entries()) {
    const digits = integer.length > 32 ? integer.subarray(integer.length - 32) : integer;
    raw.set(digits, 32 * (half + 1) - digits.length);
  }
  return raw;
}

const notHere = (): never => {
  throw new Error('a verifier in a browser verifies, and does nothing else');
};
export const [sign, createHmac, createCipheriv, createDecipheriv, createECDH, hkdfSync] =
  Array<() => never>(6).fill(notHere);
export const [createSecretKey, timingSafeEqual, generateKeyPairSync, randomBytes] = Array<() => never>(4).fill(notHere);
