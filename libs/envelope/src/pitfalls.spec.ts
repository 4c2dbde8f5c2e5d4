import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonValue } from '#json';
import fc from 'fast-check';
import { CompactEncrypt, CompactSign, EncryptJWT, GeneralEncrypt, GeneralSign } from 'jose';
import {
  EnvelopeError,
  generateKey,
  localOpener,
  localSigner,
  messageIdOf,
  parseManifest,
  parseToken,
  privateCryptoKey,
  publicCryptoKey,
  sealDocument,
  sha256Base64url,
  unsealDocument,
  verifyDocument,
  verifyToken,
} from './index.js';
import type { Context, PrivateKey, SealedDocument } from './index.js';

/**
 * What goes wrong with tokens, by number: 1 to 16 and 38 of the list that this library was built against. Each has its test here, or where it can be
 * tested whole; the last test of this file fails when one has none.
 */
const elsewhere: Readonly<Record<number, readonly string[]>> = {
  1: ['libs/envelope/src/wycheproof.spec.ts'],
  2: ['libs/json/src/json.spec.ts'],
  4: ['test/token-types.unit-spec.ts'],
  5: ['libs/envelope/src/wycheproof.spec.ts', 'libs/envelope/src/keys.spec.ts'],
  7: ['libs/envelope/src/keys.spec.ts'],
  8: ['test/ed25519.unit-spec.ts'],
  11: ['apps/gateway/src/application/verify-delivery.spec.ts'],
  12: ['apps/gateway/src/application/verify-delivery.spec.ts'],
  38: ['libs/envelope/src/es256.spec.ts', 'apps/exchange/src/application/known.spec.ts'],
};
const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 38];

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (error instanceof EnvelopeError) return error.code;
    throw error;
  }
};

const context: Context = {
  v: 1,
  env: 'sandbox',
  sender: 'linkoping/socialnamnden',
  recipient: 'fk/forsakringskassan',
  messageId: messageIdOf('linkoping/socialnamnden', '01890000-0000-7000-8000-000000000001', 'fk/forsakringskassan'),
  attempt: 1,
  issuedAt: '2026-11-24T08:00:00.000Z',
  expiresAt: '2026-12-01T08:00:00.000Z',
};
const document = Buffer.from('{"content":"innehåll"}');
let sender: PrivateKey, recipient: PrivateKey;
let sealed: SealedDocument;

beforeAll(async () => {
  [sender, recipient] = await Promise.all([generateKey('document'), generateKey('sealing')]);
  sealed = await sealDocument({ document, context, documentSigner: localSigner(sender), sealingKey: recipient });
});

const open = (jwe: string, as = context): Promise<unknown> => unsealDocument(jwe, as, localOpener(recipient));
const verify = (jws: string, as = context): Promise<unknown> => verifyDocument(jws, as, sender);
type Members = Readonly<Record<string, JsonValue>>;
const headerOf = (token: string): Members =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Members;
const without = (members: Members, ...names: readonly string[]): Members =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
const encoded = (text: string): string => Buffer.from(text).toString('base64url');

/** Signs under any header: what a party with a good key and bad intent can do. */
const signed = async (header: Members, payload: Uint8Array = document): Promise<string> =>
  new CompactSign(payload)
    .setProtectedHeader(header as { alg: string })
    .sign(await privateCryptoKey(sender), { crit: { ctx: true, other: true } });
/** Seals under any header; with another `apu` or `apv` the key is agreed on with it, as a dishonest sender would. */
const sealedUnder = async (header: Members, plaintext = sealed.jws): Promise<string> => {
  const party = (name: string): Uint8Array => Buffer.from(header[name] as string, 'base64url');
  return new CompactEncrypt(Buffer.from(plaintext))
    .setProtectedHeader(without(header, 'epk') as { alg: string; enc: string })
    .setKeyManagementParameters({
      ...('apu' in header ? { apu: party('apu') } : {}),
      ...('apv' in header ? { apv: party('apv') } : {}),
    })
    .encrypt(await publicCryptoKey(recipient), { crit: { ctx: true, other: true } });
};

