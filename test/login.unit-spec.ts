import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT, decodeJwt, generateKeyPair, exportJWK } from 'jose';
import type { CustomFetch } from 'openid-client';
import {
  LOA_3,
  LOGIN_LIMITS,
  Login,
  LoginCookie,
  LoginError,
  RelyingParty,
  csrfToken,
  isCsrfToken,
  readIssuers,
} from '#login';
import type { Attempt, LoginStore, PinnedIssuer, Session } from '#login';
import { loginFiles, writeLogins } from '../tools/sandbox/identity/clients.js';
import { Visitor } from './support/visitor.js';

// The provider is a process that has to start.
jest.setTimeout(60_000);
const MAIN = join(import.meta.dirname, '../dist/tools/sandbox/identity/main.js');
const APP = 'http://127.0.0.1:9';
const CALLBACK = `${APP}/in`;
const dir = mkdtempSync(join(tmpdir(), 'delge-login-'));
let provider: ChildProcess;
let identity: string;
let issuers: readonly PinnedIssuer[];
let now = Date.now();

beforeAll(async () => {
  const app = {
    service: 'app',
    callback: CALLBACK,
    afterLogout: `${APP}/`,
    issuers: ['linkoping', 'fk'],
    pinned: true,
  };
  await writeLogins(dir, 'http://127.0.0.1:0', [app]);
  // A process of its own: it knows a plain object by its constructor, and jest's realm has another.
  const env = { DELGE_ENVIRONMENT: 'sandbox', PORT: '0', CLIENTS_FILE: loginFiles(dir).clients };
  provider = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface(provider.stdout!), 'line')) as [string];
  identity = line;
  await writeLogins(dir, identity, [app]);
  issuers = await readIssuers(loginFiles(dir).issuers('app'), 'sandbox', {
    redirectUri: CALLBACK,
    postLogoutUri: `${APP}/`,
  });
});
afterAll(async () => {
  const ended = once(provider, 'exit');
  provider.kill();
  await ended;
  rmSync(dir, { recursive: true });
});

/** What an app's tables do. */
class MemoryStore implements LoginStore {
  readonly attempts = new Map<string, Attempt & { readonly endsAt: number }>();
  readonly sessions = new Map<string, Session>();

  async keepAttempt(key: Buffer, attempt: Attempt, endsAt: number, most: number): Promise<void> {
    const [oldest] = this.attempts.keys();
    if (this.attempts.size >= most && oldest !== undefined) this.attempts.delete(oldest);
    this.attempts.set(key.toString('hex'), { ...attempt, endsAt });
  }
  async takeAttempt(key: Buffer, at: number): Promise<Attempt | undefined> {
    const found = this.attempts.get(key.toString('hex'));
    this.attempts.delete(key.toString('hex'));
    return found !== undefined && at < found.endsAt ? found : undefined;
  }
  async keepSession(key: Buffer, session: Session): Promise<void> {
    this.sessions.set(key.toString('hex'), session);
  }
  async session(key: Buffer): Promise<Session | undefined> {
    return this.sessions.get(key.toString('hex'));
  }
  async seen(key: Buffer, seenAt: number): Promise<void> {
    const found = this.sessions.get(key.toString('hex'));
    if (found !== undefined) this.sessions.set(key.toString('hex'), { ...found, seenAt });
  }
  async endSession(key: Buffer): Promise<void> {
    this.sessions.delete(key.toString('hex'));
  }
}

const parties = (fetch?: CustomFetch, change: Partial<PinnedIssuer> = {}, hasOthers = true): RelyingParty[] =>
  issuers.map((settings) => new RelyingParty({ ...settings, ...change }, () => now, hasOthers, fetch));
const login = (store = new MemoryStore(), all = parties()): Login =>
  new Login(
    all,
    store,
    () => now,
    () => randomBytes(32),
  );
const issuer = (name = 'linkoping'): string => `${identity}/${name}`;

/** Begins a login and chooses a person. @returns the secret of the attempt and what the provider sent the browser back with */
const chosen = async (app: Login, person = 'test-hanna', at = issuer(), visitor = new Visitor()) => {
  const { location, attempt } = await app.begin(at, '/utkast?n=1');
  const back = await visitor.choose(location, person);
  return { attempt, back, location, visitor };
};

