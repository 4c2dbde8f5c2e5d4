/**
 * What our libraries ask of `node:crypto` when they verify, for a browser; the bundler puts it where they name that module. What makes keys, signs, seals or
 * opens is not here: a verifier has no use for it.
 */
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { Buffer } from './bytes.js';
import { verifies, verifying } from './signatures.js';
import type { VerifyingKey } from './signatures.js';

interface Jwk {
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
}
type Input = Uint8Array<ArrayBuffer> | string;
type Output = 'buffer' | 'hex' | 'base64' | 'base64url' | 'binary';

export function hash(algorithm: string, input: Input, output: Output = 'hex'): Uint8Array | string {
  if (algorithm !== 'sha256') return notHere();
  return written(sha256(plain(input)), output);
}

const utf8 = new TextEncoder();
/** Where texts are written that are only hashed. */
const scratch = new Uint8Array(16_384);
/** Without our own class, whose every part is made the slow way: the hash takes parts of what it is given. */
const plain = (input: Input): Uint8Array => {
  if (typeof input !== 'string') return new Uint8Array(input.buffer, input.byteOffset, input.length);
  if (input.length * 3 > scratch.length) return utf8.encode(input);
  return scratch.subarray(0, utf8.encodeInto(input, scratch).written);
};
const written = (digest: Uint8Array, output: Output): Uint8Array | string => {
  if (output === 'binary') return String.fromCharCode(...digest);
  const octets = Buffer.from(digest.buffer as ArrayBuffer, digest.byteOffset, digest.length);
  return output === 'buffer' ? octets : (octets as { toString(encoding: Output): string }).toString(output);
};

class Sha256 {
  private readonly running = sha256.create();
  update(input: Input): this {
    this.running.update(plain(input));
    return this;
  }
  digest(output: Output = 'buffer'): Uint8Array | string {
    return written(this.running.digest(), output);
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
export const [createSecretKey, timingSafeEqual, generateKeyPairSync, randomBytes, createPrivateKey, diffieHellman] =
  Array<() => never>(6).fill(notHere);
