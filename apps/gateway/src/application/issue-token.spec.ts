import { beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_SCOPES, CLIENT_ASSERTION_TYPE } from '#contracts';
import type { TokenRequestDto } from '#contracts';
import { generateKey, localSigner, parseToken, privateCryptoKey } from '#envelope';
import type { PrivateKey } from '#envelope';
import { SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { createHmac } from 'node:crypto';
import { MemorySystemStore, aClock, outcomeOf, uuids } from '#testing';
import { AccessTokens } from '../keys/access-tokens.js';
import { IssueToken } from './issue-token.js';

const SYSTEM = '01930000-0000-7000-8000-00000000aaaa';
const OTHER = '01930000-0000-7000-8000-00000000bbbb';
const ISSUER = 'https://gateway.example';
const AUDIENCE = `${ISSUER}/oauth2/token`;
const [own, foreign, gatewayKey] = await Promise.all([
  generateKey('system'),
  generateKey('system'),
  generateKey('token'),
]);
const REGISTERED = { id: SYSTEM, kid: own.kid };

const clock = aClock();
let systems: MemorySystemStore;
let tokens: AccessTokens;
let issue: IssueToken;
let jti = uuids();

beforeEach(async () => {
  clock.set('2026-11-24T08:00:00.000Z');
  jti = uuids();
  systems = new MemorySystemStore();
  for (const [id, { kid, jwk }] of [
    [SYSTEM, own],
    [OTHER, foreign],
  ] as const) {
    await systems.put({ id, authority: 'linkoping/socialnamnden', kid, jwk, statement: '', statedAt: clock.now() });
  }
  tokens = tokensOf([gatewayKey]);
  issue = await IssueToken.create(systems, tokens, [AUDIENCE, ISSUER], uuids(), clock.now);
});

const seconds = (): number => Math.floor(clock.now().getTime() / 1000);
const claims = (): JWTPayload => ({
  iss: SYSTEM,
  sub: SYSTEM,
  aud: AUDIENCE,
  iat: seconds(),
  exp: seconds() + 60,
  jti: jti(),
});
const signed = async (payload: JWTPayload, key: PrivateKey = own, header: object = {}): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header }).sign(await privateCryptoKey(key));
const request = (client_assertion: string): Partial<TokenRequestDto> => ({
  grant_type: 'client_credentials',
  client_assertion_type: CLIENT_ASSERTION_TYPE,
  client_assertion,
});
const outcome = (assertion: string, change: Partial<TokenRequestDto> = {}) =>
  outcomeOf(() => issue.execute({ ...request(assertion), ...change }));
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a system that proves its key', () => {
  it('gets a token of this gateway, good for ten minutes', async () => {
    const { access_token, token_type, expires_in } = await issue.execute(request(await signed(claims())));
    expect([token_type, expires_in]).toEqual(['Bearer', 600]);
    expect(await tokens.verify(access_token, clock.now())).toEqual({
      system: SYSTEM,
      kid: own.kid,
      scopes: ALL_SCOPES,
    });
    clock.advance(606_000);
    expect(await tokens.verify(access_token, clock.now())).toBeUndefined();
  });

  it('gets the scopes that it asks for of those that it is registered with, and all of them when it asks for none', async () => {
    const scopes = ['referrals:read', 'events:read'] as const;
    await systems.put({ ...(await systems.find(SYSTEM))!, scopes, statedAt: new Date(clock.now().getTime() + 1) });
    const given = async (scope?: string): Promise<readonly string[]> => {
      const asked = { ...request(await signed(claims())), ...(scope === undefined ? {} : { scope }) };
      const { access_token, scope: told } = await issue.execute(asked);
      expect((await tokens.verify(access_token, clock.now()))?.scopes.join(' ')).toBe(told);
      return told.split(' ');
    };
    expect(await given()).toEqual(scopes);
    expect(await given('events:read')).toEqual(['events:read']);
    expect(await given('events:read referrals:read events:read')).toEqual(scopes);
    for (const scope of ['deliveries:read', 'events:read deliveries:read', 'x', '', ' ', 'events:read ', 'Events:read'])
      expect([scope, await outcome(await signed(claims()), { scope })]).toEqual([scope, 'INVALID_SCOPE']);
    expect(await outcome(await signed(claims()), { scope: ['events:read'] as never })).toBe('UNAUTHENTICATED');
    // Who has not shown who it is is told nothing of scopes.
    expect(await outcome(await signed(claims(), foreign), { scope: 'x' })).toBe('UNAUTHENTICATED');
  });

  it('may name the issuer as audience, and itself as client', async () => {
    expect(await outcome(await signed({ ...claims(), aud: ISSUER }))).toBe('accepted');
    expect(await outcome(await signed(claims()), { client_id: SYSTEM })).toBe('accepted');
  });
});

