import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { EnvelopeError, importPublic } from '#envelope';
import { nodeVerifyEd25519 } from '#tlog/build';
import { ed25519 } from '@noble/curves/ed25519.js';

/**
 * Pitfall 8: verifiers of Ed25519 disagree over keys and nonce points with a part of small order, and over other spellings of a point. A log and its
 * witnesses must not: what one takes, all take. So keys are admitted, R of small order is refused, and the rest is one verdict, here that of Node
 * without cofactor beside that of a verifier with it (ZIP 215).
 */
const { Point } = ed25519;
type EdwardsPoint = InstanceType<typeof Point>;
const ORDER = Point.Fn.ORDER;
const FIELD = 2n ** 255n - 19n;
const message = Buffer.from('a checkpoint');

const littleEndian = (value: bigint): Uint8Array => Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
const numberOf = (octets: Uint8Array): bigint => BigInt(`0x${Buffer.from(octets).reverse().toString('hex')}`);
const eighth = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
const small = Array.from({ length: 8 }, (_, n) => (n === 0 ? Point.ZERO : eighth.multiplyUnsafe(BigInt(n))));
const times = (scalar: bigint): EdwardsPoint => (scalar === 0n ? Point.ZERO : Point.BASE.multiply(scalar));

/** The encoding and, where there is one, the encoding beyond the field, each with either sign. */
function spellings(point: EdwardsPoint): readonly Uint8Array[] {
  const own = point.toBytes();
  const y = numberOf(own) & (2n ** 255n - 1n);
  const values = y + FIELD < 2n ** 255n ? [y, y + FIELD] : [y];
  const all = values.flatMap((value) => [littleEndian(value), littleEndian(value + 2n ** 255n)]);
  // Of a point with x other than 0, the other sign is another point.
  return all.filter((octets) => Point.fromBytes(octets, true).equals(point));
}

interface Vector {
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
  readonly keyPart: number;
  readonly noncePart: number;
  readonly smallNonce: boolean;
}
const secret = 0x1234567890abcdefn;
function* vectors(): Generator<Vector> {
  for (const scalar of [0n, secret])
    for (const [keyPart, part] of small.entries())
      for (const key of spellings(times(scalar).add(part)))
        for (const nonce of [0n, 0xfedcba0987654321n])
          for (const [noncePart, other] of small.entries())
            for (const r of spellings(times(nonce).add(other))) {
              const k = numberOf(createHash('sha512').update(r).update(key).update(message).digest()) % ORDER;
              const s = littleEndian((nonce + k * scalar) % ORDER);
              const signature = Buffer.concat([r, s]);
              yield { key, signature, keyPart, noncePart, smallNonce: nonce === 0n };
            }
}
const isAdmitted = async (key: Uint8Array): Promise<boolean> => {
  try {
    await importPublic({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') }, 'witness');
    return true;
  } catch (error) {
    if (error instanceof EnvelopeError) return false;
    throw error;
  }
};

describe('pitfall 8: an Ed25519 signature', () => {
  it('is judged alike by every verifier once its key is admitted and its R is not of small order', async () => {
    let [seen, disagree, taken] = [0, 0, 0];
    for (const { key, signature, keyPart, noncePart, smallNonce } of vectors()) {
      seen += 1;
      const here = nodeVerifyEd25519(key, message, signature);
      const withCofactor = ed25519.verify(signature, message, key, { zip215: true });
      if (here !== withCofactor) disagree += 1;
      const clean = keyPart === 0 && (await isAdmitted(key));
      if (!clean) expect(await isAdmitted(key)).toBe(false);
      if (smallNonce) expect(here).toBe(false);
      if (clean && !smallNonce && noncePart === 0) {
        expect([here, withCofactor]).toEqual([true, true]);
        taken += 1;
      } else if (clean) expect(here).toBe(false);
    }
    // The vectors are such that admission is needed: without it the two disagree over most.
    expect({ seen, taken }).toEqual({ seen: 484, taken: 1 });
    expect(disagree).toBeGreaterThan(200);
  });

  it('is none with s of another spelling, of another length, or bent in any octet', () => {
    const { secretKey, publicKey } = ed25519.keygen();
    const signature = ed25519.sign(message, secretKey);
    expect(nodeVerifyEd25519(publicKey, message, signature)).toBe(true);
    const beyond = numberOf(signature.subarray(32)) + ORDER;
    expect(
      nodeVerifyEd25519(publicKey, message, Buffer.concat([signature.subarray(0, 32), littleEndian(beyond)])),
    ).toBe(false);
    for (const length of [0, 32, 63])
      expect(nodeVerifyEd25519(publicKey, message, signature.subarray(0, length))).toBe(false);
    expect(nodeVerifyEd25519(publicKey, message, Buffer.concat([signature, Buffer.alloc(1)]))).toBe(false);
    for (let at = 0; at < 64; at += 1) {
      const bent = Uint8Array.from(signature);
      bent[at] = (bent[at] ?? 0) ^ 1;
      expect(nodeVerifyEd25519(publicKey, message, bent)).toBe(false);
    }
  });
});
