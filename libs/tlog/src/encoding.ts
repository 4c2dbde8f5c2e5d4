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

export const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((octet, i) => octet === b[i]);

/** Standard Base 64 with padding (RFC 4648 section 4). */
export const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (octet) => String.fromCharCode(octet)).join(''));

/** Reads the one canonical spelling of standard Base 64 and no other. */
export function fromBase64(text: string, code: TlogErrorCode): Uint8Array {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw new TlogError(code);
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (toBase64(bytes) !== text) throw new TlogError(code);
  return bytes;
}

/** Reads an ASCII decimal below 2^63 without leading zeroes. */
export function fromDecimal(text: string, code: TlogErrorCode): bigint {
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(text)) throw new TlogError(code);
  const value = BigInt(text);
  if (value >= 1n << 63n) throw new TlogError(code);
  return value;
}
