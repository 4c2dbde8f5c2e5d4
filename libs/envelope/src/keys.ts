import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { canonicalize } from '#json';
import { isPrimeOrderPoint, isSafeAgreementKey } from './curve25519.js';
import { sha256Base64url } from './digest.js';
import { EnvelopeError } from './errors.js';
import { keyObject } from './es256.js';

/** What a key is for. A key has one use and one algorithm (design.md section 7). */
export type KeyUse =
  | 'document'
  | 'sealing'
  | 'manifest'
  | 'witness'
  | 'decision'
  | 'access'
  | 'operator'
  | 'jurist'
  | 'administrator'
  | 'system'
  | 'token'
  | 'log';

/** A public key as others hold it. */
export interface PublicKey {
  /** SHA-256 thumbprint (RFC 7638), base64url. */
  readonly kid: string;
  readonly use: KeyUse;
  /** Public members alone: `kty`, `crv`, `x` and for P-256 `y`. */
  readonly jwk: JWK;
}
export interface PrivateKey extends PublicKey {
  readonly privateJwk: JWK;
}

interface Profile {
  readonly alg: 'ES256' | 'Ed25519' | 'ECDH-ES';
  readonly kty: 'EC' | 'OKP';
  readonly crv: 'P-256' | 'Ed25519' | 'X25519';
}
const signing: Profile = { alg: 'ES256', kty: 'EC', crv: 'P-256' };
const notes: Profile = { alg: 'Ed25519', kty: 'OKP', crv: 'Ed25519' };
const profiles: Readonly<Record<KeyUse, Profile>> = {
  document: signing,
  sealing: { alg: 'ECDH-ES', kty: 'OKP', crv: 'X25519' },
  manifest: signing,
  witness: notes,
  log: notes,
  decision: signing,
  access: signing,
  operator: signing,
  jurist: signing,
  administrator: signing,
  system: signing,
  token: signing,
};

/** Name of its algorithm as headers have it (RFC 7518, RFC 9864). A sealing key signs nothing. */
export const algorithmOf = ({ use }: PublicKey): 'ES256' | 'Ed25519' | 'ECDH-ES' => profiles[use].alg;

export async function generateKey(use: KeyUse): Promise<PrivateKey> {
  const { alg, crv } = profiles[use];
  const { privateKey } = await generateKeyPair(alg, { crv, extractable: true });
  return importPrivate(await exportJWK(privateKey), use);
}

/**
 * Admits a key for its use: the one curve, octets of the exact length in the one spelling, a point that is safe to verify or to agree with, and
 * nothing said in the JWK that speaks against its use.
 * @throws {EnvelopeError} MALFORMED_KEY
 */
export const importPublic = (jwk: JWK, use: KeyUse): Promise<PublicKey> =>
  new Promise((resolve) => resolve(admittedKey(jwk, use)));

/** As `importPublic`, at once: for whoever reads a whole log of keys. @throws {EnvelopeError} MALFORMED_KEY */
export function admittedKey(jwk: JWK, use: KeyUse): PublicKey {
  const { kty, crv } = profiles[use];
  if (jwk.kty !== kty || jwk.crv !== crv || !coordinate(jwk.x) || (kty === 'EC') !== coordinate(jwk.y)) {
    throw new EnvelopeError('MALFORMED_KEY');
  }
  if (!speaksFor(jwk, profiles[use].alg)) throw new EnvelopeError('MALFORMED_KEY');
  const name = `${use} ${jwk.x as string} ${jwk.y ?? ''}`;
  const before = admittedBefore.get(name);
  if (before !== undefined) return before;
  const bare: JWK =
    kty === 'EC' ? { kty, crv, x: jwk.x as string, y: jwk.y as string } : { kty, crv, x: jwk.x as string };
  try {
    // Refuses what lies off the curve, for P-256; on the other two every 32 octets pass.
    keyObject(bare);
  } catch (cause) {
    throw new EnvelopeError('MALFORMED_KEY', undefined, { cause });
  }
  const octets = Buffer.from(jwk.x as string, 'base64url');
  if ((crv === 'Ed25519' && !isPrimeOrderPoint(octets)) || (crv === 'X25519' && !isSafeAgreementKey(octets))) {
    throw new EnvelopeError('MALFORMED_KEY');
  }
  // RFC 7638: the members in the order of RFC 8785, which have no need of escapes.
  const key = Object.freeze({ kid: sha256Base64url(canonicalize(bare)), use, jwk: Object.freeze(bare) });
  if (admittedBefore.size >= MOST_ADMITTED) admittedBefore.clear();
  admittedBefore.set(name, key);
  return key;
}