/** Code of the refusal that a call ends in. */
const refusal = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (error instanceof LoginError) return error.code;
    throw error;
  }
};

/** A provider that lies: claims of its id token changed, signed with its own key or another's. */
const lying = async (
  change: (claims: Record<string, unknown>) => Record<string, unknown>,
  sign: 'own' | 'another' = 'own',
): Promise<CustomFetch> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const own = { ...(await exportJWK(publicKey)), kid: 'lie', use: 'sig', alg: 'ES256' };
  return async (url, init) => {
    const response = await fetch(url, init as RequestInit);
    if (sign === 'own' && url.endsWith('/jwks')) return Response.json({ keys: [own] });
    if (!url.endsWith('/token') || !response.ok) return response;
    const body = (await response.json()) as { id_token: string };
    const changed = change(decodeJwt(body.id_token) as Record<string, unknown>);
    const id_token = await new SignJWT(changed).setProtectedHeader({ alg: 'ES256', kid: 'lie' }).sign(privateKey);
    return Response.json({ ...body, id_token });
  };
};

const fail = (): never => {
  throw new TypeError('fetch failed');
};

/** A provider that does not promise to say in its answer who it is. */
const unsaid: CustomFetch = async (url, init) => {
  const response = await fetch(url, init as RequestInit);
  if (!url.includes('/.well-known/')) return response;
  const metadata = (await response.json()) as object;
  return Response.json({ ...metadata, authorization_response_iss_parameter_supported: false });
};

