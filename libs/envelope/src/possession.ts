import { createHmac, createPrivateKey, diffieHellman, hkdfSync, timingSafeEqual } from 'node:crypto';
import { canonicalBytes } from '#json';
import type { JWK } from 'jose';
import { EnvelopeError } from './errors.js';
import { keyObject } from './es256.js';
import { admittedKey } from './keys.js';
import type { PrivateKey, PublicKey } from './keys.js';

/** For what, by whom and to whom possession of a sealing key is shown. */
export interface SealingClaim {
  readonly env: string;
  /** Authority that the key is stated for. */
  readonly holder: string;
  /** SHA-256 of the statement's line, base64url. */
  readonly statementSha256: string;
}

/** The secret that two X25519 keys agree on; a hardware module can stand behind it later. @throws {EnvelopeError} MALFORMED_KEY for a point of low order */
export type Agree = (other: JWK) => Uint8Array;

export const localAgreement =
  ({ privateJwk }: PrivateKey): Agree =>
  (other) => {
    try {
      const privateKey = createPrivateKey({ key: { ...privateJwk }, format: 'jwk' });
      return diffieHellman({ privateKey, publicKey: keyObject(other) });
    } catch (cause) {
      throw new EnvelopeError('MALFORMED_KEY', undefined, { cause });
    }
  };

/**
 * A sealing key cannot sign: who holds its private half shows it by a code that takes the secret agreed on with a key of the asker's own, in the manner of RFC 6955
 * section 4. The code says nothing to anybody else, since the asker could have computed it.
 * @param challenge public half of the asker's ephemeral key
 * @returns the code, base64url of 32 octets, and the id of the challenge's key
 */
export function possessionCode(
  agree: Agree,
  sealing: PublicKey,
  challenge: JWK,
  claim: SealingClaim,
): { readonly kid: string; readonly code: string } {
  const { jwk, kid } = admittedKey(challenge, 'sealing');
  return { kid, code: codeOf(agree(jwk), sealing, kid, claim) };
}

/** @param asker the ephemeral key whose public half was the challenge */
export function provesPossession(code: string, asker: PrivateKey, sealing: PublicKey, claim: SealingClaim): boolean {
  const given = Buffer.from(code, 'base64url');
  const expected = Buffer.from(codeOf(localAgreement(asker)(sealing.jwk), sealing, asker.kid, claim), 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const codeOf = (secret: Uint8Array, { kid }: PublicKey, challenge: string, claim: SealingClaim): string => {
  const { env, holder, statementSha256 } = claim;
  const info = canonicalBytes({ purpose: 'delge-possession/v1', env, holder, kid, challenge });
  const key = new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), info, 32));
  return createHmac('sha256', key).update(statementSha256).digest('base64url');
};
