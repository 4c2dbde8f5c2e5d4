import { sign } from 'node:crypto';
import type { JsonValue } from '#json';
import { EnvelopeError } from './errors.js';
import { verifiesEd25519, verifyingEd25519 } from './ed25519.js';
import { privateKeyObject, signsEs256, verifiesEs256, verifyingEs256 } from './es256.js';
import { kidOf, parseCompact, parseHeader } from './form.js';
import type { Header } from './form.js';
import { admittedKey, algorithmOf } from './keys.js';
import type { PrivateKey, PublicKey } from './keys.js';

/** Media types of our signed tokens, as the `typ` header has them. A token of one kind never passes for another. */
export const TYPES = [
  'delge-document+jws',
  'delge-manifest+jws',
  'delge-decision+jws',
  'delge-notice+jws',
  'delge-receipt+jws',
  'delge-refusal+jws',
  'delge-retraction+jws',
  'delge-recorded-disclosure+jws',
  'delge-release-hold+jws',
  'delge-erasure+jws',
  'delge-erasure-decision+jws',
  'delge-erased+jws',
  'delge-hold+jws',
  'delge-ledger-notice+jws',
  'delge-look+jws',
  'delge-assignment+jws',
  'delge-assignment-notice+jws',
  'delge-search+jws',
  'delge-sample+jws',
  'delge-finding+jws',
  'delge-export-cover+jws',
  'delge-statement+jws',
  'delge-countersign+jws',
  'delge-possession+jws',
  'delge-service+jwt',
  'delge-system+jws',
  'delge-staff+jws',
  // Access token of a gateway (RFC 9068).
  'at+jwt',
] as const;
export type Typ = (typeof TYPES)[number];

export interface ParsedToken {
  readonly header: Header;
  readonly kid: string;
  readonly payload: Uint8Array;
}

/** Characters of a whole token; a manifest with its claims stays far below. */
export const MAX_TOKEN_LENGTH = 400_000;

/** Everything is signed with ES256. A key proves that it is there by its own algorithm, and a witness key has another. */
const algorithms = (typ: Typ): readonly string[] => (typ === 'delge-possession+jws' ? ['ES256', 'Ed25519'] : ['ES256']);

const sameNames = (names: readonly string[], expected: readonly string[]): boolean =>
  names.length === expected.length && expected.every((name) => names.includes(name));

/**
 * Reads a compact JWS (RFC 7515) of this type before anything is verified.
 * @param critical names of the critical header members that this type must carry
 * @throws {EnvelopeError}
 */
export function parseToken(text: string, typ: Typ, critical: readonly string[] = []): ParsedToken {
  const { header, octets } = parseCompact(text, 3, MAX_TOKEN_LENGTH);
  const [payload, signature] = octets as [Uint8Array, Uint8Array];
  const kid = kidOf(header);
  if (header['typ'] !== typ) throw new EnvelopeError('WRONG_TYPE');
  if (!algorithms(typ).includes(header['alg'] as string)) throw new EnvelopeError('WRONG_ALGORITHM');
  const allowed = ['alg', 'kid', 'typ', ...(critical.length > 0 ? ['crit', ...critical] : [])];
  if (!sameNames(Object.keys(header), allowed)) throw new EnvelopeError('FORBIDDEN_HEADER');
  if (critical.length > 0 && JSON.stringify(header['crit']) !== JSON.stringify(critical)) {
    throw new EnvelopeError('FORBIDDEN_HEADER');
  }
  // Two numbers of 32 octets, in ES256 (RFC 7518 section 3.4) as in Ed25519.
  if (signature.length !== 64) throw new EnvelopeError('MALFORMED_TOKEN');
  return { header, kid, payload };
}

/** Signs with the key of one holder; a hardware module can stand behind it later. */
export interface Signer {
  readonly kid: string;
  /** @param critical members added to the protected header and named in `crit` */
  sign(typ: Typ, payload: Uint8Array, critical?: Readonly<Record<string, JsonValue>>): Promise<string>;
}

const base64url = (octets: Uint8Array | string): string => Buffer.from(octets as string).toString('base64url');

