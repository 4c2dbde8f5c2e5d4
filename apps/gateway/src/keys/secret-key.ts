import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const made = new WeakMap<Uint8Array, KeyObject>();

/** A secret as node:crypto takes it fastest: with bare octets a cipher or a MAC costs twice as much. Remembered for as long as the octets are held. */
export const secretKey = (octets: Uint8Array): KeyObject => {
  const known = made.get(octets);
  if (known !== undefined) return known;
  const key = createSecretKey(octets);
  made.set(octets, key);
  return key;
};