describe('every failure is the same', () => {
  it.each<[string, () => Promise<string> | string]>([
    ["another system's key", () => signed(claims(), foreign)],
    ["another system's key under the own name", () => signed(claims(), { ...foreign, kid: own.kid })],
    ['a system that is not registered', () => signed({ ...claims(), sub: elsewhere, iss: elsewhere })],
    ['a subject that is no id', () => signed({ ...claims(), sub: "' OR 1=1", iss: "' OR 1=1" })],
    ['an issuer other than the subject', () => signed({ ...claims(), iss: OTHER })],
    ["another service's audience", () => signed({ ...claims(), aud: 'https://elsewhere.example' })],
    ['no audience', () => without('aud')],
    ['no issuer', () => without('iss')],
    ['no subject', () => without('sub')],
    ['no expiry', () => without('exp')],
    ['no time of issue', () => without('iat')],
    ['no id', () => without('jti')],
    ['an empty id', () => signed({ ...claims(), jti: '' })],
    ['an id without end', () => signed({ ...claims(), jti: 'x'.repeat(129) })],
    ['an id that is a number', () => signed({ ...claims(), jti: 1 as unknown as string })],
    ['expired', () => signed({ ...claims(), iat: seconds() - 200, exp: seconds() - 61 })],
    ['made too long ago', () => signed({ ...claims(), iat: seconds() - 400, exp: seconds() })],
    ['made in the future', () => signed({ ...claims(), iat: seconds() + 120, exp: seconds() + 180 })],
    ['good for too long', () => signed({ ...claims(), exp: seconds() + 301 })],
    ['not good yet', () => signed({ ...claims(), nbf: seconds() + 120 })],
    ['signed by nothing', () => `${encoded({ alg: 'none', kid: own.kid })}.${encoded(claims())}.`],
    ['signed with the public key as a secret', () => hmac()],
    ['signed with a key that it brings', () => signed(claims(), foreign, { kid: own.kid, jwk: foreign.jwk })],
    ['under no key id', () => signed(claims(), own, { kid: undefined })],
    ['a signature that was changed', async () => `${(await signed(claims())).slice(0, -8)}AAAAAAAA`],
    ['no token', () => 'x'],
    ['a payload that is none', () => `${encoded({ alg: 'ES256', kid: own.kid })}.bnVsbA.AAAA`],
    ['longer than any', async () => `${await signed(claims())}${'A'.repeat(4096)}`],
    ['an access token of this gateway', () => tokens.issue(REGISTERED, jti(), clock.now(), ALL_SCOPES)],
  ])('%s', async (_, make) => {
    expect(await outcome(await make())).toBe('UNAUTHENTICATED');
  });

  it.each<[string, Partial<TokenRequestDto>]>([
    ['another grant', { grant_type: 'password' as 'client_credentials' }],
    ['another kind of assertion', { client_assertion_type: 'saml' }],
    ['another client than the assertion says', { client_id: OTHER }],
  ])('%s', async (_, change) => {
    expect(await outcome(await signed(claims()), change)).toBe('UNAUTHENTICATED');
  });

  it('an assertion that was used before', async () => {
    const assertion = await signed(claims());
    expect(await outcome(assertion)).toBe('accepted');
    expect(await outcome(assertion)).toBe('UNAUTHENTICATED');
    // The same id is another's to use, and used again it is refused also in another assertion.
    const again = { ...claims(), jti: 'once' };
    expect(await outcome(await signed(again))).toBe('accepted');
    expect(await outcome(await signed({ ...again, exp: seconds() + 61 }))).toBe('UNAUTHENTICATED');
    expect(await outcome(await signed({ ...again, iss: OTHER, sub: OTHER }, foreign))).toBe('accepted');
  });

  it('a refused assertion does not use up its id', async () => {
    const payload = claims();
    expect(await outcome(await signed(payload, foreign))).toBe('UNAUTHENTICATED');
    expect(await outcome(await signed(payload))).toBe('accepted');
  });
});

