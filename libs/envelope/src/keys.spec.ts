import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ed25519 } from '@noble/curves/ed25519.js';
import type { JWK } from 'jose';
import { EnvelopeError, generateKey, importPrivate, importPublic } from './index.js';
import type { KeyUse, PrivateKey } from './index.js';

const admitted = async (jwk: JWK, use: KeyUse): Promise<string> => {
  try {
    await ('d' in jwk ? importPrivate(jwk, use) : importPublic(jwk, use));
    return 'admitted';
  } catch (error) {
    if (error instanceof EnvelopeError) return error.code;
    throw error;
  }
};
const FIELD = 2n ** 255n - 19n;
const littleEndian = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse() as Buffer;
const okp = (crv: 'Ed25519' | 'X25519', octets: Uint8Array): JWK => ({
  kty: 'OKP',
  crv,
  x: Buffer.from(octets).toString('base64url'),
});

/** The eight points of small order, made as multiples of one of order eight: that part of a random point which the prime order takes away. */
function torsion(): readonly InstanceType<typeof ed25519.Point>[] {
  const { ORDER } = { ORDER: ed25519.Point.Fn.ORDER };
  for (let y = 2n; ; y += 1n) {
    let point;
    try {
      point = ed25519.Point.fromBytes(littleEndian(y), false);
    } catch {
      continue;
    }
    // L times the point, in two steps: a scalar of this library is below L.
    const small = point.multiplyUnsafe(ORDER - 1n).add(point);
    const multiples = [ed25519.Point.ZERO];
    for (let n = 1; n < 8; n += 1) multiples.push((multiples[n - 1] ?? ed25519.Point.ZERO).add(small));
    if (new Set(multiples.map((one) => one.toHex())).size === 8) return multiples;
  }
}

let keys: Readonly<Record<'document' | 'sealing' | 'witness', PrivateKey>>;
beforeAll(async () => {
  keys = {
    document: await generateKey('document'),
    sealing: await generateKey('sealing'),
    witness: await generateKey('witness'),
  };
});

describe('pitfall 7: an Ed25519 key', () => {
  it('is refused when it is of small order, in every spelling', async () => {
    const points = torsion();
    expect(points.length).toBe(8);
    const spellings = points.flatMap((point) => {
      const octets = Buffer.from(point.toBytes());
      const signed = Buffer.from(octets);
      signed[31] = (signed[31] ?? 0) ^ 0x80;
      const y = BigInt(`0x${Buffer.from(octets).reverse().toString('hex')}`) & (2n ** 255n - 1n);
      const beyond = y + FIELD < 2n ** 255n ? [littleEndian(y + FIELD), littleEndian(y + FIELD + 2n ** 255n)] : [];
      return [octets, signed, ...beyond];
    });
    expect(new Set(spellings.map((octets) => octets.toString('hex'))).size).toBe(14);
    for (const octets of spellings) expect(await admitted(okp('Ed25519', octets), 'witness')).toBe('MALFORMED_KEY');
  });

  it('is refused with a part of small order, and admitted without', async () => {
    const [, ...small] = torsion();
    for (let n = 0; n < 4; n += 1) {
      const point = ed25519.Point.fromBytes(ed25519.keygen().publicKey);
      expect(await admitted(okp('Ed25519', point.toBytes()), 'witness')).toBe('admitted');
      for (const part of small)
        expect(await admitted(okp('Ed25519', point.add(part).toBytes()), 'witness')).toBe('MALFORMED_KEY');
    }
  });

  it('is refused when it is no point, or not in its one spelling', async () => {
    for (let value = FIELD; value < 2n ** 255n; value += 1n)
      for (const sign of [0n, 2n ** 255n])
        expect(await admitted(okp('Ed25519', littleEndian(value + sign)), 'witness')).toBe('MALFORMED_KEY');
    // y = 2 is on no point of the curve.
    expect(await admitted(okp('Ed25519', littleEndian(2n)), 'witness')).toBe('MALFORMED_KEY');
  });
});

