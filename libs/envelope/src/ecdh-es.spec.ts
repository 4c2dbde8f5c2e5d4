import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CompactEncrypt, compactDecrypt, compactVerify } from 'jose';
import { concatKdf, decryptWith, encryptTo } from './ecdh-es.js';
import { generateKey, localSigner, privateCryptoKey, publicCryptoKey } from './index.js';
import type { PrivateKey } from './index.js';

const MAX = 900_000;
let key: PrivateKey;
beforeAll(async () => {
  key = await generateKey('sealing');
});

const headerFor = (apu: Uint8Array, apv: Uint8Array) => ({
  alg: 'ECDH-ES',
  enc: 'A256GCM',
  kid: key.kid,
  apu: Buffer.from(apu).toString('base64url'),
  apv: Buffer.from(apv).toString('base64url'),
  crit: ['ctx'],
  ctx: { v: 1 },
});
const opened = (jwe: string, by = key): Buffer | string => {
  try {
    return Buffer.from(decryptWith(by.privateJwk, jwe, MAX));
  } catch {
    return 'refused';
  }
};

describe('the key of a seal', () => {
  it('is that of RFC 7518 appendix C', () => {
    const secret = Buffer.from([
      158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106, 72,
      246, 218, 167, 121, 140, 254, 144, 196,
    ]);
    const parties = { apu: Buffer.from('Alice'), apv: Buffer.from('Bob') };
    expect(concatKdf(secret, { algorithm: 'A128GCM', bits: 128, ...parties }).toString('base64url')).toBe(
      'VqqN6vgjbSBcIijNcacQGg',
    );
  });
});

describe('a seal', () => {
  it('of ours is opened by jose, and of jose by us, whatever is in it and whoever the parties are', async () => {
    const octets = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(
        octets,
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        async (plaintext, apu, apv) => {
          const header = headerFor(apu, apv);
          const { plaintext: theirs } = await compactDecrypt(
            encryptTo(key.jwk, header, plaintext),
            await privateCryptoKey(key),
            {
              keyManagementAlgorithms: ['ECDH-ES'],
              contentEncryptionAlgorithms: ['A256GCM'],
              crit: { ctx: true },
            },
          );
          expect(Buffer.from(theirs)).toEqual(Buffer.from(plaintext));
          const jose = await new CompactEncrypt(plaintext)
            .setProtectedHeader(header)
            .setKeyManagementParameters({ apu, apv })
            .encrypt(await publicCryptoKey(key), { crit: { ctx: true } });
          expect(opened(jose)).toEqual(Buffer.from(plaintext));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of every length about a block, and of a large document, comes back as it was', () => {
    for (const length of [0, 1, 15, 16, 17, 255, 256, 262_144]) {
      const plaintext = randomBytes(length);
      const back = opened(encryptTo(key.jwk, headerFor(Buffer.of(1), Buffer.of(2)), plaintext));
      expect([length, plaintext.equals(Buffer.from(back))]).toEqual([length, true]);
    }
  });

  it('has a key and a nonce of its own each time', () => {
    const seals = Array.from({ length: 50 }, () =>
      encryptTo(key.jwk, headerFor(Buffer.of(1), Buffer.of(2)), Buffer.alloc(32)),
    );
    for (const part of [0, 2, 3, 4]) expect(new Set(seals.map((jwe) => jwe.split('.')[part])).size).toBe(50);
  });

  it('is refused where jose refuses it, and for what it should say and does not', async () => {
    const jwe = encryptTo(key.jwk, headerFor(Buffer.of(1), Buffer.of(2)), Buffer.from('text'));
    const [header = '', , iv = '', body = '', tag = ''] = jwe.split('.');
    const members = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, object>;
    const { epk } = members;
    const zeroes = (octets: number): string => Buffer.alloc(octets).toString('base64url');
    const under = (change: object): string =>
      [Buffer.from(JSON.stringify({ ...members, ...change })).toString('base64url'), '', iv, body, tag].join('.');
    expect(opened(under({}))).toEqual(Buffer.from('text'));
    const twist = (x: string): object => ({ epk: { ...epk, x } });
    const low = [0n, 1n, 2n ** 255n - 20n, 2n ** 255n - 19n, 2n ** 255n - 18n].map((u) =>
      Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse().toString('base64url'),
    );
    for (const bent of [
      ...low.map((x) => under(twist(x))),
      under(twist('AQ')),
      under({ epk: { ...epk, y: zeroes(32) } }),
      under({ epk: { ...epk, crv: 'P-256' } }),
      under({ epk: { ...epk, d: zeroes(32) } }),
      under({ epk: [] }),
      under({ epk: 'x' }),
      under({ apu: 'Ag' }),
      under({ apv: 'Aw' }),
      under({ alg: 'dir' }),
      under({ enc: 'A128GCM' }),
      under({ crit: [] }),
      under({ zip: 'DEF' }),
      [header, 'AA', iv, body, tag].join('.'),
      [header, '', zeroes(12), body, tag].join('.'),
      [header, '', iv.slice(0, 8), body, tag].join('.'),
      [header, '', iv, body, tag.slice(0, 8)].join('.'),
      [header, '', iv, '', tag].join('.'),
      [header, '', iv, body, zeroes(16)].join('.'),
    ])
      expect(opened(bent)).toBe('refused');
    expect(opened(jwe, await generateKey('sealing'))).toBe('refused');
  });
});

describe('a signature', () => {
  it('of ours verifies by jose, with leading zeroes and high bits, of which there are some in five hundred', async () => {
    for (const use of ['manifest', 'witness'] as const) {
      const signing = await generateKey(use);
      const signer = localSigner(signing);
      const seen = new Set<string>();
      for (let n = 0; n < (use === 'manifest' ? 500 : 20); n += 1) {
        const token = await signer.sign('delge-possession+jws', Buffer.from(String(n)), { ctx: { n } });
        const { payload } = await compactVerify(token, await publicCryptoKey(signing), { crit: { ctx: true } });
        expect(Buffer.from(payload).toString()).toBe(String(n));
        seen.add(token.slice(token.lastIndexOf('.')));
      }
      // Under one nonce twice the private key would be plain to see.
      expect(new Set([...seen].map((signature) => signature.slice(0, 44))).size).toBe(seen.size);
    }
  });
});
