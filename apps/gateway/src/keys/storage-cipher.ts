import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { JsonValue } from '#json';
import { canonicalBytes, parseStrict } from '#json';
import type { Secret } from '#keystore';
import { secretKey } from './secret-key.js';

const VERSION = 2;
const HEAD_BYTES = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
// Rows of our own making: as large as the largest content and its texts, not as small as an HTTP body.
const LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 64 };

/**
 * Encryption at rest for one authority: version octet, octet of the storage key's id, 12-byte nonce, AES-256-GCM ciphertext, 16-byte tag. The head, the
 * table and the row id are authenticated with it, so that a row's secret part cannot be moved to another row.
 */
export class StorageCipher {
  /** @param keys newest first: it seals, and each opens what it sealed */
  constructor(private readonly keys: readonly Secret[]) {
    if (keys.length === 0) throw new RangeError('there is no storage key');
    if (keys.some(({ octets }) => octets.length !== 32)) throw new RangeError('a storage key has 32 bytes');
  }

  seal(value: unknown, table: string, id: string): Buffer {
    const [newest] = this.keys as [Secret];
    const [head, nonce] = [Buffer.of(VERSION, newest.id), randomBytes(NONCE_BYTES)];
    const cipher = createCipheriv('aes-256-gcm', secretKey(newest.octets), nonce).setAAD(aad(head, table, id));
    const body = Buffer.concat([cipher.update(canonicalBytes(value)), cipher.final()]);
    return Buffer.concat([head, nonce, body, cipher.getAuthTag()]);
  }

  /** @throws {Error} when its key is gone, or the bytes, the table or the id are not those that were sealed */
  open(sealed: Uint8Array, table: string, id: string): JsonValue {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const head = bytes.subarray(0, HEAD_BYTES);
    const key = this.keys.find((one) => one.id === head[1]);
    if (bytes.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES || head[0] !== VERSION || key === undefined)
      throw new Error('not a sealed row');
    const begin = HEAD_BYTES + NONCE_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', secretKey(key.octets), bytes.subarray(HEAD_BYTES, begin))
      .setAAD(aad(head, table, id))
      .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const body = bytes.subarray(begin, bytes.length - TAG_BYTES);
    return parseStrict(Buffer.concat([decipher.update(body), decipher.final()]), LIMITS);
  }
}

const aad = (head: Uint8Array, table: string, id: string): Buffer =>
  Buffer.concat([head, Buffer.from(`${table}\n${id}`, 'utf8')]);
