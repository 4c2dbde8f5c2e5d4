import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { corpus } from '#testing';
import fc from 'fast-check';
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import type { JWK } from 'jose';
import { verifiesEs256 } from './es256.js';
import { EnvelopeError, generateKey, importPublic, localSigner, parseToken, signingBy } from './index.js';
import type { KeyUse, PrivateKey } from './index.js';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const octets = (value: bigint, length = 32): Buffer => Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex');
const base64url = (value: bigint): string => octets(value).toString('base64url');

const byJose = async (token: string, jwk: JWK): Promise<boolean> =>
  compactVerify(token, await importJWK({ kty: jwk.kty ?? '', crv: jwk.crv, x: jwk.x, y: jwk.y } as JWK, 'ES256'), {
    algorithms: ['ES256'],
  }).then(
    () => true,
    () => false,
  );
const here = (token: string, jwk: JWK): boolean => {
  const end = token.lastIndexOf('.');
  return verifiesEs256(Buffer.from(token.slice(0, end), 'latin1'), Buffer.from(token.slice(end + 1), 'base64url'), jwk);
};

let key: PrivateKey;
let token: string;
const signedWith = (signature: Uint8Array): string =>
  `${token.slice(0, token.lastIndexOf('.'))}.${Buffer.from(signature).toString('base64url')}`;
const raw = (): Buffer => Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');

beforeAll(async () => {
  key = await generateKey('manifest');
  token = await localSigner(key).sign('delge-receipt+jws', Buffer.from('{}'));
});

describe('an ES256 signature', () => {
  const wycheproof = corpus('wycheproof');
  (wycheproof ? it : it.skip)('is judged as Wycheproof does, and as jose', async () => {
    interface Group {
      readonly public?: JWK;
      readonly tests: readonly { readonly tcId: number; readonly jws: unknown; readonly result: string }[];
    }
    const { testGroups } = (wycheproof as NonNullable<typeof wycheproof>).json('json_web_signature_test.json') as {
      readonly testGroups: readonly Group[];
    };
    let seen = 0;
    for (const { public: jwk, tests } of testGroups) {
      if (jwk?.alg !== 'ES256' || jwk.crv !== 'P-256') continue;
      for (const { tcId, jws, result } of tests) {
        if (typeof jws !== 'string') continue;
        const judged = here(jws, jwk);
        // What is no compact JWS of ES256 is refused by the parser before it; here it is that its signature is none.
        const parts = jws.split('.');
        expect([tcId, judged]).toEqual([tcId, result === 'valid']);
        if (parts.length === 3) expect([tcId, judged]).toEqual([tcId, await byJose(jws, jwk)]);
        seen += 1;
      }
    }
    expect(seen).toBe(39);
  });

  it('is judged as jose does at every edge of r and s', async () => {
    const edges = [
      0n,
      1n,
      2n,
      127n,
      128n,
      255n,
      256n,
      ORDER - 1n,
      ORDER,
      ORDER + 1n,
      FIELD,
      2n ** 255n,
      2n ** 256n - 1n,
    ];
    for (const r of edges)
      for (const s of edges) {
        const bent = signedWith(Buffer.concat([octets(r), octets(s)]));
        const judged = await byJose(bent, key.jwk);
        expect([r, s, here(bent, key.jwk), await signingBy(bent, key)]).toEqual([r, s, judged, judged]);
      }
    // pitfall 38: both spellings of a signature are taken, so that nothing may be named by it.
    const [r, s] = [raw().subarray(0, 32), BigInt(`0x${raw().subarray(32).toString('hex')}`)];
    const twin = signedWith(Buffer.concat([r, octets(ORDER - s)]));
    expect([here(twin, key.jwk), await byJose(twin, key.jwk)]).toEqual([true, true]);
    const beyond = signedWith(Buffer.concat([r, octets((s + ORDER) % 2n ** 256n)]));
    expect([here(beyond, key.jwk), await byJose(beyond, key.jwk)]).toEqual([false, false]);
  });

  it('is none of another length, of another key, or over other octets', async () => {
    const signature = raw();
    for (const length of [0, 1, 32, 63, 65, 96, 128]) {
      const bent = signedWith(Buffer.concat([signature, Buffer.alloc(64)]).subarray(0, length));
      expect([length, here(bent, key.jwk), await byJose(bent, key.jwk)]).toEqual([length, false, false]);
      expect(await signingBy(bent, key)).toBe(false);
    }
    expect([here(token, key.jwk), await signingBy(token, key)]).toEqual([true, true]);
    expect(here(token, (await generateKey('manifest')).jwk)).toBe(false);
    expect(here(token.replace('e30', 'e31'), key.jwk)).toBe(false);
    const der = Buffer.from([0x30, 6, 2, 1, 1, 2, 1, 1]);
    expect(here(signedWith(der), key.jwk)).toBe(false);
  });

  it('is judged as jose does, whatever octets stand for it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(63), fc.nat(255), fc.boolean(), fc.nat(40), async (at, octet, fresh, zeroes) => {
        const signature = fresh ? randomBytes(64) : raw();
        signature[at] = octet;
        signature.fill(0, 0, Math.min(zeroes, 31));
        const bent = signedWith(signature);
        expect(here(bent, key.jwk)).toBe(await byJose(bent, key.jwk));
      }),
      { numRuns: 200 },
    );
  });

  it('verifies with leading zeroes and high bits, of which there are some in three hundred', async () => {
    const signer = localSigner(key);
    for (let n = 0; n < 300; n += 1)
      expect(here(await signer.sign('delge-receipt+jws', octets(BigInt(n))), key.jwk)).toBe(true);
  });
});

