import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { EnvelopeError } from '../errors.js';
import { Reader } from './reader.js';

/**
 * Chunked encryption of large octet streams: Cobblestone-256, that is https://c2sp.org/chunked-encryption with HKDF-Expand of SHA-512 and
 * AES-256-GCM. Salt (24 octets), key commitment (32), then chunks of 16 KiB with a tag of 16 each; the last one is always shorter, and
 * may be empty, so that a stream cut off anywhere does not end in one. Chunks are numbered in their nonces.
 */
export const SUITE = 'cobblestone-256';
export const KEY_BYTES = 32;
export const SALT_BYTES = 24;
const COMMITMENT_BYTES = 32;
export const HEADER_BYTES = SALT_BYTES + COMMITMENT_BYTES;
export const CHUNK_BYTES = 16 * 1024;
const TAG_BYTES = 16;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
const NONCE_BYTES = 12;
const ALGORITHM = 'aes-256-gcm';
const LABEL = Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0', 'latin1');
/** Octets of the encrypted form of so many. */
export const encryptedLength = (length: number): number =>
  HEADER_BYTES + length + (Math.floor(length / CHUNK_BYTES) + 1) * TAG_BYTES;

interface Secrets {
  readonly key: Buffer;
  readonly nonce: Buffer;
  readonly commitment: Buffer;
}

/** HKDF-Expand alone (RFC 5869 section 2.3): the input key is random already. */
function derive(inputKey: Uint8Array, salt: Uint8Array, context: Uint8Array): Secrets {
  if (inputKey.length !== KEY_BYTES) throw new EnvelopeError('MALFORMED_KEY');
  const info = Buffer.concat([LABEL, salt, context]);
  const first = createHmac('sha512', inputKey).update(info).update(Buffer.of(1)).digest();
  const second = createHmac('sha512', inputKey).update(first).update(info).update(Buffer.of(2)).digest();
  const out = Buffer.concat([first, second]);
  return { key: out.subarray(0, 32), nonce: out.subarray(32, 44), commitment: out.subarray(44, 76) };
}

/** The base nonce, XORed with the chunk's number as a big-endian integer of its width. */
function nonceOf(base: Buffer, chunk: number): Buffer {
  const nonce = Buffer.from(base);
  // 2^40 chunks are more than any number that gets here: 2 GiB are 2^17.
  const low = chunk % 2 ** 32;
  nonce.writeUInt32BE((nonce.readUInt32BE(NONCE_BYTES - 4) ^ low) >>> 0, NONCE_BYTES - 4);
  const high = Math.floor(chunk / 2 ** 32);
  nonce.writeUInt32BE((nonce.readUInt32BE(NONCE_BYTES - 8) ^ high) >>> 0, NONCE_BYTES - 8);
  return nonce;
}

/** @throws {EnvelopeError} NOT_OPENED */
function open({ key, nonce }: Secrets, chunk: number, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new EnvelopeError('NOT_OPENED');
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, nonceOf(nonce, chunk), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch (cause) {
    throw new EnvelopeError('NOT_OPENED', undefined, { cause });
  }
  return plaintext;
}

/** What one stream is encrypted with. */
export interface ChunkedKey {
  /** 32 random octets. */
  readonly key: Uint8Array;
  /** Bound to the key; whoever decrypts must say the same. */
  readonly context: Uint8Array;
}

/**
 * Encrypts a stream as it comes; holds no more than some chunks of it.
 * @param salt 24 octets, never used twice with this key for something else
 */
export async function* encryptChunks(
  source: AsyncIterable<Uint8Array>,
  { key, context, salt }: ChunkedKey & { readonly salt: Uint8Array },
): AsyncGenerator<Buffer, void, undefined> {
  if (salt.length !== SALT_BYTES) throw new RangeError('a salt has 24 bytes');
  const secrets = derive(key, salt, context);
  const reader = new Reader(source);
  try {
    yield Buffer.concat([salt, secrets.commitment]);
    for (let chunk = 0, isLast = false; !isLast; chunk += 1) {
      const plaintext = await reader.read(CHUNK_BYTES);
      isLast = plaintext.length < CHUNK_BYTES;
      const cipher = createCipheriv(ALGORITHM, secrets.key, nonceOf(secrets.nonce, chunk));
      const sealed = cipher.update(plaintext);
      cipher.final();
      // Not put together: each octet that is copied is memory until it is collected.
      if (sealed.length > 0) yield sealed;
      yield cipher.getAuthTag();
    }
  } finally {
    await reader.close();
  }
}

/**
 * Decrypts a stream as it comes. What it yields is authentic and in order, and it is whole only when the generator has ended without an
 * error: nothing of it is to be used before.
 * @throws {EnvelopeError} NOT_OPENED, whatever is wrong with stream, key or context
 */
export async function* decryptChunks(
  source: AsyncIterable<Uint8Array>,
  { key, context }: ChunkedKey,
): AsyncGenerator<Buffer, void, undefined> {
  const reader = new Reader(source);
  try {
    const header = await reader.read(HEADER_BYTES);
    if (header.length < HEADER_BYTES) throw new EnvelopeError('NOT_OPENED');
    const secrets = derive(key, header.subarray(0, SALT_BYTES), context);
    if (!timingSafeEqual(secrets.commitment, header.subarray(SALT_BYTES))) throw new EnvelopeError('NOT_OPENED');
    for (let chunk = 0, isLast = false; !isLast; chunk += 1) {
      const sealed = await reader.read(SEALED_CHUNK_BYTES);
      // A stream that ends with a full chunk, or with none, was cut off: the last one is shorter, and has a tag.
      isLast = sealed.length < SEALED_CHUNK_BYTES;
      const plaintext = open(secrets, chunk, sealed);
      if (plaintext.length > 0) yield plaintext;
    }
  } finally {
    await reader.close();
  }
}
