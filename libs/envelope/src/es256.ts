import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';

const HALF = 32;

/**
 * Whether this P-256 key made the signature, at once and on this thread: for whoever verifies many at a time. On node:crypto, which takes half the time of
 * WebCrypto; jose is its oracle in tests.
 * @param signature r and s, 32 octets each (RFC 7518 section 3.4); of another length it is none
 * @param jwk admitted by `importPublic`
 */
export const verifiesEs256 = (input: Uint8Array, signature: Uint8Array, jwk: JWK): boolean =>
  signature.length === 2 * HALF && verify('sha256', input, keyObject(jwk), derSignature(signature));

/** As `verifiesEs256`, on one of the threads that Node lends. */
export const verifyingEs256 = (input: Uint8Array, signature: Uint8Array, jwk: JWK): Promise<boolean> =>
  new Promise((resolve, reject) => {
    if (signature.length !== 2 * HALF) resolve(false);
    else
      verify('sha256', input, keyObject(jwk), derSignature(signature), (error, verified) =>
        error === null ? resolve(verified) : reject(error),
      );
  });

/**
 * Signs with a P-256 key; the nonce of ECDSA is OpenSSL's, from the operating system's randomness.
 * @returns r and s, 32 octets each
 */
export const signsEs256 = (input: Uint8Array, privateJwk: JWK): Uint8Array =>
  rawSignature(sign('sha256', input, privateKeyObject(privateJwk)));

const keyObjects = new WeakMap<JWK, KeyObject>();
/** Imports once. Remembered by the key itself, never by a name that it claims. @throws when it is not a point of its curve */
export const keyObject = (jwk: JWK): KeyObject => {
  const known = keyObjects.get(jwk);
  if (known !== undefined) return known;
  const made = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  keyObjects.set(jwk, made);
  return made;
};

const privateKeys = new WeakMap<JWK, KeyObject>();
/** Imports once. @throws when it is no private key */
export const privateKeyObject = (jwk: JWK): KeyObject => {
  const known = privateKeys.get(jwk);
  if (known !== undefined) return known;
  const made = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  privateKeys.set(jwk, made);
  return made;
};

/** r and s as ASN.1 has them: node's own conversion costs half as much again as verifying. */
function derSignature(raw: Uint8Array): Uint8Array {
  const [r, s] = [leadingZeroes(raw, 0), leadingZeroes(raw, HALF)];
  const [rLength, sLength] = [derLength(raw, 0, r), derLength(raw, HALF, s)];
  const der = new Uint8Array(6 + rLength + sLength);
  der[0] = 0x30;
  der[1] = 4 + rLength + sLength;
  putInteger(der, 2, rLength, raw.subarray(r, HALF));
  putInteger(der, 4 + rLength, sLength, raw.subarray(HALF + s));
  return der;
}

/** The other way: r and s out of a SEQUENCE of two INTEGERs, which for this curve are so short that each length is one octet. */
function rawSignature(der: Uint8Array): Uint8Array {
  const raw = new Uint8Array(2 * HALF);
  const rEnd = 4 + (der[3] ?? 0);
  putHalf(raw, HALF, der.subarray(4, rEnd));
  putHalf(raw, 2 * HALF, der.subarray(rEnd + 2));
  return raw;
}
/** Right-aligned before `end`; an octet of zero that only keeps the sign falls away. */
const putHalf = (raw: Uint8Array, end: number, integer: Uint8Array): void => {
  const digits = integer.length > HALF ? integer.subarray(integer.length - HALF) : integer;
  raw.set(digits, end - digits.length);
};

/** Octets of zero at the beginning of a half, its last one always kept. */
const leadingZeroes = (raw: Uint8Array, half: number): number => {
  let count = 0;
  while (count < HALF - 1 && raw[half + count] === 0) count += 1;
  return count;
};
/** With an octet before it where the first would read as a sign. */
const derLength = (raw: Uint8Array, half: number, zeroes: number): number =>
  HALF - zeroes + ((raw[half + zeroes] ?? 0) >= 0x80 ? 1 : 0);
const putInteger = (der: Uint8Array, at: number, length: number, octets: Uint8Array): void => {
  der[at] = 0x02;
  der[at + 1] = length;
  der.set(octets, at + 2 + length - octets.length);
};