it('takes what these tests begin with', async () => {
  expect(await codeOf(() => open(sealed.jwe))).toBe('accepted');
  expect(await codeOf(() => verify(sealed.jws))).toBe('accepted');
  const jwe = await sealedUnder(headerOf(sealed.jwe));
  expect(await codeOf(() => open(jwe))).toBe('accepted');
  expect(await codeOf(async () => verify(await signed(headerOf(sealed.jws))))).toBe('accepted');
});

describe('pitfall 1: many strings, one token', () => {
  it('is refused with any one character changed, put in or left out', async () => {
    const unit = fc.constantFrom(...'ABab01-_.=+/ \n\t\u0000é');
    const kind = fc.constantFrom('change', 'insert', 'remove');
    const bent = (token: string, at: number, one: string, how: string): string =>
      token.slice(0, at) + (how === 'remove' ? '' : one) + token.slice(how === 'insert' ? at : at + 1);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.jws.length - 1), unit, kind, async (at, one, how) => {
        const changed = bent(sealed.jws, at, one, how);
        if (changed !== sealed.jws) expect(await codeOf(() => verify(changed))).not.toBe('accepted');
      }),
      { numRuns: 400 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.jwe.length - 1), unit, kind, async (at, one, how) => {
        const changed = bent(sealed.jwe, at, one, how);
        if (changed !== sealed.jwe) expect(await codeOf(() => open(changed))).not.toBe('accepted');
      }),
      { numRuns: 200 },
    );
  });

  it('is refused with padding, white space or unused bits in any part', async () => {
    for (const token of [sealed.jws, sealed.jwe]) {
      const parts = token.split('.');
      for (const [at, part] of parts.entries()) {
        const others = [`${part}=`, `${part}==`, `${part}\n`, ` ${part}`, `${part.slice(0, 2)} ${part.slice(2)}`];
        // The last character of a part that does not fill its octets has bits that say nothing.
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        const last = alphabet.indexOf(part.at(-1) ?? 'A');
        if (part.length % 4 > 1) others.push(part.slice(0, -1) + (alphabet[last ^ 1] ?? ''));
        for (const other of others) {
          const bent = parts.with(at, other).join('.');
          expect(await codeOf(() => (parts.length === 3 ? verify(bent) : open(bent)))).toBe('MALFORMED_TOKEN');
        }
      }
    }
  });
});

it('pitfall 2: a header member given twice, or a header of another spelling, is refused', async () => {
  const [header = '', ...rest] = sealed.jws.split('.');
  const text = Buffer.from(header, 'base64url').toString();
  const [sealHeader = '', ...sealRest] = sealed.jwe.split('.');
  const sealText = Buffer.from(sealHeader, 'base64url').toString();
  for (const bend of [
    (one: string): string => one.replace('{', '{"alg":"none",'),
    (one: string): string => one.replace(/}$/, ',"alg":"ES256"}'),
    (one: string): string => one.replace('"alg"', String.raw`"\u0061lg"`),
    (one: string): string => one.replace(':', ': '),
    (one: string): string => `${one} `,
    (one: string): string => `\ufeff${one}`,
    (one: string): string => one.replace('"v":1', '"v":1.0'),
  ]) {
    expect(await codeOf(() => verify([encoded(bend(text)), ...rest].join('.')))).toBe('MALFORMED_TOKEN');
    expect(await codeOf(() => open([encoded(bend(sealText)), ...sealRest].join('.')))).toBe('MALFORMED_TOKEN');
  }
  for (const text of ['[]', 'null', '"ES256"', '1', '', '{', '{"alg":"ES256"']) {
    expect(await codeOf(() => verify([encoded(text), ...rest].join('.')))).toBe('MALFORMED_TOKEN');
  }
});

