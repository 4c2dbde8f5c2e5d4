import { verify } from 'node:crypto';
import type { JWK } from 'jose';
import { keyObject } from './es256.js';

/**
 * Whether this Ed25519 key made the signature, at once and on this thread.
 * @param jwk admitted by `importPublic`
 * @see RFC 8032 section 5.1.7; RFC 9864 for its name in JOSE
 */
export const verifiesEd25519 = (input: Uint8Array, signature: Uint8Array, jwk: JWK): boolean =>
  verify(null, input, keyObject(jwk), signature);

/** As `verifiesEd25519`, on one of the threads that Node lends. */
export const verifyingEd25519 = (input: Uint8Array, signature: Uint8Array, jwk: JWK): Promise<boolean> =>
  new Promise((resolve, reject) => {
    verify(null, input, keyObject(jwk), signature, (error, verified) =>
      error === null ? resolve(verified) : reject(error),
    );
  });