describe('pitfall 7: an X25519 key', () => {
  /** u of the points of low order, on the curve and on its twin (RFC 7748 section 6.1). */
  const low = [
    0n,
    1n,
    325606250916557431795983626356110631294008115727848805560023387167927233504n,
    39382357235489614581723060781553021112529911719440698176882885853963445705823n,
    FIELD - 1n,
  ];

  it('is refused when it is of low order or not in its one spelling', async () => {
    for (const u of low)
      for (const value of [u, u + FIELD, u + 2n ** 255n, u + FIELD + 2n ** 255n])
        if (value < 2n ** 256n)
          expect([value, await admitted(okp('X25519', littleEndian(value)), 'sealing')]).toEqual([
            value,
            'MALFORMED_KEY',
          ]);
    const u = BigInt(
      `0x${Buffer.from(keys.sealing.jwk.x ?? '', 'base64url')
        .reverse()
        .toString('hex')}`,
    );
    expect(await admitted(okp('X25519', littleEndian(u + 2n ** 255n)), 'sealing')).toBe('MALFORMED_KEY');
    expect(await admitted(keys.sealing.jwk, 'sealing')).toBe('admitted');
  });

  it('of low order would agree with everyone on zero, and Node refuses to', () => {
    const { privateKey } = generateKeyPairSync('x25519');
    for (const u of low) {
      const publicKey = createPublicKey({ key: { ...okp('X25519', littleEndian(u)) }, format: 'jwk' });
      expect(() => diffieHellman({ privateKey, publicKey })).toThrow();
    }
  });
});

describe('pitfall 5: a key', () => {
  it('is for one use, and says nothing else of itself', async () => {
    const profiles = [
      ['document', 'sig', 'ES256', ['sign'], ['verify'], 'enc', 'ES384', ['verify', 'encrypt']],
      ['witness', 'sig', 'Ed25519', ['sign'], ['verify'], 'enc', 'EdDSA', ['deriveBits']],
      ['sealing', 'enc', 'ECDH-ES', ['deriveBits'], [], 'sig', 'ECDH-ES+A256KW', ['verify']],
    ] as const;
    for (const [use, jwkUse, alg, own, others, otherUse, otherAlg, wrong] of profiles) {
      const key = keys[use];
      const says = { ...key.jwk, use: jwkUse, alg };
      expect(await admitted({ ...says, key_ops: [...others] }, use)).toBe('admitted');
      expect(await admitted({ ...key.privateJwk, use: jwkUse, alg, key_ops: [...own] }, use)).toBe('admitted');
      for (const bent of [
        { ...says, use: otherUse },
        { ...says, alg: otherAlg },
        { ...says, alg: 'none' },
        { ...says, key_ops: [...wrong] },
        { ...says, key_ops: [own[0], own[0]] },
        { ...says, key_ops: own[0] as unknown as string[] },
      ])
        expect([use, bent, await admitted(bent, use)]).toEqual([use, bent, 'MALFORMED_KEY']);
    }
  });

  it('is of the one curve of its use, and of the exact length', async () => {
    for (const use of ['document', 'sealing', 'witness'] as const) {
      for (const other of ['document', 'sealing', 'witness'] as const)
        expect([use, other, await admitted(keys[other].jwk, use)]).toEqual([
          use,
          other,
          use === other ? 'admitted' : 'MALFORMED_KEY',
        ]);
      const { jwk } = keys[use];
      const octets = Buffer.from(jwk.x ?? '', 'base64url');
      for (const x of [
        octets.subarray(1),
        Buffer.concat([octets, Buffer.alloc(1)]),
        Buffer.concat([Buffer.alloc(1), octets]),
      ])
        expect(await admitted({ ...jwk, x: x.toString('base64url') }, use)).toBe('MALFORMED_KEY');
      for (const x of [`${jwk.x}=`, ` ${jwk.x}`, `${jwk.x}\n`])
        expect(await admitted({ ...jwk, x }, use)).toBe('MALFORMED_KEY');
    }
    expect(await admitted({ ...keys.witness.jwk, y: keys.witness.jwk.x ?? '' }, 'witness')).toBe('MALFORMED_KEY');
  });

  it('has two halves that belong together', async () => {
    for (const use of ['document', 'sealing', 'witness'] as const) {
      expect(await admitted(keys[use].privateJwk, use)).toBe('admitted');
      const { privateJwk } = await generateKey(use);
      for (const d of [privateJwk.d ?? '', 'A'.repeat(43)])
        expect([use, await admitted({ ...keys[use].privateJwk, d }, use)]).toEqual([use, 'MALFORMED_KEY']);
    }
  });
});