describe('a public key', () => {
  const imported = async (jwk: JWK, use: KeyUse): Promise<string> => {
    try {
      return (await importPublic(jwk, use)).kid;
    } catch (error) {
      return error instanceof EnvelopeError ? error.code : 'other error';
    }
  };
  /** As jose admits it and names it. */
  const oracle = async (jwk: JWK, alg: string): Promise<string> =>
    importJWK(jwk, alg).then(
      () => calculateJwkThumbprint(jwk, 'sha256'),
      () => 'MALFORMED_KEY',
    );

  it('is admitted and named as jose does', async () => {
    for (const [use, alg] of [
      ['manifest', 'ES256'],
      ['witness', 'Ed25519'],
      ['sealing', 'ECDH-ES'],
    ] as const)
      for (let n = 0; n < 50; n += 1) {
        const { jwk, kid } = await generateKey(use);
        expect(kid).toBe(await oracle(jwk, alg));
        expect(await imported({ ...jwk, kid: 'other', alg, d: 'secret' }, use)).toBe(kid);
      }
  });

  it('is a point of its curve, or refused, as by jose', async () => {
    const { x = '', y = '' } = key.jwk;
    const points: readonly (readonly [string, string])[] = [
      [x, x],
      [y, x],
      [base64url(0n), base64url(0n)],
      [base64url(FIELD), y],
      [x, base64url(FIELD - BigInt(`0x${Buffer.from(y, 'base64url').toString('hex')}`))],
      [base64url(2n ** 256n - 1n), base64url(2n ** 256n - 1n)],
      ...Array.from({ length: 30 }, () => [randomBytes(32).toString('base64url'), y] as const),
    ];
    for (const [px, py] of points) {
      const jwk: JWK = { kty: 'EC', crv: 'P-256', x: px, y: py };
      expect(await imported(jwk, 'manifest')).toBe(await oracle(jwk, 'ES256'));
    }
    expect(await imported({ kty: 'EC', crv: 'P-256', x, y: x }, 'manifest')).toBe('MALFORMED_KEY');
  });
});

describe('a header that was read before', () => {
  it('is judged anew for every type and key that is asked for, and cannot be written to', () => {
    const { header, kid } = parseToken(token, 'delge-receipt+jws');
    expect(parseToken(token, 'delge-receipt+jws').kid).toBe(kid);
    expect(Object.isFrozen(header)).toBe(true);
    expect(() => parseToken(token, 'delge-decision+jws')).toThrow('WRONG_TYPE');
    expect(() => parseToken(token, 'delge-receipt+jws', ['ctx'])).toThrow('FORBIDDEN_HEADER');
  });

  it('says the same as one that was not, for a thousand others between', async () => {
    const before = parseToken(token, 'delge-receipt+jws');
    const end = token.slice(token.indexOf('.'));
    for (let n = 0; n < 1_100; n += 1) {
      const kid = createHash('sha256').update(String(n)).digest('base64url');
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid, typ: 'delge-receipt+jws' })).toString('base64url');
      expect(parseToken(`${header}${end}`, 'delge-receipt+jws').kid).toBe(kid);
      for (const bent of [`${header}=`, `${header}A`, header.slice(0, -1), ` ${header}`])
        expect(() => parseToken(`${bent}${end}`, 'delge-receipt+jws')).toThrow(EnvelopeError);
    }
    expect(parseToken(token, 'delge-receipt+jws')).toEqual(before);
  });
});
