import { JsonError } from './errors.js';

/**
 * The canonical form of a JSON value: members sorted by UTF-16 units, numbers as ECMAScript writes them, no white space (RFC 8785).
 * What JSON cannot say (undefined, functions, dates, big integers, NaN, lone surrogates) is an error and never left out in silence.
 * @throws {JsonError} INVALID_TEXT, NUMBER_OUT_OF_RANGE, MALFORMED_JSON
 */
export function canonicalize(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new JsonError('NUMBER_OUT_OF_RANGE');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new JsonError('INVALID_TEXT');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${Array.from(value, canonicalize).join(',')}]`;
  if (typeof value === 'object' && isPlain(value)) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${canonicalize(name)}:${canonicalize(member)}`).join(',')}}`;
  }
  throw new JsonError('MALFORMED_JSON');
}

/** {@link canonicalize} as UTF-8. */
export const canonicalBytes = (value: unknown): Uint8Array => new TextEncoder().encode(canonicalize(value));

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
