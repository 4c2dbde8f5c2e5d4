import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { JsonValue } from '#json';
import { canonicalBytes, parseStrict } from '#json';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
// Rows of our own making: as large as the largest content and its texts, not as small as an HTTP body.
const LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 64 };

/**
 * Encryption at rest for one authority: version octet, 12-byte nonce, AES-256-GCM ciphertext, 16-byte tag. The table and row id are
 * authenticated with it, so that a row's secret part cannot be moved to another row.
 */
export class StorageCipher {
  /** @param key 32 bytes */
  constructor(private readonly key: Uint8Array) {
    if (key.length !== 32) throw new RangeError('a storage key has 32 bytes');
  }

  seal(value: unknown, table: string, id: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(aad(table, id));
    const body = Buffer.concat([cipher.update(canonicalBytes(value)), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, body, cipher.getAuthTag()]);
  }

  /** @throws {Error} when the bytes, the table or the id are not those that were sealed */
  open(sealed: Uint8Array, table: string, id: string): JsonValue {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (bytes.length < 1 + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) throw new Error('not a sealed row');
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(1, 1 + NONCE_BYTES))
      .setAAD(aad(table, id))
      .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const body = bytes.subarray(1 + NONCE_BYTES, bytes.length - TAG_BYTES);
    return parseStrict(Buffer.concat([decipher.update(body), decipher.final()]), LIMITS);
  }
}

const aad = (table: string, id: string): Buffer => Buffer.from(`${table}\n${id}`, 'utf8');