/** Whoever reads a keys log meets each key twice, and a gateway's over and over; to look whether a point is of prime order takes a millisecond. */
const admittedBefore = new Map<string, PublicKey>();
const MOST_ADMITTED = 4_096;

/** @throws {EnvelopeError} MALFORMED_KEY also when the two halves do not belong together */
export async function importPrivate(jwk: JWK, use: KeyUse): Promise<PrivateKey> {
  const key = await importPublic(jwk, use);
  if (!coordinate(jwk.d)) throw new EnvelopeError('MALFORMED_KEY');
  const privateJwk = { ...key.jwk, d: jwk.d as string };
  if (!matches(privateJwk)) throw new EnvelopeError('MALFORMED_KEY');
  return { ...key, privateJwk };
}

/** Whether the public half is that of the private. Node believes what a JWK says of itself, and would sign what no one can verify. */
function matches(privateJwk: JWK): boolean {
  try {
    if (privateJwk.kty === 'EC') {
      const curve = createECDH('prime256v1');
      curve.setPrivateKey(privateJwk.d as string, 'base64url');
      const point = curve.getPublicKey().subarray(1);
      const [x, y] = [point.subarray(0, 32), point.subarray(32)].map((half) => half.toString('base64url'));
      return x === privateJwk.x && y === privateJwk.y;
    }
    const { x } = createPublicKey(createPrivateKey({ key: { ...privateJwk }, format: 'jwk' })).export({
      format: 'jwk',
    });
    return x === privateJwk.x;
  } catch {
    return false;
  }
}

/** Whether `use`, `key_ops` and `alg` (RFC 7517 section 4), where the JWK has them, are those of this algorithm. */
export function speaksFor({ use, key_ops: operations, alg }: JWK, algorithm: string): boolean {
  const seals = algorithm.startsWith('ECDH-ES');
  const allowed = seals ? ['deriveKey', 'deriveBits'] : ['sign', 'verify'];
  return (
    (use === undefined || use === (seals ? 'enc' : 'sig')) &&
    (alg === undefined || alg === algorithm) &&
    (operations === undefined ||
      (Array.isArray(operations) &&
        new Set(operations).size === operations.length &&
        operations.every((operation) => allowed.includes(operation))))
  );
}

/** 32 octets in the one canonical base64url spelling. */
const coordinate = (text: unknown): boolean =>
  typeof text === 'string' && text.length === 43 && Buffer.from(text, 'base64url').toString('base64url') === text;

const imported = new WeakMap<JWK, Promise<CryptoKey>>();

/** Imports once: importing costs as much as verifying. Remembered by the key itself, never by a name that it claims. */
function importOnce(jwk: JWK, use: KeyUse): Promise<CryptoKey> {
  const known = imported.get(jwk);
  if (known !== undefined) return known;
  const fresh = importJWK(jwk, profiles[use].alg) as Promise<CryptoKey>;
  imported.set(jwk, fresh);
  return fresh;
}
/** The public half as jose takes it; also of a private key. */
export const publicCryptoKey = ({ jwk, use }: PublicKey): Promise<CryptoKey> => importOnce(jwk, use);
export const privateCryptoKey = ({ privateJwk, use }: PrivateKey): Promise<CryptoKey> => importOnce(privateJwk, use);
