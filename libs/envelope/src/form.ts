import { JsonError, parseStrict } from '#json';
import type { JsonValue } from '#json';
import { EnvelopeError } from './errors.js';

/** A protected header, frozen. */
export type Header = { readonly [name: string]: JsonValue };

/** A compact token (RFC 7515 section 3.1, RFC 7516 section 3.1) whose form is settled, and nothing else. */
export interface Compact {
  readonly header: Header;
  /** What each part after the header stands for; some may be empty. */
  readonly octets: readonly Uint8Array[];
}

const MAX_HEADER_LENGTH = 4_096;
/** Headers that name or carry a key, or say that the payload is another than the octets that stand there. */
const forbidden = ['jku', 'x5u', 'jwk', 'x5c', 'zip', 'b64', 'x5t', 'x5t#S256'];

/**
 * Reads the form of a compact token before anything is looked up, verified or opened: whatever its kind and algorithm. Stands in front of jose, which
 * takes white space, padding, unused bits and repeated header members, and leaves size to its caller.
 * @param count of parts: 3 of a JWS, 5 of a JWE
 * @param maxLength characters
 * @throws {EnvelopeError} TOKEN_TOO_LARGE, MALFORMED_TOKEN or FORBIDDEN_HEADER
 */
export function parseCompact(text: string, count: 3 | 5, maxLength: number): Compact {
  if (text.length > maxLength) throw new EnvelopeError('TOKEN_TOO_LARGE');
  const parts = text.split('.', count + 1);
  if (parts.length !== count) throw new EnvelopeError('MALFORMED_TOKEN');
  const header = parseHeader(parts[0] as string);
  return { header, octets: parts.slice(1).map(fromBase64url) };
}

/** Reads base64url without padding in its one canonical spelling. @throws {EnvelopeError} MALFORMED_TOKEN */
export function fromBase64url(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new EnvelopeError('MALFORMED_TOKEN');
  return bytes;
}

/** Headers that were accepted before: all that a key signs of one type has the very same. */
const known = new Map<string, Header>();
const [MOST_KNOWN, MAX_KNOWN_LENGTH] = [1_024, 256];

/** Reads a protected header: no duplicate members, one spelling, none of the members that name or carry keys. @throws {EnvelopeError} */
export function parseHeader(encoded: string): Header {
  const short = encoded.length <= MAX_KNOWN_LENGTH;
  const before = short ? known.get(encoded) : undefined;
  if (before !== undefined) return before;
  const header = Object.freeze(readHeader(encoded));
  // One that says more than algorithm, key and type is of one message, and would only take others' place.
  if (short && Object.values(header).every((member) => typeof member === 'string')) {
    if (known.size >= MOST_KNOWN) known.clear();
    // A copy: a slice would hold the whole token that it was cut from.
    known.set(Buffer.from(encoded, 'latin1').toString('latin1'), header);
  }
  return header;
}

function readHeader(encoded: string): Header {
  if (encoded.length > MAX_HEADER_LENGTH) throw new EnvelopeError('TOKEN_TOO_LARGE');
  const text = Buffer.from(fromBase64url(encoded)).toString('utf8');
  let header: JsonValue;
  try {
    header = parseStrict(text, { maxDepth: 3 });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new EnvelopeError('MALFORMED_TOKEN', undefined, { cause: error });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header) || JSON.stringify(header) !== text) {
    throw new EnvelopeError('MALFORMED_TOKEN');
  }
  const members = header as Header;
  if (forbidden.some((name) => name in members)) throw new EnvelopeError('FORBIDDEN_HEADER');
  return members;
}

export const kidPattern = /^[A-Za-z0-9_-]{43}$/;
/** Every token names its key by thumbprint (RFC 7638): nothing is ever found by trying keys. @throws {EnvelopeError} WRONG_KEY */
export function kidOf(header: Header): string {
  const kid = header['kid'];
  if (typeof kid !== 'string' || !kidPattern.test(kid)) throw new EnvelopeError('WRONG_KEY');
  return kid;
}