describe('login', () => {
  test('takes a person in with code, PKCE, state and nonce, and says who they are at their organisation', async () => {
    const app = login();
    const { attempt, back, location } = await chosen(app);
    expect(location.searchParams.get('code_challenge_method')).toBe('S256');
    expect(Buffer.from(location.searchParams.get('state') ?? '', 'base64url').length).toBeGreaterThanOrEqual(16);
    expect(location.searchParams.get('acr_values')).toBe(LOA_3.join(' '));
    const { session, person, returnTo } = await app.finish(attempt, back.searchParams);
    expect(person).toEqual({
      issuer: issuer(),
      subject: 'test-hanna@2120000449',
      name: 'Hanna Testhandläggare',
    });
    expect(returnTo).toBe('/utkast?n=1');
    await expect(app.session(session)).resolves.toMatchObject({ person });
  });

  test('is refused when the state is another', async () => {
    const app = login();
    const { attempt, back } = await chosen(app);
    back.searchParams.set('state', randomBytes(32).toString('base64url'));
    await expect(refusal(app.finish(attempt, back.searchParams))).resolves.toBe('LOGIN_STATE');
  });

  test('is refused when the browser did not begin it', async () => {
    const app = login();
    const { back } = await chosen(app);
    await expect(refusal(app.finish(undefined, back.searchParams))).resolves.toBe('LOGIN_NOT_BEGUN');
    await expect(refusal(app.finish('x'.repeat(43), back.searchParams))).resolves.toBe('LOGIN_NOT_BEGUN');
  });

  test('is refused the second time, whether the attempt or the code is played again', async () => {
    const store = new MemoryStore();
    const app = login(store);
    const { attempt, back } = await chosen(app);
    const [[key, kept]] = [...store.attempts] as [[string, Attempt & { readonly endsAt: number }]];
    await app.finish(attempt, back.searchParams);
    await expect(refusal(app.finish(attempt, back.searchParams))).resolves.toBe('LOGIN_NOT_BEGUN');
    store.attempts.set(key, kept);
    await expect(refusal(app.finish(attempt, back.searchParams))).resolves.toBe('LOGIN_CODE');
  });

  test('is refused after ten minutes', async () => {
    const app = login();
    const { attempt, back } = await chosen(app);
    now += 10 * 60_000;
    await expect(refusal(app.finish(attempt, back.searchParams))).resolves.toBe('LOGIN_NOT_BEGUN');
  });

  test("is refused with another issuer's answer, and with another issuer's code", async () => {
    const app = login();
    const one = await chosen(app, 'test-hanna', issuer());
    const other = await chosen(app, 'test-frida', issuer('fk'));
    const mixed = new URLSearchParams(other.back.searchParams);
    mixed.set('state', one.back.searchParams.get('state') ?? '');
    await expect(refusal(app.finish(one.attempt, mixed))).resolves.toBe('LOGIN_ISSUER');
    const again = await chosen(app, 'test-hanna', issuer());
    again.back.searchParams.set('code', other.back.searchParams.get('code') ?? '');
    await expect(refusal(app.finish(again.attempt, again.back.searchParams))).resolves.toBe('LOGIN_CODE');
  });

  test('is refused when the answer does not say whose it is, where there are other issuers', async () => {
    const silent = async (hasOthers: boolean): Promise<string> => {
      const app = login(new MemoryStore(), parties(unsaid, {}, hasOthers));
      const { attempt, back } = await chosen(app);
      expect(back.searchParams.get('iss')).toBe(issuer());
      back.searchParams.delete('iss');
      return refusal(app.finish(attempt, back.searchParams));
    };
    await expect(silent(true)).resolves.toBe('LOGIN_ISSUER');
    await expect(silent(false)).resolves.toBe('none');
  });

  test('is refused at an issuer that is not trusted', async () => {
    await expect(refusal(login().begin(`${identity}/sodertalje`))).resolves.toBe('LOGIN_UNKNOWN_ISSUER');
  });

  test('is refused below the level of assurance asked for', async () => {
    const app = login();
    const { attempt, back } = await chosen(app, 'test-lo');
    await expect(refusal(app.finish(attempt, back.searchParams))).resolves.toBe('LOGIN_ASSURANCE');
  });

  test('is refused when the person does not go through with it', async () => {
    const app = login();
    const { attempt, back } = await chosen(app, 'nobody');
    // An app tells it as cancelled by this.
    await expect(app.finish(attempt, back.searchParams)).rejects.toMatchObject({
      code: 'LOGIN_REFUSED',
      reason: 'access_denied',
    });
  });

  test('is refused for people of another organisation than the one the issuer is pinned to', async () => {
    const app = login(new MemoryStore(), parties(undefined, { organisation: '2120000159' }));
    const { attempt, back } = await chosen(app);
    await expect(refusal(app.finish(attempt, back.searchParams))).resolves.toBe('LOGIN_ORGANISATION');
  });

  test.each<readonly [string, string, (claims: Record<string, unknown>) => Record<string, unknown>]>([
    ['another nonce', 'LOGIN_NONCE', (claims) => ({ ...claims, nonce: 'another' })],
    ['another issuer', 'LOGIN_ISSUER', (claims) => ({ ...claims, iss: issuer('fk') })],
    ['another audience', 'LOGIN_AUDIENCE', (claims) => ({ ...claims, aud: 'another' })],
    ['a second audience', 'LOGIN_AUDIENCE', (claims) => ({ ...claims, aud: ['app', 'another'], azp: 'another' })],
    ['an end in the past', 'LOGIN_EXPIRED', (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 60 })],
    ['no level of assurance', 'LOGIN_ASSURANCE', ({ acr: _, ...claims }) => claims],
    ['no nonce', 'LOGIN_TOKEN', ({ nonce: _, ...claims }) => claims],
    [
      'a personal number for a subject',
      'LOGIN_TOKEN',
      (claims) => ({ ...claims, 'https://id.oidc.se/claim/orgAffiliation': '189001019802@2120000449' }),
    ],
  ])('is refused when the id token has %s', async (_, code, change) => {
    const app = login(new MemoryStore(), parties(await lying(change)));
    const { attempt, back } = await chosen(app);
    await expect(refusal(app.finish(attempt, back.searchParams))).resolves.toBe(code);
  });

  test('is refused when the id token is signed with a key that is not the issuer’s', async () => {
    const app = login(new MemoryStore(), parties(await lying((claims) => claims, 'another')));
    const { attempt, back } = await chosen(app);
    await expect(refusal(app.finish(attempt, back.searchParams))).resolves.toBe('LOGIN_TOKEN');
  });

  test('tells that the issuer is away, and goes on when it is back', async () => {
    let away = true;
    const flaky: CustomFetch = async (url, init) => {
      if (away) throw new TypeError('fetch failed');
      return fetch(url, init as RequestInit);
    };
    const app = login(new MemoryStore(), parties(flaky));
    await expect(refusal(app.begin(issuer()))).resolves.toBe('LOGIN_PROVIDER_AWAY');
    away = false;
    now += 1_000;
    await expect(refusal(app.begin(issuer()))).resolves.toBe('none');
  });

  test.each<readonly [string, () => Response]>([
    ['does not answer', () => fail()],
    ['answers with a fault', () => new Response('', { status: 503 })],
    ['answers with something else', () => new Response('no', { status: 404 })],
  ])('asks an issuer that %s ever more seldom, however many want to log in', async (_, answer) => {
    let asked = 0;
    let away = true;
    const flaky: CustomFetch = async (url, init) => {
      asked += 1;
      return away ? answer() : fetch(url, init as RequestInit);
    };
    const app = login(new MemoryStore(), parties(flaky));
    const flood = () => Promise.all(Array.from({ length: 50 }, () => refusal(app.begin(issuer()))));
    for (const waitMs of [1_000, 2_000, 4_000, 8_000]) {
      const before = asked;
      expect(new Set(await flood())).toEqual(new Set(['LOGIN_PROVIDER_AWAY']));
      now += waitMs - 1;
      await flood();
      expect(asked).toBe(before + 1);
      now += 1;
    }
    away = false;
    await expect(refusal(app.begin(issuer()))).resolves.toBe('none');
    // The other issuer was never kept away by this one.
    expect(await refusal(app.begin(issuer('fk')))).toBe('none');
  });

  test('asks an issuer so much at once and no more, whatever people come back with', async () => {
    let [underWay, most] = [0, 0];
    const held: (() => void)[] = [];
    const slow: CustomFetch = async (url, init) => {
      if (!url.endsWith('/token')) return fetch(url, init as RequestInit);
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((go) => held.push(go));
      underWay -= 1;
      return fetch(url, init as RequestInit);
    };
    const app = login(new MemoryStore(), parties(slow));
    const back = async (): Promise<string> => {
      const { location, attempt } = await app.begin(issuer());
      const answer = { code: 'x', state: location.searchParams.get('state') ?? '', iss: issuer() };
      return refusal(app.finish(attempt, new URLSearchParams(answer)));
    };
    let refused = 0;
    const all = Array.from({ length: 100 }, async () => {
      const code = await back();
      if (code === 'LOGIN_PROVIDER_AWAY') refused += 1;
      // Those that were let through wait until every other has its answer.
      if (refused === 68) held.splice(0).forEach((go) => go());
      return code;
    });
    const codes = await Promise.all(all);
    expect(most).toBe(32);
    expect(codes.filter((code) => code === 'LOGIN_CODE')).toHaveLength(32);
    // A code that is none keeps nobody away.
    await expect(refusal(app.begin(issuer()))).resolves.toBe('none');
  });

  test('keeps so many that were begun and no more, the newest', async () => {
    const store = new MemoryStore();
    const app = new Login(
      parties(),
      store,
      () => now,
      () => randomBytes(32),
      { ...LOGIN_LIMITS, attempts: 3 },
    );
    const first = await app.begin(issuer());
    const others = [];
    for (let n = 0; n < 3; n += 1) {
      now += 1;
      others.push(await app.begin(issuer()));
    }
    expect(store.attempts.size).toBe(3);
    const finish = ({ attempt }: { readonly attempt: string }) => refusal(app.finish(attempt, new URLSearchParams()));
    await expect(finish(first)).resolves.toBe('LOGIN_NOT_BEGUN');
    for (const one of others) await expect(finish(one)).resolves.toBe('LOGIN_STATE');
  });

  test('returns to paths of the app alone', async () => {
    const app = login();
    for (const path of ['//evil.example', '/\\evil.example', 'https://evil.example', '/a\r\nb']) {
      const store = new MemoryStore();
      await login(store).begin(issuer(), path);
      expect([...store.attempts.values()].map(({ returnTo }) => returnTo)).toEqual(['/']);
    }
    expect(app.issuers).toEqual([issuer(), issuer('fk')]);
  });
});