describe('pitfall 3: a critical header', () => {
  it('is demanded, by name and by value, though a generic library takes a token without', async () => {
    const own = headerOf(sealed.jws);
    for (const header of [
      without(own, 'crit', 'ctx'),
      without(own, 'crit'),
      { ...own, crit: ['ctx', 'other'], other: 1 },
      { ...own, crit: ['other'], other: 1 },
      { ...without(own, 'ctx'), crit: ['other'], other: 1 },
    ])
      expect(await codeOf(async () => verify(await signed(header)))).toBe('FORBIDDEN_HEADER');
    const seal = headerOf(sealed.jwe);
    for (const header of [
      without(seal, 'crit', 'ctx'),
      without(seal, 'crit'),
      { ...seal, crit: ['ctx', 'other'], other: 1 },
      { ...without(seal, 'ctx'), crit: ['other'], other: 1 },
    ])
      expect(await codeOf(async () => open(await sealedUnder(header)))).toBe('FORBIDDEN_HEADER');
  });

  it('stands on no token that has none', async () => {
    const ctx = { ...context };
    const receipt = { alg: 'ES256', kid: sender.kid, typ: 'delge-receipt+jws', crit: ['ctx'], ctx };
    expect(await codeOf(async () => verifyToken(await signed(receipt), 'delge-receipt+jws', sender))).toBe(
      'FORBIDDEN_HEADER',
    );
  });
});

it('pitfall 4: a token is of the one type that is asked for, whatever it carries', async () => {
  const own = headerOf(sealed.jws);
  for (const typ of ['delge-manifest+jws', 'JWT', 'delge-document+JWS', 'application/delge-document+jws', undefined])
    expect(
      await codeOf(async () => verify(await signed(typ === undefined ? without(own, 'typ') : { ...own, typ }))),
    ).toBe('WRONG_TYPE');
  expect(await codeOf(() => parseManifest(sealed.jws))).toBe('WRONG_TYPE');
  const seal = headerOf(sealed.jwe);
  for (const change of [{ typ: 'JWE' }, { cty: 'delge-note' }, { cty: 'delge-manifest+jws' }])
    expect(await codeOf(async () => open(await sealedUnder({ ...seal, ...change })))).toBe('WRONG_TYPE');
  // A document's `cty` is its seal's; on the token itself it has no meaning, and what has no meaning is refused.
  expect(await codeOf(async () => verify(await signed({ ...own, cty: 'json' })))).toBe('FORBIDDEN_HEADER');
});

it('pitfall 5: the algorithm is of our choosing, and no key comes with the token', async () => {
  const own = headerOf(sealed.jws);
  const [, payload = '', signature = ''] = sealed.jws.split('.');
  const bare = (header: Members, end = signature): string => `${encoded(JSON.stringify(header))}.${payload}.${end}`;
  for (const alg of ['none', 'NONE', 'HS256', 'ES384', 'ES256K', 'EdDSA', 'Ed25519', 'RS256', '', 'es256'])
    expect(await codeOf(() => verify(bare({ ...own, alg })))).toBe('WRONG_ALGORITHM');
  expect(await codeOf(() => verify(bare({ ...own, alg: 'none' }, '')))).toBe('WRONG_ALGORITHM');
  expect(await codeOf(() => verify(bare(own, '')))).toBe('MALFORMED_TOKEN');
  for (const [name, value] of Object.entries({
    jwk: { ...sender.jwk } as Members,
    jku: 'https://example.com/jwks.json',
    x5u: 'https://example.com/x5u',
    x5c: ['MIIB'],
    x5t: 'AA',
    'x5t#S256': 'AA',
    b64: true,
  })) {
    expect(await codeOf(async () => verify(await signed({ ...own, [name]: value })))).toBe('FORBIDDEN_HEADER');
    expect(await codeOf(() => open(`${encoded(JSON.stringify({ ...headerOf(sealed.jwe), [name]: value }))}....`))).toBe(
      'FORBIDDEN_HEADER',
    );
  }
  const seal = headerOf(sealed.jwe);
  const [, ...rest] = sealed.jwe.split('.');
  for (const change of [
    { alg: 'dir' },
    { alg: 'ECDH-ES+A256KW' },
    { alg: 'RSA1_5' },
    { enc: 'A128GCM' },
    { enc: 'A256CBC-HS512' },
  ])
    expect(await codeOf(() => open([encoded(JSON.stringify({ ...seal, ...change })), ...rest].join('.')))).toBe(
      'WRONG_ALGORITHM',
    );
});

it('pitfall 6: a token names its key by thumbprint, and the key that is found must be that one', async () => {
  const own = headerOf(sealed.jws);
  const other = await generateKey('document');
  for (const kid of [undefined, '', 'key-1', other.kid, `${sender.kid}=`, 1, null, [sender.kid]]) {
    const header = kid === undefined ? without(own, 'kid') : { ...own, kid };
    expect(await codeOf(async () => verify(await signed(header)))).toBe('WRONG_KEY');
    const seal = headerOf(sealed.jwe);
    const sealHeader = kid === undefined ? without(seal, 'kid') : { ...seal, kid };
    expect(['WRONG_KEY', 'FORBIDDEN_HEADER']).toContain(await codeOf(async () => open(await sealedUnder(sealHeader))));
  }
});

