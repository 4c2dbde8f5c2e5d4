import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CLIENT_ASSERTION_TYPE } from '#contracts';
import { generateKey } from '#envelope';
import { SignJWT, importJWK } from 'jose';
import type { JWK } from 'jose';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { open, readKey } from '../tools/sandbox/keys.js';
import { call } from './support/http.js';
import type { Answer } from './support/http.js';
import { TestStack } from './support/stack.js';

jest.setTimeout(60_000);
const AUTHORITY = 'linkoping/omsorgsnamnden';
const NEIGHBOUR = 'linkoping/socialnamnden';
const P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

let delge: TestStack;
let gateway: string;
beforeAll(async () => {
  delge = await TestStack.shared();
  ({ gateway } = delge.sandbox.system(AUTHORITY));
});

const encode = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const ask = (form: Readonly<Record<string, string>>): Promise<Answer> =>
  call(`${gateway}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
const exchange = (assertion: string): Promise<Answer> =>
  ask({ grant_type: 'client_credentials', client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: assertion });

/** What the system would sign; one thing about it changed. */
const assertion = async (
  change: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  signer = AUTHORITY,
): Promise<string> => {
  const { system } = delge.sandbox.system(AUTHORITY);
  const key = readKey(delge.sandbox.system(signer).keyFile);
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: system, sub: system, aud: `${gateway}/oauth2/token`, jti: randomUUID(), iat, exp: iat + 120 };
  const own = readKey(delge.sandbox.system(AUTHORITY).keyFile);
  return new SignJWT({ ...claims, ...change })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: own.kid ?? '', ...header })
    .sign(await importJWK(key, 'ES256'), { crit: { 'x-delge': true } });
};
const resigned = async (change: (signature: Buffer) => string, from = assertion()): Promise<string> => {
  const [header, payload, signature = ''] = (await from).split('.');
  return `${header}.${payload}.${change(Buffer.from(signature, 'base64url'))}`;
};
/** The other signature that verifies wherever this one does: (r, n - s). */
const twin = (signature: Buffer): string => {
  const s = P256 - BigInt(`0x${signature.toString('hex', 32)}`);
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]).toString(
    'base64url',
  );
};
/** RFC 7797: signed as it stands, which a JWT may not be. */
const unencoded = async (): Promise<string> => {
  const { keyFile } = delge.sandbox.system(AUTHORITY);
  const { kid, ...jwk } = readKey(keyFile);
  const [, payload = ''] = (await assertion()).split('.');
  const input = `${encode({ alg: 'ES256', kid, b64: false, crit: ['b64'] })}.${payload}`;
  const key = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};
const used = async (): Promise<string> => {
  const one = await assertion();
  expect((await exchange(one)).status).toBe(200);
  return one;
};
const now = (): number => Math.floor(Date.now() / 1000);

describe('a client assertion', () => {
  it.each<[string, string, () => Promise<string>]>([
    ['B33', 'used before', used],
    ['B25', 'used before, with the other signature', async () => resigned(twin, used())],
    ['B25', 'used before, its signature written in another way', async () => `${await used()}=`],
    ['B22', 'not signed', async () => `${encode({ alg: 'none' })}.${(await assertion()).split('.')[1]}.`],
    [
      'B23',
      'signed with what is public as a secret',
      async () => {
        const { x = '' } = readKey(delge.sandbox.system(AUTHORITY).keyFile);
        const [, payload = ''] = (await assertion()).split('.');
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
        return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(x, 'base64url'));
      },
    ],
    ['B24', 'signed with zeros', async () => resigned(() => Buffer.alloc(64).toString('base64url'))],
    ['B24', 'signed in too few octets', async () => resigned((s) => s.subarray(1).toString('base64url'))],
    [
      'B26',
      'with an extension that is critical and unknown',
      async () => assertion({}, { crit: ['x-delge'], 'x-delge': 1 }),
    ],
    ['B26', 'with its payload not encoded', unencoded],
    [
      'B27',
      'under a key that it brings itself',
      async () => {
        const { privateJwk } = await generateKey('system');
        const { system } = delge.sandbox.system(AUTHORITY);
        const claims = {
          iss: system,
          sub: system,
          aud: `${gateway}/oauth2/token`,
          jti: randomUUID(),
          iat: now(),
          exp: now() + 60,
        };
        return new SignJWT(claims)
          .setProtectedHeader({ alg: 'ES256', jwk: open(privateJwk) as JWK })
          .sign(await importJWK(privateJwk, 'ES256'));
      },
    ],
    ['B28', 'under a key that a path leads to', async () => assertion({}, { kid: '../../keys/system' })],
    ['B28', 'under a key that a query leads to', async () => assertion({}, { kid: "' OR 1=1 --" })],
    ['I6', 'signed by the system of a neighbour', async () => assertion({}, {}, NEIGHBOUR)],
    [
      'I6',
      'under the key id of a neighbour',
      async () => assertion({}, { kid: readKey(delge.sandbox.system(NEIGHBOUR).keyFile).kid }),
    ],
    [
      'I6',
      'about a neighbour',
      async () => {
        const { system } = delge.sandbox.system(NEIGHBOUR);
        return assertion({ iss: system, sub: system });
      },
    ],
    ['I6', 'issued by one and about another', async () => assertion({ iss: delge.sandbox.system(NEIGHBOUR).system })],
    [
      'I6',
      'about a system that is not registered',
      async () => {
        const system = randomUUID();
        return assertion({ iss: system, sub: system });
      },
    ],
    ['B32', 'for another endpoint', async () => assertion({ aud: 'https://elsewhere.example/oauth2/token' })],
    [
      'B32',
      'for another gateway',
      async () => assertion({ aud: `${delge.sandbox.system('fk/forsakringskassan').gateway}/oauth2/token` }),
    ],
    ['B34', 'that has ended', async () => assertion({ iat: now() - 400, exp: now() - 100 })],
    ['B35', 'of the future', async () => assertion({ iat: now() + 200, exp: now() + 300 })],
    ['B35', 'that lasts too long', async () => assertion({ exp: now() + 3600 })],
    ['B35', 'of a time before all times', async () => assertion({ iat: -1 })],
    ['B35', 'of a time past all times', async () => assertion({ iat: 1e300 })],
    ['B35', 'of a time that is a text', async () => assertion({ iat: String(now()) })],
    ['B35', 'that has no time', async () => assertion({ iat: undefined })],
    ['B35', 'that has no end', async () => assertion({ exp: undefined })],
    ['B33', 'that has no id', async () => assertion({ jti: undefined })],
    ['B33', 'with an empty id', async () => assertion({ jti: '' })],
    ['B33', 'with an id as long as a letter', async () => assertion({ jti: 'x'.repeat(129) })],
    ['B28', 'that is no JWT', async () => 'x'],
    ['B4', 'of more than 4096 characters', async () => assertion({ more: 'x'.repeat(4096) })],
  ])('(%s) %s gets the one answer that all get', async (_row, _name, make) => {
    const refused = await exchange(await make());
    const other = await ask({ grant_type: 'password', username: 'a', password: 'b' });
    expect([refused.status, refused.slug]).toEqual([401, 'unauthenticated']);
    expect(refused.text).toBe(other.text);
  });

  it('is used once, however many use it at the same time', async () => {
    const one = await assertion();
    const answers = await Promise.all(Array.from({ length: 10 }, () => exchange(one)));
    expect(answers.map(({ slug }) => slug).sort()).toEqual(['', ...Array.from({ length: 9 }, () => 'unauthenticated')]);
  });

  it('is no access token', async () => {
    const headers = { authorization: `Bearer ${await assertion()}` };
    expect((await call(`${gateway}/v1/referrals`, { headers })).status).toBe(401);
  });
});
