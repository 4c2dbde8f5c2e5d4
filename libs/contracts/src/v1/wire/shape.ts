import { JsonError, parseStrict } from '#json';
import { ContractError } from '../../errors.js';

type Check = (value: unknown) => boolean;
export type Shape<T> = { readonly [K in keyof T]-?: { readonly check: Check; readonly required: boolean } };

const member = (check: Check) => ({ check, required: true });
/** The member may be missing; `null` is not missing. */
export const optional = ({ check }: { readonly check: Check }) => ({ check, required: false });

/** Octets of a whole body; the broker takes no more either. */
export const MAX_BODY = 1024 * 1024;
/**
 * Octets of a signed statement, a sealed document and a proof. Whatever is composed of them fits into a body: what was taken in can always be
 * carried on, and no message of one gateway stops the outbox of the exchange.
 */
export const MAX_STATEMENT = 224 * 1024;
export const MAX_SEALED = 512 * 1024;
export const MAX_PROOF = 32 * 1024;

const LIMITS = { maxBytes: MAX_BODY, maxDepth: 4 };
const matches = (pattern: RegExp, max: number) =>
  member((value) => typeof value === 'string' && value.length <= max && pattern.test(value));

/** Compact JWS: three parts. */
export const jws = matches(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/, MAX_STATEMENT);
/** Compact JWE: five parts; the key part is empty under ECDH-ES. */
export const jwe = matches(
  /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/,
  MAX_SEALED,
);
export const uuid = matches(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 36);
/** A blind: 32 octets, base64url. That it is one is for who verifies it to say: a bad one is rejected with a signed reason. */
export const blind = matches(/^[A-Za-z0-9_-]*$/, 64);
/** c2sp.org/tlog-proof@v1, verified where it is used, for the same reason. */
export const proof = matches(/^[\x20-\x7e\n—]*$/, MAX_PROOF);
export const count = member((value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 1);

/**
 * Reader of one wire message: strict JSON, these members and no others.
 * @throws {ContractError}
 */
export const readerOf =
  <T extends object>(shape: Shape<T>) =>
  (body: Uint8Array): T => {
    const value = read(body);
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(shape, name)) throw new ContractError('UNKNOWN_MEMBER');
    }
    for (const [name, { check, required }] of Object.entries<Shape<T>[keyof T]>(shape)) {
      if (!Object.hasOwn(value, name)) {
        if (required) throw new ContractError('MISSING_MEMBER', name);
      } else if (!check((value as Record<string, unknown>)[name])) throw new ContractError('INVALID_MEMBER', name);
    }
    return value as T;
  };

const read = (body: Uint8Array): object => {
  try {
    const value = parseStrict(body, LIMITS);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ContractError('MALFORMED_MESSAGE');
    return value as object;
  } catch (cause) {
    if (cause instanceof JsonError) throw new ContractError('MALFORMED_MESSAGE', undefined, { cause });
    throw cause;
  }
};