const signatureOver = (input: Uint8Array, { privateJwk, ...key }: PrivateKey): Uint8Array => {
  if (algorithmOf(key) === 'Ed25519') return sign(null, input, privateKeyObject(privateJwk));
  return signsEs256(input, privateJwk);
};

export function localSigner(key: PrivateKey): Signer {
  return {
    kid: key.kid,
    async sign(typ, payload, critical) {
      const header = { alg: algorithmOf(key), kid: key.kid, typ };
      const names = Object.keys(critical ?? {});
      const whole = names.length > 0 ? { ...header, crit: names, ...critical } : header;
      const input = `${base64url(JSON.stringify(whole))}.${base64url(payload)}`;
      return `${input}.${base64url(signatureOver(Buffer.from(input, 'latin1'), key))}`;
    },
  };
}

/**
 * Verifies a token of this type under this key, which the caller found by its own trust in the holder, never by the token.
 * @throws {EnvelopeError}
 */
export async function verifyToken(
  text: string,
  typ: Typ,
  key: PublicKey,
  critical: readonly string[] = [],
): Promise<ParsedToken> {
  const token = parseToken(text, typ, critical);
  if (token.kid !== key.kid) throw new EnvelopeError('WRONG_KEY');
  if (!signedBy(text, key)) throw new EnvelopeError('BAD_SIGNATURE');
  return token;
}

/** What a token says it is, for choosing its reader; that reader judges it. */
export function typOf(text: string): string | undefined {
  const typ = headerIn(text)?.['typ'];
  return typeof typ === 'string' ? typ : undefined;
}

/** The key that a token names, whatever else it says: its reader judges that. */
export const kidIn = (text: string): string | undefined => headerIn(text)?.['kid'] as string | undefined;

/** @returns undefined when it is none that names a key */
function headerIn(text: string): Header | undefined {
  try {
    const header = parseHeader(text.slice(0, Math.max(text.indexOf('.'), 0)));
    kidOf(header);
    return header;
  } catch (error) {
    if (error instanceof EnvelopeError) return undefined;
    throw error;
  }
}

/**
 * Whether this key signed the token, at once and on this thread.
 * @param text parsed already, so that form, type and kid are settled
 */
export function signedBy(text: string, key: PublicKey): boolean {
  const { alg, input, signature } = signed(text);
  if (alg !== algorithmOf(key)) return false;
  return (alg === 'Ed25519' ? verifiesEd25519 : verifiesEs256)(input, signature, key.jwk);
}

/** As `signedBy`, on another thread: for whoever has many at once and nothing else to do. */
export function signingBy(text: string, key: PublicKey): Promise<boolean> {
  const { alg, input, signature } = signed(text);
  if (alg !== algorithmOf(key)) return Promise.resolve(false);
  return (alg === 'Ed25519' ? verifyingEd25519 : verifyingEs256)(input, signature, key.jwk);
}

/** The base point of P-256, whose private half everybody knows: nothing is ever taken for signed under it. */
const decoy = admittedKey(
  {
    kty: 'EC',
    crv: 'P-256',
    x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
    y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
  },
  'token',
);
/** As `signingByKnown`, at once and on this thread. */
export function signedByKnown(text: string, key: PublicKey | undefined): boolean {
  const genuine = signedBy(text, key ?? decoy);
  return key !== undefined && genuine;
}
/**
 * As `signingBy`; where there is no key, false after as long as where there is one, so that time tells a caller nothing of which keys there are.
 * @param text parsed already
 */
export async function signingByKnown(text: string, key: PublicKey | undefined): Promise<boolean> {
  const genuine = await signingBy(text, key ?? decoy);
  return key !== undefined && genuine;
}

const signed = (
  text: string,
): { readonly alg: unknown; readonly input: Uint8Array; readonly signature: Uint8Array } => {
  const end = text.lastIndexOf('.');
  return {
    alg: parseHeader(text.slice(0, text.indexOf('.')))['alg'],
    input: Buffer.from(text.slice(0, end), 'latin1'),
    signature: Buffer.from(text.slice(end + 1), 'base64url'),
  };
};