describe('an access token', () => {
  it('without scopes, or with another kind of them, is none', async () => {
    const bare = { ...claims(), iss: ISSUER, aud: ISSUER };
    for (const change of [{}, { scope: ['events:read'] }]) {
      const odd = await signed({ ...bare, ...change }, gatewayKey, { typ: 'at+jwt' });
      expect(await tokens.verify(odd, clock.now())).toBeUndefined();
    }
  });

  it.each<[string, () => Promise<string>]>([
    [
      "of another gateway's key",
      async () => tokensOf([await generateKey('token')]).issue(REGISTERED, jti(), clock.now(), ALL_SCOPES),
    ],
    [
      'of another issuer',
      async () => tokensOf([gatewayKey], 'https://x.example').issue(REGISTERED, jti(), clock.now(), ALL_SCOPES),
    ],
    [
      'that names another issuer, for this audience',
      async () => signed({ ...claims(), iss: 'https://x.example', aud: ISSUER }, gatewayKey, { typ: 'at+jwt' }),
    ],
    ['that is an assertion', () => signed(claims())],
    ['that says nothing of its type', async () => signed({ ...claims(), iss: ISSUER, aud: ISSUER }, gatewayKey)],
  ])('%s lets nobody in', async (_, make) => {
    expect(await tokens.verify(await make(), clock.now())).toBeUndefined();
  });

  it('has one spelling', async () => {
    const token = await tokens.issue(REGISTERED, jti(), clock.now(), ALL_SCOPES);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const carrying = encoded({ alg: 'ES256', kid: gatewayKey.kid, typ: 'at+jwt', jwk: gatewayKey.jwk });
    for (const other of [
      `${token}=`,
      `${token}\n`,
      `${header}.${payload}=.${signature}`,
      `${carrying}.${payload}.${signature}`,
    ])
      expect(await tokens.verify(other, clock.now())).toBeUndefined();
  });

  it('is signed by the newest key, and one of an older key lets in while that is held', async () => {
    const before = await tokens.issue(REGISTERED, jti(), clock.now(), ALL_SCOPES);
    const newer = await generateKey('token');
    const both = tokensOf([newer, gatewayKey]);
    expect(parseToken(await both.issue(REGISTERED, jti(), clock.now(), ALL_SCOPES), 'at+jwt').kid).toBe(newer.kid);
    expect(await both.verify(before, clock.now())).toMatchObject({ system: SYSTEM });
    expect(await tokensOf([newer]).verify(before, clock.now())).toBeUndefined();
  });

  it('that has let somebody in does so no longer than its key is held and its time has not passed', async () => {
    const held = [await generateKey('token'), gatewayKey];
    const own = tokensOf(held);
    const token = await tokens.issue(REGISTERED, jti(), clock.now(), ALL_SCOPES);
    const in10Minutes = new Date(clock.now().getTime() + 610_000);
    const answers = async (at: Date): Promise<readonly (string | undefined)[]> => [
      (await own.verify(token, at))?.system,
      (await own.verify(token, at))?.system,
    ];
    expect(await answers(clock.now())).toEqual([SYSTEM, SYSTEM]);
    expect(await answers(in10Minutes)).toEqual([undefined, undefined]);
    expect(await own.verify(`${token}x`, clock.now())).toBeUndefined();
    held.pop();
    expect(await answers(clock.now())).toEqual([undefined, undefined]);
  });
});

const tokensOf = (keys: readonly PrivateKey[], issuer = ISSUER): AccessTokens =>
  new AccessTokens(() => ({ signers: keys.map(localSigner), keys: [...keys] }), issuer);

const elsewhere = '01930000-0000-7000-8000-00000000cccc';
const without = (name: string): Promise<string> =>
  signed(Object.fromEntries(Object.entries(claims()).filter(([member]) => member !== name)));
const hmac = (): string => {
  const text = `${encoded({ alg: 'HS256', kid: own.kid })}.${encoded(claims())}`;
  return `${text}.${createHmac('sha256', JSON.stringify(own.jwk)).update(text).digest('base64url')}`;
};