describe('a session', () => {
  const begun = async (store = new MemoryStore(), before?: string) => {
    const app = login(store);
    const { attempt, back, visitor } = await chosen(app);
    const { session } = await app.finish(attempt, back.searchParams, before);
    return { app, session, store, visitor };
  };

  test('is kept by its hash, and a new login ends the one before', async () => {
    const { app, session, store } = await begun();
    expect([...store.sessions.keys()].join()).not.toContain(Buffer.from(session).toString('hex'));
    const { session: after } = await begun(store, session);
    expect(after).not.toBe(session);
    await expect(app.session(session)).resolves.toBeUndefined();
    await expect(app.session(after)).resolves.toBeDefined();
  });

  test('ends when nobody calls, and whoever calls after eight hours', async () => {
    const idle = await begun();
    now += 30 * 60_000;
    await expect(idle.app.session(idle.session)).resolves.toBeUndefined();
    const busy = await begun();
    const end = now + 8 * 3_600_000;
    while (now + 20 * 60_000 < end) {
      now += 20 * 60_000;
      await expect(busy.app.session(busy.session)).resolves.toBeDefined();
    }
    now = end;
    await expect(busy.app.session(busy.session)).resolves.toBeUndefined();
  });

  test('ends at logout, here and at the issuer, which sends the browser back', async () => {
    const { app, session, visitor } = await begun();
    const end = await app.end(session);
    await expect(app.session(session)).resolves.toBeUndefined();
    const page = await visitor.ask(end!);
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(await page.text()) ?? [];
    const body = new URLSearchParams({ xsrf, logout: 'yes' });
    const gone = await visitor.ask(`${issuer()}/session/end/confirm`, { method: 'POST', body });
    expect(gone.headers.get('location')).toBe(`${APP}/`);
  });

  test('has a token that no other session has', () => {
    const [one, other] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
    expect(isCsrfToken(one, csrfToken(one))).toBe(true);
    expect(isCsrfToken(one, csrfToken(other))).toBe(false);
    expect(isCsrfToken(one, undefined)).toBe(false);
  });

  test('lies in a cookie that scripts and other sites do not get', () => {
    const cookie = new LoginCookie('delge', true);
    expect(cookie.set('abc')).toBe('__Host-delge=abc; Path=/; HttpOnly; SameSite=Lax; Secure');
    expect(cookie.read('a=b; __Host-delge=abc; delge=evil')).toBe('abc');
    expect(cookie.read('delge=evil')).toBeUndefined();
  });
});

