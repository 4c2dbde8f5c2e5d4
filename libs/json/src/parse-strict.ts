import { canonicalize } from './canonicalize.js';
import { JsonError } from './errors.js';
import type { JsonErrorCode } from './errors.js';
import { parseNative } from './parse-native.js';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

export interface JsonLimits {
  /** Octets of UTF-8. */
  readonly maxBytes: number;
  /** Nested arrays and objects. */
  readonly maxDepth: number;
}
export const defaultLimits: JsonLimits = { maxBytes: 1_048_576, maxDepth: 32 };

const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);
const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const plainText = /[^"\\\u0000-\u001f\ud800-\udfff]*/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Parses JSON (RFC 8259) as strictly as signed bytes demand: fatal UTF-8 and no byte order mark, one value of each member name,
 * no lone surrogates and no NUL, no names that reach an object's prototype, no integer that a double cannot hold, bounded size and depth.
 * @throws {JsonError}
 */
export function parseStrict(input: Uint8Array | string, limits: Partial<JsonLimits> = {}): JsonValue {
  const { maxDepth = defaultLimits.maxDepth } = limits;
  const text = textOf(input, limits);
  return (parseNative(text, maxDepth) ?? { value: parseByHand(text, maxDepth) }).value;
}

/**
 * As `parseStrict`.
 * @returns the value, and whether the input is its canonical form, octet by octet (RFC 8785)
 * @throws {JsonError}
 */
export function parseCanonical(
  input: Uint8Array | string,
  limits: Partial<JsonLimits> = {},
): { readonly value: JsonValue; readonly canonical: boolean } {
  const { maxDepth = defaultLimits.maxDepth } = limits;
  const text = textOf(input, limits);
  const native = parseNative(text, maxDepth);
  const value = native === undefined ? parseByHand(text, maxDepth) : native.value;
  return { value, canonical: native?.sorted === true || canonicalize(value) === text };
}

/** The whole of the strict parser, whatever the text; the rest of this library may only be faster. */
export const parseByHand = (text: string, maxDepth: number): JsonValue => new Parser(text, maxDepth).parse();

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(input: Uint8Array | string, { maxBytes = defaultLimits.maxBytes }: Partial<JsonLimits>): string {
  if (isLongerThan(input, maxBytes)) throw new JsonError('JSON_TOO_LARGE');
  if (typeof input === 'string') return input;
  try {
    return utf8.decode(input);
  } catch {
    throw new JsonError('INVALID_ENCODING');
  }
}

/** A unit of UTF-16 makes three octets at most, so that few texts need be counted. */
const isLongerThan = (input: Uint8Array | string, octets: number): boolean =>
  typeof input === 'string'
    ? input.length * 3 > octets && Buffer.byteLength(input) > octets
    : input.byteLength > octets;

class Parser {
  private at = 0;
  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
  ) {}

  parse(): JsonValue {
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) this.fail('MALFORMED_JSON');
    return value;
  }

  private value(depth: number): JsonValue {
    this.space();
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth + 1);
      case '[':
        return this.array(depth + 1);
      case '"':
        return this.string();
      case 't':
        return this.literal('true', true);
      case 'f':
        return this.literal('false', false);
      case 'n':
        return this.literal('null', null);
      default:
        return this.number();
    }
  }

  private object(depth: number): JsonValue {
    if (depth > this.maxDepth) this.fail('JSON_TOO_DEEP');
    const members: Record<string, JsonValue> = {};
    this.at += 1;
    if (this.take('}')) return members;
    do {
      this.space();
      const start = this.at;
      if (this.text[start] !== '"') this.fail('MALFORMED_JSON');
      const name = this.string();
      if (forbiddenNames.has(name)) this.fail('FORBIDDEN_KEY', start);
      if (Object.hasOwn(members, name)) this.fail('DUPLICATE_KEY', start);
      if (!this.take(':')) this.fail('MALFORMED_JSON');
      members[name] = this.value(depth);
    } while (this.take(','));
    if (!this.take('}')) this.fail('MALFORMED_JSON');
    return members;
  }

  private array(depth: number): JsonValue {
    if (depth > this.maxDepth) this.fail('JSON_TOO_DEEP');
    const items: JsonValue[] = [];
    this.at += 1;
    if (this.take(']')) return items;
    do items.push(this.value(depth));
    while (this.take(','));
    if (!this.take(']')) this.fail('MALFORMED_JSON');
    return items;
  }

  private string(): string {
    let result = '';
    this.at += 1;
    for (;;) {
      plainText.lastIndex = this.at;
      const run = plainText.exec(this.text)?.[0] ?? '';
      result += run;
      this.at += run.length;
      const unit = this.text.charCodeAt(this.at);
      if (unit === 0x22) break;
      if (unit === 0x5c) result += this.escape();
      else if (unit >= 0xd800 && unit <= 0xdfff) result += this.pair();
      else this.fail('MALFORMED_JSON');
    }
    this.at += 1;
    if (!result.isWellFormed() || result.includes('\u0000')) this.fail('INVALID_TEXT');
    return result;
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? '';
    if (letter === 'u') {
      const digits = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.fail('MALFORMED_JSON');
      this.at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (character === undefined) this.fail('MALFORMED_JSON');
    this.at += 2;
    return character;
  }

  /** Both halves written as they are; a lone half is told by the check on the finished string. */
  private pair(): string {
    const unit = this.text.charAt(this.at);
    this.at += 1;
    return unit;
  }

  private number(): number {
    numberPattern.lastIndex = this.at;
    const digits = numberPattern.exec(this.text)?.[0];
    if (digits === undefined) this.fail('MALFORMED_JSON');
    const value = Number(digits);
    const whole = !/[.eE]/.test(digits);
    if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) this.fail('NUMBER_OUT_OF_RANGE');
    this.at += digits.length;
    return value;
  }

  private literal<T extends JsonValue>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail('MALFORMED_JSON');
    this.at += word.length;
    return value;
  }

  private take(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private space(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at += 1;
    }
  }

  private fail(code: JsonErrorCode, offset = this.at): never {
    throw new JsonError(code, offset);
  }
}
