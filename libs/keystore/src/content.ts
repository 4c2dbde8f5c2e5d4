import { randomBytes } from 'node:crypto';
import { generateKey, importPrivate } from '#envelope';
import type { KeyUse, PublicKey } from '#envelope';
import { JsonError, canonicalBytes, parseStrict } from '#json';
import type { JWK } from 'jose';
import { KeyStoreError } from './errors.js';

/** What a secret of 32 octets is for, at the authority that holds it: rows at rest, officers' pseudonyms, commitments to assessments. */
export type SecretUse = 'storage' | 'pseudonym' | 'commitment';

/** A private key and whose it is: an authority, `gateway:<id>`, `exchange`, `ledger`, `console` or `log:<name>`. */
export interface HeldKey {
  readonly holder: string;
  readonly use: KeyUse;
  /** SHA-256 thumbprint (RFC 7638), base64url. */
  readonly kid: string;
  /** Private members and all. */
  readonly jwk: JWK;
  readonly madeAt: string;
}
export interface HeldSecret {
  readonly holder: string;
  readonly use: SecretUse;
  /** 1 to 255, rising for each holder and use; stands in what was encrypted under it. */
  readonly id: number;
  /** 32 octets, base64url. */
  readonly secret: string;
  readonly madeAt: string;
}
/** What is inside a key store; oldest first. A holder has several keys for one use while one takes over from another. */
export interface KeyStoreContent {
  readonly v: 1;
  readonly keys: readonly HeldKey[];
  readonly secrets: readonly HeldSecret[];
}

export const emptyContent: KeyStoreContent = { v: 1, keys: [], secrets: [] };
const LIMITS = { maxBytes: 32 * 1024 * 1024, maxDepth: 16 };

export const contentBytes = (content: KeyStoreContent): Uint8Array => canonicalBytes(content);

/** @throws {KeyStoreError} NOT_A_KEY_STORE */
export function parseContent(bytes: Uint8Array): KeyStoreContent {
  try {
    const { v, keys, secrets } = parseStrict(bytes, LIMITS) as unknown as KeyStoreContent;
    const whole =
      v === 1 &&
      keys.every(({ holder, use, kid, jwk }) =>
        [holder, use, kid, jwk.d].every((member) => typeof member === 'string'),
      ) &&
      secrets.every(({ id, secret }) => id >= 1 && id <= 255 && Buffer.from(secret, 'base64url').length === 32);
    if (whole) return { v, keys, secrets };
  } catch (cause) {
    if (!(cause instanceof JsonError || cause instanceof TypeError)) throw cause;
  }
  throw new KeyStoreError('NOT_A_KEY_STORE');
}

export interface Added {
  readonly content: KeyStoreContent;
  readonly key: PublicKey;
}

/** Makes one more key; those that are there stay. */
export async function withKey(content: KeyStoreContent, holder: string, use: KeyUse, now: Date): Promise<Added> {
  const { privateJwk: jwk, kid, jwk: open } = await generateKey(use);
  const made: HeldKey = { holder, use, kid, jwk: { ...jwk, kid }, madeAt: now.toISOString() };
  return { content: { ...content, keys: [...content.keys, made] }, key: { kid, use, jwk: open } };
}

/** Makes one more secret; what was encrypted under the others still opens. */
export function withSecret(content: KeyStoreContent, holder: string, use: SecretUse, now: Date): KeyStoreContent {
  const id =
    1 + Math.max(0, ...content.secrets.filter((one) => one.holder === holder && one.use === use).map((one) => one.id));
  if (id > 255) throw new KeyStoreError('NO_KEY', holder);
  const secret = randomBytes(32).toString('base64url');
  return { ...content, secrets: [...content.secrets, { holder, use, id, secret, madeAt: now.toISOString() }] };
}

/** @throws {KeyStoreError} UNKNOWN_KEY */
export function withoutKey(content: KeyStoreContent, kid: string): KeyStoreContent {
  const keys = content.keys.filter((key) => key.kid !== kid);
  if (keys.length === content.keys.length) throw new KeyStoreError('UNKNOWN_KEY', kid);
  return { ...content, keys };
}

export const GATEWAY_USES = ['manifest', 'witness', 'token'] as const;
export const AUTHORITY_USES = ['document', 'sealing'] as const;
export const AUTHORITY_SECRETS = ['storage', 'pseudonym', 'commitment'] as const;

/** Every key that a gateway needs for itself and for the authorities it hosts. What it holds already stays. */
export async function gatewayContent(
  gateway: string,
  authorities: readonly string[],
  now: Date,
  from: KeyStoreContent = emptyContent,
): Promise<KeyStoreContent> {
  let content = from;
  const need = async (holder: string, use: KeyUse): Promise<void> => {
    if (content.keys.some((key) => key.holder === holder && key.use === use)) return;
    ({ content } = await withKey(content, holder, use, now));
  };
  for (const use of GATEWAY_USES) await need(`gateway:${gateway}`, use);
  for (const authority of authorities) {
    for (const use of AUTHORITY_USES) await need(authority, use);
    for (const use of AUTHORITY_SECRETS) {
      if (!content.secrets.some((one) => one.holder === authority && one.use === use))
        content = withSecret(content, authority, use, now);
    }
  }
  return content;
}

/** Public members of a key with its `kid`. */
export type OpenJwk = JWK & { readonly kid: string };

/** What enrolment needs of a gateway's store: the newest key of each use. */
export interface PublicKeys {
  readonly v: 1;
  readonly gateway: string;
  readonly manifest: OpenJwk;
  readonly witness: OpenJwk;
  readonly authorities: { readonly [authority: string]: { readonly document: OpenJwk; readonly sealing: OpenJwk } };
}

/** @throws {KeyStoreError} NO_KEY */
export const newestKey = ({ keys }: KeyStoreContent, holder: string, use: KeyUse): HeldKey => {
  const found = keys.findLast((key) => key.holder === holder && key.use === use);
  if (found === undefined) throw new KeyStoreError('NO_KEY', `${holder} ${use}`);
  return found;
};

/** @throws {KeyStoreError} NO_KEY unless it is a gateway's store */
export async function publicKeysOf(content: KeyStoreContent): Promise<PublicKeys> {
  const holder = content.keys.find(({ use }) => use === 'manifest')?.holder ?? '';
  const open = async (of: string, use: KeyUse): Promise<OpenJwk> => {
    const { jwk, kid } = await importPrivate(newestKey(content, of, use).jwk, use);
    return { ...jwk, kid };
  };
  const authorities = [...new Set(content.keys.filter(({ use }) => use === 'sealing').map((key) => key.holder))];
  const pairs = authorities.map(
    async (id) => [id, { document: await open(id, 'document'), sealing: await open(id, 'sealing') }] as const,
  );
  return {
    v: 1,
    gateway: holder.replace(/^gateway:/, ''),
    manifest: await open(holder, 'manifest'),
    witness: await open(holder, 'witness'),
    authorities: Object.fromEntries(await Promise.all(pairs)),
  };
}