test('the test identity provider refuses to start in production', async () => {
  const env = { DELGE_ENVIRONMENT: 'production', PORT: '0', CLIENTS_FILE: loginFiles(dir).clients };
  const [code] = (await once(spawn(process.execPath, [MAIN], { env, stdio: 'ignore' }), 'exit')) as [number];
  expect(code).toBe(78);
});

describe('the issuers of a file', () => {
  const read = async (change: object, environment = 'sandbox', app = 'https://app.example'): Promise<unknown> => {
    const file = join(dir, 'changed.json');
    const entry = { issuer: 'https://idp.example/a', clientId: 'app', ...change };
    writeFileSync(file, JSON.stringify({ issuers: [entry] }));
    return readIssuers(file, environment, { redirectUri: `${app}/in`, postLogoutUri: app });
  };

  test('are read with what stands there', async () => {
    await expect(read({ participant: 'fk' })).resolves.toMatchObject([{ participant: 'fk', acr: [...LOA_3] }]);
  });

  test.each([
    ['issuer', { issuer: 'http://idp.example' }],
    ['issuer', { issuer: 7 }],
    ['clientId', { clientId: '' }],
    ['organisation', { organisation: '212000-0449' }],
    ['acr', { acr: [] }],
    ['unknown', { secret: 'x' }],
  ])('are refused by the name of the field %s', async (field, change) => {
    await expect(read(change)).rejects.toThrow(field);
  });

  test('are never asked in clear in production', async () => {
    await expect(read({ issuer: 'http://127.0.0.1:9/a' })).resolves.toBeDefined();
    await expect(read({ issuer: 'http://127.0.0.1:9/a' }, 'production')).rejects.toThrow('issuer');
  });

  test('send nobody back in clear in production', async () => {
    await expect(read({}, 'production')).resolves.toBeDefined();
    await expect(read({}, 'production', APP)).rejects.toThrow('PUBLIC_URL');
    await expect(read({}, 'sandbox', APP)).resolves.toBeDefined();
  });
});
