import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  randomBytes,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { JsonValue } from '#json';
import { EnvelopeError } from './errors.js';
import { keyObject, privateKeyObject } from './es256.js';
import { parseCompact } from './form.js';
import type { Header } from './form.js';

/**
 * JWE, compact, ECDH-ES on X25519 with A256GCM (RFC 7516, RFC 7518, RFC 8037), on node:crypto: jose, which goes through WebCrypto, costs several times the
 * processor time (docs/performance.md) and is the oracle in tests. Keys come admitted, headers bound: this is arithmetic.
 */
const ENC = 'A256GCM';
const [KEY_BITS, NONCE_OCTETS, TAG_OCTETS] = [256, 12, 16];
const CIPHER = 'aes-256-gcm';

const words = (...values: readonly number[]): Buffer => {
  const octets = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) octets.writeUInt32BE(value, 4 * at);
  return octets;
};

/** What the derived key is for, and the two parties (RFC 7518 section 4.6.1). */
export interface Derivation {
  readonly algorithm: string;
  /** At most 256: one round of SHA-256. */
  readonly bits: number;
  readonly apu: Uint8Array;
  readonly apv: Uint8Array;
}
/** Concat KDF (NIST SP 800-56A section 5.8.1, as RFC 7518 section 4.6.2 uses it). */
export function concatKdf(secret: Uint8Array, { algorithm, bits, apu, apv }: Derivation): Buffer {
  const name = Buffer.from(algorithm, 'latin1');
  const input = [
    words(1),
    secret,
    words(name.length),
    name,
    words(apu.length),
    apu,
    words(apv.length),
    apv,
    words(bits),
  ];
  return hash('sha256', Buffer.concat(input), 'buffer').subarray(0, bits / 8);
}

const partyOf = (value: JsonValue | undefined): Buffer => Buffer.from(value as string, 'base64url');
const contentKey = (privateKey: KeyObject, publicKey: KeyObject, { apu, apv }: Header): KeyObject => {
  // OpenSSL fails where the secret would be zero (RFC 7748 section 6.1).
  const secret = diffieHellman({ privateKey, publicKey });
  // Bare octets cost a cipher twice as much.
  return createSecretKey(concatKdf(secret, { algorithm: ENC, bits: KEY_BITS, apu: partyOf(apu), apv: partyOf(apv) }));
};

/**
 * Encrypts under a key that is agreed on with a fresh key of one's own.
 * @param header all members but `epk`; `apu` and `apv` among them
 * @param to X25519, admitted
 */
export function encryptTo(to: JWK, header: Header, plaintext: Uint8Array): string {
  const own = generateKeyPairSync('x25519');
  const { kty, crv, x } = own.publicKey.export({ format: 'jwk' });
  const whole = Buffer.from(JSON.stringify({ ...header, epk: { kty, crv, x } })).toString('base64url');
  const nonce = randomBytes(NONCE_OCTETS);
  const cipher = createCipheriv(CIPHER, contentKey(own.privateKey, keyObject(to), header), nonce);
  cipher.setAAD(Buffer.from(whole, 'latin1'));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return [whole, '', ...[nonce, body, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
}

/**
 * @param maxLength characters of the token
 * @throws {Error} whatever is wrong: the caller makes one fault of all
 */
export function decryptWith(privateJwk: JWK, jwe: string, maxLength: number): Uint8Array {
  const { header, octets } = parseCompact(jwe, 5, maxLength);
  const [encryptedKey, nonce, body, tag] = octets as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  if (encryptedKey.length !== 0 || nonce.length !== NONCE_OCTETS || tag.length !== TAG_OCTETS)
    throw new EnvelopeError('MALFORMED_TOKEN');
  if (header['alg'] !== 'ECDH-ES' || header['enc'] !== ENC) throw new EnvelopeError('WRONG_ALGORITHM');
  if (JSON.stringify(header['crit']) !== '["ctx"]') throw new EnvelopeError('FORBIDDEN_HEADER');
  const key = contentKey(privateKeyObject(privateJwk), keyObject(ephemeralOf(header)), header);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_OCTETS });
  decipher.setAAD(Buffer.from(jwe.slice(0, jwe.indexOf('.')), 'latin1')).setAuthTag(tag);
  const [plaintext, rest] = [decipher.update(body), decipher.final()];
  return rest.length === 0 ? plaintext : Buffer.concat([plaintext, rest]);
}

/** @throws {EnvelopeError} MALFORMED_KEY unless it is 32 octets on X25519, and nothing else */
function ephemeralOf({ epk }: Header): JWK {
  const isObject = typeof epk === 'object' && epk !== null && !Array.isArray(epk);
  const { kty, crv, x, ...others } = (isObject ? epk : {}) as Header;
  const one = kty === 'OKP' && crv === 'X25519' && typeof x === 'string' && /^[\w-]{43}$/.test(x);
  if (!one || Object.keys(others).length > 0) throw new EnvelopeError('MALFORMED_KEY');
  return { kty, crv, x };
}
