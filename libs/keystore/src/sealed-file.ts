import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt, scryptSync } from 'node:crypto';
import { JsonError, canonicalBytes, parseStrict } from '#json';
import { KeyStoreError } from './errors.js';

interface Scrypt {
  readonly name: 'scrypt';
  readonly N: number;
  readonly r: 8;
  readonly p: 1;
  readonly salt: string;
}
interface Hkdf {
  readonly name: 'hkdf-sha256';
  readonly salt: string;
}
/** A sealed file's header; all of it is authenticated with what is sealed. Octets as base64url. */
interface Header {
  readonly v: 1;
  /** By the kind of secret, never by what the file says of itself. */
  readonly kdf: Scrypt | Hkdf;
  readonly cipher: 'A256GCM';
  readonly nonce: string;
}

/** scrypt (RFC 7914) for a passphrase: 128 MiB and some tenths of a second for each guess. */
const SCRYPT_N = 2 ** 17;
// A file that asks for more memory than this is not ours, and is told before any is taken.
const MOST_N = 2 ** 20;
const [R, P] = [8, 1] as const;
const KEY_BYTES = 32;
const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LIMITS = { maxBytes: 32 * 1024 * 1024, maxDepth: 16 };

/** How a secret begins that is 32 random octets and no passphrase: nobody guesses it, so that stretching it would add nothing (HKDF, RFC 5869). */
const RANDOM = /^delge-key-store-secret:[A-Za-z0-9_-]{43}$/;
export const randomSecret = (): string => `delge-key-store-secret:${randomBytes(KEY_BYTES).toString('base64url')}`;
const isRandom = (secret: Uint8Array): boolean =>
  secret.length < 80 && RANDOM.test(Buffer.from(secret).toString('latin1'));

const cost = (N: number): object => ({ N, r: R, p: P, maxmem: 128 * N * R + 32 * 1024 * 1024 });
const expanded = (secret: Uint8Array, salt: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, 'delge key store', KEY_BYTES));
const octets = (text: unknown, length?: number): Buffer => {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64url') : undefined;
  if (bytes === undefined || bytes.toString('base64url') !== text) throw new KeyStoreError('NOT_A_KEY_STORE');
  if (length !== undefined && bytes.length !== length) throw new KeyStoreError('NOT_A_KEY_STORE');
  return bytes;
};

/** Encrypts under a fresh salt and nonce: AES-256-GCM with the header as additional data. @returns JSON */
export function sealFile(content: Uint8Array, secret: Uint8Array): Buffer {
  const [salt, nonce] = [randomBytes(SALT_BYTES), randomBytes(NONCE_BYTES)];
  const said = salt.toString('base64url');
  const kdf: Header['kdf'] = isRandom(secret)
    ? { name: 'hkdf-sha256', salt: said }
    : { name: 'scrypt', N: SCRYPT_N, r: R, p: P, salt: said };
  const header: Header = { v: 1, kdf, cipher: 'A256GCM', nonce: nonce.toString('base64url') };
  const cipher = createCipheriv('aes-256-gcm', derived(kdf, secret), nonce).setAAD(canonicalBytes(header));
  const sealed = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  return Buffer.from(`${JSON.stringify({ ...header, sealed: sealed.toString('base64url') }, undefined, 2)}\n`);
}

interface Sealed {
  readonly header: Header;
  readonly sealed: Buffer;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const members = (value: object): string => Object.keys(value).sort().join();
const isScrypt = (kdf: Header['kdf']): kdf is Scrypt =>
  members(kdf) === 'N,name,p,r,salt' &&
  kdf.name === 'scrypt' &&
  kdf.r === R &&
  kdf.p === P &&
  Number.isInteger(Math.log2(kdf.N)) &&
  kdf.N >= SCRYPT_N &&
  kdf.N <= MOST_N;
const isHkdf = (kdf: Header['kdf']): boolean => members(kdf) === 'name,salt' && kdf.name === 'hkdf-sha256';

function parse(file: Uint8Array, secret: Uint8Array): Sealed {
  let value: unknown;
  try {
    value = parseStrict(file, LIMITS);
  } catch (cause) {
    if (cause instanceof JsonError) throw new KeyStoreError('NOT_A_KEY_STORE', undefined, { cause });
    throw cause;
  }
  if (!isObject(value) || members(value) !== 'cipher,kdf,nonce,sealed,v') throw new KeyStoreError('NOT_A_KEY_STORE');
  const { sealed, ...header } = value as Header & { readonly sealed: string };
  const { v, cipher, kdf, nonce } = header;
  if (v !== 1 || cipher !== 'A256GCM' || !isObject(kdf) || !(isScrypt(kdf) || isHkdf(kdf)))
    throw new KeyStoreError('NOT_A_KEY_STORE');
  octets(kdf.salt, SALT_BYTES);
  octets(nonce, NONCE_BYTES);
  if (isHkdf(kdf) !== isRandom(secret)) throw new KeyStoreError('WRONG_SECRET');
  return { header, sealed: octets(sealed) };
}

function decrypt({ header, sealed }: Sealed, key: Uint8Array): Buffer {
  if (sealed.length < TAG_BYTES) throw new KeyStoreError('WRONG_SECRET');
  const decipher = createDecipheriv('aes-256-gcm', key, octets(header.nonce), { authTagLength: TAG_BYTES })
    .setAAD(canonicalBytes(header))
    .setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new KeyStoreError('WRONG_SECRET', undefined, { cause });
  }
}

function derived(kdf: Header['kdf'], secret: Uint8Array): Buffer {
  const salt = octets(kdf.salt);
  return isScrypt(kdf) ? scryptSync(secret, salt, KEY_BYTES, cost(kdf.N)) : expanded(secret, salt);
}

/** @throws {KeyStoreError} NOT_A_KEY_STORE | WRONG_SECRET */
export async function openSealedFile(file: Uint8Array, secret: Uint8Array): Promise<Buffer> {
  const parsed = parse(file, secret);
  const { kdf } = parsed.header;
  if (!isScrypt(kdf)) return decrypt(parsed, derived(kdf, secret));
  // On a thread that Node lends: a running service reads its store again.
  const key = await new Promise<Buffer>((resolve, reject) => {
    scrypt(secret, octets(kdf.salt), KEY_BYTES, cost(kdf.N), (error, made) =>
      error === null ? resolve(made) : reject(error),
    );
  });
  return decrypt(parsed, key);
}

/** As `openSealedFile`, at once: for tools. */
export function openSealedFileSync(file: Uint8Array, secret: Uint8Array): Buffer {
  const parsed = parse(file, secret);
  return decrypt(parsed, derived(parsed.header.kdf, secret));
}