it('pitfall 9: nothing is inflated', async () => {
  const seal = headerOf(sealed.jwe);
  const bomb = await new CompactEncrypt(Buffer.alloc(100_000))
    .setProtectedHeader({ ...without(seal, 'epk'), zip: 'DEF' } as unknown as { alg: string; enc: string })
    .encrypt(await publicCryptoKey(recipient), { crit: { ctx: true } });
  expect(await codeOf(() => open(bomb))).toBe('FORBIDDEN_HEADER');
  // Nor by whoever asks the opener past our reading of the header.
  expect(await codeOf(() => localOpener(recipient).open(bomb))).toBe('NOT_OPENED');
});

describe('pitfall 10: each of the three contexts', () => {
  const changes: readonly Members[] = [
    { v: 2 },
    { env: 'production' },
    { sender: 'uppsala/socialnamnden' },
    { recipient: 'skv/skatteverket' },
    { messageId: '01890000-0000-7000-8000-000000000009' },
    { attempt: 2 },
    { issuedAt: '2026-11-24T08:00:00.001Z' },
    { expiresAt: '2026-12-01T08:00:00.001Z' },
    { extra: 1 },
  ];

  it.each(changes)('is held against what it must say: %j', async (change) => {
    const ctx = { ...context, ...change };
    expect(await codeOf(async () => verify(await signed({ ...headerOf(sealed.jws), ctx })))).toBe('WRONG_CONTEXT');
    expect(await codeOf(async () => open(await sealedUnder({ ...headerOf(sealed.jwe), ctx })))).toBe('WRONG_CONTEXT');
  });

  it('of the key agreement is held against it too', async () => {
    const seal = headerOf(sealed.jwe);
    for (const change of [
      { apu: encoded('uppsala/socialnamnden') },
      { apu: '' },
      { apv: sha256Base64url('other') },
      { apu: seal['apv'] as string, apv: seal['apu'] as string },
    ])
      expect(await codeOf(async () => open(await sealedUnder({ ...seal, ...change })))).toBe('WRONG_CONTEXT');
    for (const name of ['apu', 'apv'])
      expect(await codeOf(async () => open(await sealedUnder(without(seal, name))))).toBe('FORBIDDEN_HEADER');
  });
});

it('pitfall 13: a token is compact, and no header is unprotected', async () => {
  const json = await new GeneralSign(document)
    .addSignature(await privateCryptoKey(sender))
    .setProtectedHeader({ alg: 'ES256', kid: sender.kid, typ: 'delge-document+jws' })
    .done()
    .sign();
  const general = await new GeneralEncrypt(Buffer.from(sealed.jws))
    .setProtectedHeader({ enc: 'A256GCM' })
    .addRecipient(await publicCryptoKey(recipient))
    .setUnprotectedHeader({ alg: 'ECDH-ES+A256KW' })
    .done()
    .encrypt();
  const [one] = json.signatures;
  for (const text of [JSON.stringify(json), JSON.stringify({ ...one, payload: json.payload }), '', '.', '..', '...'])
    expect(await codeOf(() => verify(text))).toBe('MALFORMED_TOKEN');
  for (const text of [JSON.stringify(general), '', '....', '.....']) {
    expect(await codeOf(() => open(text))).toBe('MALFORMED_TOKEN');
  }
  for (const bent of [`${sealed.jws}.`, `.${sealed.jws}`, `${sealed.jws}.${sealed.jws}`])
    expect(await codeOf(() => verify(bent))).toBe('MALFORMED_TOKEN');
});

