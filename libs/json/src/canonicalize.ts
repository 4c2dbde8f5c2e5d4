import { JsonError } from './errors.js';

/** Needs no escape (RFC 8785 section 3.2.2.2), and has no surrogates that could stand alone. */
const plainText = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/**
 * The canonical form of a JSON value: members sorted by UTF-16 units, numbers as ECMAScript writes them, no white space (RFC 8785).
 * What JSON cannot say (undefined, functions, dates, big integers, NaN, lone surrogates) is an error and never left out in silence.
 * @throws {JsonError} INVALID_TEXT, NUMBER_OUT_OF_RANGE, MALFORMED_JSON
 */
export const canonicalize = (value: unknown): string => (isInOrder(value) ? JSON.stringify(value) : written(value));

/** Whether it is JSON and its members stand sorted, as they do after reading canonical text: then JSON.stringify writes the canonical form. */
function isInOrder(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'number':
      return Number.isFinite(value);
    case 'boolean':
      return true;
    case 'object': {
      if (value === null) return true;
      // JSON.stringify would ask it what to write.
      if ('toJSON' in value) return false;
      if (Array.isArray(value)) return Object.getPrototypeOf(value) === Array.prototype && everyInOrder(value);
      return isPlain(value) && membersInOrder(value as { readonly [name: string]: unknown });
    }
    default:
      return false;
  }
}
function everyInOrder(values: readonly unknown[]): boolean {
  // By index: a hole is undefined, which is no JSON.
  for (let at = 0; at < values.length; at += 1) if (!isInOrder(values[at])) return false;
  return true;
}
function membersInOrder(members: { readonly [name: string]: unknown }): boolean {
  const names = Object.keys(members);
  for (const [at, name] of names.entries()) {
    if (at > 0 && name < (names[at - 1] as string)) return false;
    if (!name.isWellFormed() || !isInOrder(members[name])) return false;
  }
  return true;
}

function written(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new JsonError('NUMBER_OUT_OF_RANGE');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${Array.from(value, written).join(',')}]`;
  if (typeof value === 'object' && isPlain(value)) {
    let text = '';
    for (const name of sorted(Object.keys(value)))
      text += `${text === '' ? '' : ','}${quoted(name)}:${written((value as Record<string, unknown>)[name])}`;
    return `{${text}}`;
  }
  throw new JsonError('MALFORMED_JSON');
}

/** {@link canonicalize} as UTF-8. */
export const canonicalBytes = (value: unknown): Uint8Array => encoder.encode(canonicalize(value));
const encoder = new TextEncoder();

function quoted(text: string): string {
  if (plainText.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new JsonError('INVALID_TEXT');
  return JSON.stringify(text);
}

/** In place, unless it is so already, as it is after reading canonical text. */
function sorted(names: string[]): readonly string[] {
  for (let at = 1; at < names.length; at += 1)
    if ((names[at] as string) < (names[at - 1] as string)) return names.sort((a, b) => (a < b ? -1 : 1));
  return names;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
