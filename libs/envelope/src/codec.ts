import { JsonError, canonicalBytes, parseCanonical } from '#json';
import type { JsonValue } from '#json';
import { EnvelopeError } from './errors.js';
import type { PublicKey } from './keys.js';
import { kidPattern } from './form.js';
import { parseToken, verifyToken } from './token.js';
import type { Signer, Typ } from './token.js';

type Members = { readonly [name: string]: JsonValue };
export type Check = (value: JsonValue) => boolean;

export const text =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
export const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
export const count: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
export const natural: Check = (value) => value === 0 || count(value);
export const object: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
export const record = (shape: Shape, optional: Shape = {}): Check => {
  const fault = faultFinder(shape, optional);
  return (value) => object(value) && fault(value as Members) === undefined;
};

type Shape = Readonly<Record<string, Check>>;

/** @returns finds a member that is missing, not known, or of another form; the shapes are looked through once and not for every statement */
function faultFinder(shape: Shape, optional: Shape): (value: Members) => string | undefined {
  const required = Object.keys(shape);
  const checks = new Map([...Object.entries(optional), ...Object.entries(shape)]);
  return (value) =>
    required.find((name) => !(name in value)) ??
    Object.keys(value).find((name) => checks.get(name)?.(value[name] as JsonValue) !== true);
}

const slug = '[a-z][a-z0-9-]{0,62}';
export const one: Check = (value) => value === 1;
export const environment = text(/^[a-z][a-z0-9-]{0,30}$/);
export const uuid = text(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
export const authority = text(new RegExp(`^${slug}/${slug}$`));
export const name = text(new RegExp(`^${slug}$`));
export const digest = text(kidPattern);
const instantForm = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$/;
/** An instant that exists, as Date.prototype.toISOString writes it. */
export const instant: Check = (value) => typeof value === 'string' && instantForm.test(value) && isDay(value);
const isDay = (date: string): boolean => {
  const [year, month, day] = [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10))];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= days;
};
export const day: Check = (value) =>
  typeof value === 'string' && /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) && isDay(value);
export const code = text(/^[A-Za-z0-9][A-Za-z0-9:._@/-]{0,127}$/);
export const messageType = text(/^[a-z][a-z0-9-]{0,62}\/[1-9][0-9]{0,3}$/);
export const decimal = text(/^(?:0|[1-9][0-9]{0,18})$/);
export const anyOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => check(item as JsonValue));
export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every((item) => check(item as JsonValue));
export const keys = record({ size: decimal, root: text(/^[A-Za-z0-9+/]{43}=$/) });
export const ruleSet = record({ number: count, sha256: digest });

export interface Codec<Name extends string, T> {
  readonly sign: (signer: Signer, statement: T) => Promise<string>;
  /** Reads without verifying. @throws {EnvelopeError} */
  readonly parse: (text: string) => { readonly [name in Name]: T } & { readonly kid: string };
  /** @param key found by the caller's own trust in the holder @throws {EnvelopeError} */
  readonly verify: (text: string, key: PublicKey) => Promise<T>;
}

/**
 * A statement is the RFC 8785 form of an object with these members and no others, signed as a compact JWS of its own type.
 * @param whole whether optional members go together
 */
export function codec<Name extends string, T extends object>(
  name: Name,
  typ: Typ,
  shape: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
  whole: (statement: T) => boolean = () => true,
): Codec<Name, T> {
  const faultIn = faultFinder(shape, optional);
  const read = (payload: Uint8Array): T => {
    let parsed: ReturnType<typeof parseCanonical>;
    try {
      parsed = parseCanonical(payload);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new EnvelopeError('MALFORMED_STATEMENT', undefined, { cause: error });
    }
    const { value, canonical } = parsed;
    if (!object(value)) throw new EnvelopeError('MALFORMED_STATEMENT');
    const fault = faultIn(value as Members);
    if (fault !== undefined)
      throw new EnvelopeError('MALFORMED_STATEMENT', fault in shape || fault in optional ? fault : undefined);
    if (!canonical) throw new EnvelopeError('MALFORMED_STATEMENT');
    if (!whole(value as T)) throw new EnvelopeError('MALFORMED_STATEMENT');
    return value as T;
  };
  return {
    sign: async (signer, statement) => {
      const payload = canonicalBytes(statement);
      read(payload);
      return signer.sign(typ, payload);
    },
    parse: (token) => {
      const { kid, payload } = parseToken(token, typ);
      return { [name]: read(payload), kid } as { readonly [key in Name]: T } & { readonly kid: string };
    },
    verify: async (token, key) => read((await verifyToken(token, typ, key)).payload),
  };
}