describe('pitfall 14: size', () => {
  it('is looked at before anything is read', async () => {
    const big = 'A'.repeat(1_000_001);
    for (const text of [big, `${big}.${big}.${big}`, '.'.repeat(1_000_001)]) {
      expect(await codeOf(() => parseToken(text, 'delge-document+jws'))).toBe('TOKEN_TOO_LARGE');
      expect(await codeOf(() => open(text))).toBe('TOKEN_TOO_LARGE');
    }
  });

  it('of a header and of its nesting is bounded too', async () => {
    const [, payload = '', signature = ''] = sealed.jws.split('.');
    const large = encoded(JSON.stringify({ alg: 'ES256', kid: sender.kid, typ: 'a'.repeat(4_000) }));
    expect(await codeOf(() => verify(`${large}.${payload}.${signature}`))).toBe('TOKEN_TOO_LARGE');
    const deep = encoded(`{"ctx":${'['.repeat(500)}${']'.repeat(500)}}`);
    expect(await codeOf(() => verify(`${deep}.${payload}.${signature}`))).toBe('MALFORMED_TOKEN');
  });
});

it('pitfall 15: whatever keeps a seal from opening has one name', async () => {
  const opener = localOpener(recipient);
  const [header = '', key = '', iv = '', ciphertext = '', tag = ''] = sealed.jwe.split('.');
  const zero = Buffer.alloc(32).toString('base64url');
  const epk = { kty: 'OKP', crv: 'X25519', x: zero };
  const bent = [
    [header, key, iv, ciphertext, Buffer.alloc(16).toString('base64url')],
    [header, key, Buffer.alloc(12).toString('base64url'), ciphertext, tag],
    [header, key, iv, ciphertext.slice(4), tag],
    [header, key, iv, '', tag],
    // A point on which everyone agrees on zero, one of another curve, and none.
    ...[epk, { ...epk, x: 'AQ' }, { ...sender.jwk }, {}, null].map((other) => [
      encoded(JSON.stringify({ ...headerOf(sealed.jwe), epk: other })),
      key,
      iv,
      ciphertext,
      tag,
    ]),
  ].map((parts) => parts.join('.'));
  for (const jwe of bent) {
    expect(await codeOf(() => opener.open(jwe))).toBe('NOT_OPENED');
    expect(await codeOf(() => open(jwe))).toBe('NOT_OPENED');
  }
  const another = localOpener({ ...(await generateKey('sealing')), kid: recipient.kid });
  expect(await codeOf(() => unsealDocument(sealed.jwe, context, another))).toBe('NOT_OPENED');
});

it('pitfall 16: a seal has one recipient, so that no ciphertext opens to two texts', async () => {
  const [header = '', , ...rest] = sealed.jwe.split('.');
  expect(await codeOf(() => open([header, encoded('a wrapped key'), ...rest].join('.')))).toBe('MALFORMED_TOKEN');
  const jwt = await new EncryptJWT({})
    .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: recipient.kid })
    .encrypt(await publicCryptoKey(recipient));
  expect(await codeOf(() => open(jwt))).toBe('MALFORMED_TOKEN');
  // The key is named inside what is authenticated, and mixed into what is agreed on.
  const other = await generateKey('sealing');
  expect(await codeOf(() => unsealDocument(sealed.jwe, context, localOpener(other)))).toBe('WRONG_KEY');
});

it('pitfall 38: the other signature that ECDSA allows is no other message: what is signed names it, and nothing takes its name from a token', async () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const at = sealed.jws.lastIndexOf('.') + 1;
  const raw = Buffer.from(sealed.jws.slice(at), 'base64url').toString('hex');
  const s = (order - BigInt(`0x${raw.slice(64)}`)).toString(16).padStart(64, '0');
  const twin = sealed.jws.slice(0, at) + Buffer.from(raw.slice(0, 64) + s, 'hex').toString('base64url');
  expect(twin).not.toBe(sealed.jws);
  expect(await verify(twin)).toEqual(await verify(sealed.jws));
});

it('each pitfall has its test, here or where the table points', () => {
  const here = readFileSync(new URL(import.meta.url), 'utf8');
  const tested = (number: number): boolean => new RegExp(`(?:it|describe)\\('pitfall ${number}:`).test(here);
  for (const [number, files] of Object.entries(elsewhere))
    for (const file of files) {
      expect([file, existsSync(file)]).toEqual([file, true]);
      expect([file, readFileSync(file, 'utf8').includes(`pitfall ${number}:`)]).toEqual([file, true]);
    }
  expect(numbers.filter((number) => !tested(number) && elsewhere[number] === undefined)).toEqual([]);
});
