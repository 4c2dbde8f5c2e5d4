import { TlogError } from './errors.js';
import type { TlogErrorCode } from './errors.js';

/** Synchronous SHA-256, 32 bytes. Given by the caller, so that the same code runs in Node and in a browser. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;
/** Ed25519 verification (RFC 8032): public key of 32 bytes, message, signature of 64 bytes. */
export type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
/** Ed25519 signing (RFC 8032): 64 bytes over the message. */
export type SignEd25519 = (message: Uint8Array) => Uint8Array;

const utf8 = new TextEncoder();
export const bytesOf = (text: string): Uint8Array => utf8.encode(text);

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

/** Standard Base 64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  let raw = '';
  for (const octet of bytes) raw += String.fromCharCode(octet);
  return btoa(raw);
}

/** Reads the one canonical spelling of standard Base 64 and no other. */
export function fromBase64(text: string, code: TlogErrorCode): Uint8Array {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw new TlogError(code);
  const raw = atob(text);
  if (btoa(raw) !== text) throw new TlogError(code);
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += 1) bytes[at] = raw.charCodeAt(at);
  return bytes;
}

/** Reads an ASCII decimal below 2^63 without leading zeroes. */
export function fromDecimal(text: string, code: TlogErrorCode): bigint {
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(text)) throw new TlogError(code);
  const value = BigInt(text);
  if (value >= 1n << 63n) throw new TlogError(code);
  return value;
}
