import { exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { canonicalize } from '#json';
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
  | 'token';

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
const profiles: Readonly<Record<KeyUse, Profile>> = {
  document: signing,
  sealing: { alg: 'ECDH-ES', kty: 'OKP', crv: 'X25519' },
  manifest: signing,
  witness: { alg: 'Ed25519', kty: 'OKP', crv: 'Ed25519' },
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

/** @throws {EnvelopeError} MALFORMED_KEY unless the key has the one curve of its use */
export const importPublic = (jwk: JWK, use: KeyUse): Promise<PublicKey> =>
  new Promise((resolve) => resolve(admittedKey(jwk, use)));

/** As `importPublic`, at once: for whoever reads a whole log of keys. @throws {EnvelopeError} MALFORMED_KEY */
export function admittedKey(jwk: JWK, use: KeyUse): PublicKey {
  const { kty, crv } = profiles[use];
  if (jwk.kty !== kty || jwk.crv !== crv || !coordinate(jwk.x) || (kty === 'EC') !== coordinate(jwk.y)) {
    throw new EnvelopeError('MALFORMED_KEY');
  }
  const bare: JWK =
    kty === 'EC' ? { kty, crv, x: jwk.x as string, y: jwk.y as string } : { kty, crv, x: jwk.x as string };
  try {
    keyObject(bare);
  } catch (cause) {
    throw new EnvelopeError('MALFORMED_KEY', undefined, { cause });
  }
  // RFC 7638: the members in the order of RFC 8785, which have no need of escapes.
  return { kid: sha256Base64url(canonicalize(bare)), use, jwk: bare };
}

/** @throws {EnvelopeError} MALFORMED_KEY */
export async function importPrivate(jwk: JWK, use: KeyUse): Promise<PrivateKey> {
  const key = await importPublic(jwk, use);
  if (!coordinate(jwk.d)) throw new EnvelopeError('MALFORMED_KEY');
  return { ...key, privateJwk: { ...key.jwk, d: jwk.d as string } };
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
