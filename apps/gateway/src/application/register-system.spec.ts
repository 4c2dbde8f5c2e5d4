import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKey, localSigner } from '#envelope';
import type { PrivateKey } from '#envelope';
import { ALL_SCOPES } from '#contracts';
import { canonicalBytes } from '#json';
import { MemorySystemStore, aGateway, aWorld, outcomeOf, publicJwk } from '#testing';
import type { TestGateway, World } from '#testing';
import { RegisterSystem } from './register-system.js';

const SYSTEM = '01930000-0000-7000-8000-00000000aaaa';
const OTHER = '01930000-0000-7000-8000-00000000bbbb';
const AUTHORITY = 'linkoping/socialnamnden';

let world: World;
let gateway: TestGateway;
let key: PrivateKey;
let store: MemorySystemStore;
let systems: RegisterSystem;

beforeAll(async () => {
  world = await aWorld();
  gateway = await aGateway(world, 'kommunerna');
  key = await generateKey('system');
});

beforeEach(() => {
  store = new MemorySystemStore();
  systems = new RegisterSystem(store, gateway.law, gateway.keys, world.environment, world.clock.now);
});

const statement = (change: object = {}): object => ({
  v: 1,
  env: 'sandbox',
  system: SYSTEM,
  authority: AUTHORITY,
  key: publicJwk(key),
  at: world.clock.now().toISOString(),
  ...change,
});
const administrator = (slug = 'linkoping'): PrivateKey => world.keys.administrators[slug] as PrivateKey;
const signed = (value: object, by = administrator()): Promise<string> =>
  localSigner(by).sign('delge-system+jws', canonicalBytes(value));
const outcome = async (change: object, by?: PrivateKey, id = SYSTEM) => {
  const text = await signed(statement(change), by);
  return outcomeOf(() => systems.execute(id, text));
};

describe("a system's key", () => {
  it("is registered on the word of its participant's administrator", async () => {
    expect(await systems.execute(SYSTEM, await signed(statement()))).toBe('stored');
    expect(await store.find(SYSTEM)).toMatchObject({ authority: AUTHORITY, kid: key.kid, jwk: publicJwk(key) });
  });

  it('is registered once however often the statement comes', async () => {
    const text = await signed(statement());
    expect(await systems.execute(SYSTEM, text)).toBe('stored');
    expect(await systems.execute(SYSTEM, text)).toBe('same');
  });

  it('gives way to a newer one, and never to an older', async () => {
    const newer = await generateKey('system');
    const at = (ms: number): string => new Date(world.clock.now().getTime() + ms).toISOString();
    expect(await outcome({})).toBe('accepted');
    expect(await outcome({ key: publicJwk(newer), at: at(-1000) })).toBe('REGISTRATION_REFUSED');
    expect((await store.find(SYSTEM))?.kid).toBe(key.kid);
    expect(await outcome({ key: publicJwk(newer), at: at(1000) })).toBe('accepted');
    expect((await store.find(SYSTEM))?.kid).toBe(newer.kid);
    // The first statement again does not bring the replaced key back.
    expect(await outcome({})).toBe('REGISTRATION_REFUSED');
    expect((await store.find(SYSTEM))?.kid).toBe(newer.kid);
  });

  it('belongs to one system, and a system to one authority', async () => {
    expect(await outcome({})).toBe('accepted');
    expect(await outcome({ system: OTHER }, undefined, OTHER)).toBe('REGISTRATION_REFUSED');
    expect(await outcome({ authority: 'linkoping/omsorgsnamnden' })).toBe('REGISTRATION_REFUSED');
    expect((await store.find(SYSTEM))?.authority).toBe(AUTHORITY);
  });
});

describe("a system's scopes", () => {
  const scopesAfter = async (change: object): Promise<readonly string[] | string> => {
    world.clock.advance(1);
    const told = await outcome(change);
    return told === 'accepted' ? ((await store.find(SYSTEM))?.scopes ?? []) : told;
  };
  const few = ['events:read', 'deliveries:read'];

  it('are those that the statement names, and all of them when none are named for a new one', async () => {
    expect(await scopesAfter({})).toEqual(ALL_SCOPES);
    expect(await scopesAfter({ scopes: few })).toEqual(['deliveries:read', 'events:read']);
  });

  it('are as before with another key when the statement names none, and widen by a statement alone that says so', async () => {
    await scopesAfter({ scopes: few });
    const next = publicJwk(await generateKey('system'));
    expect(await scopesAfter({ key: next })).toEqual(['deliveries:read', 'events:read']);
    expect(await scopesAfter({ key: next, scopes: ALL_SCOPES })).toEqual(ALL_SCOPES);
  });

  it('do not come back by an older statement', async () => {
    const wide = await signed(statement());
    await systems.execute(SYSTEM, wide);
    await scopesAfter({ scopes: few });
    await outcomeOf(() => systems.execute(SYSTEM, wide));
    expect((await store.find(SYSTEM))?.scopes).toEqual(['deliveries:read', 'events:read']);
  });

  it.each<[string, unknown, string]>([
    ['that do not exist', ['events:read', 'everything'], 'REGISTRATION_REFUSED'],
    ['that are none', [], 'REGISTRATION_REFUSED'],
    ['said twice', ['events:read', 'events:read'], 'REGISTRATION_REFUSED'],
    ['that are no list', 'events:read', 'UNAUTHENTICATED'],
    ['that are no texts', [1], 'UNAUTHENTICATED'],
    ['without end', Array.from({ length: 65 }, () => 'events:read'), 'UNAUTHENTICATED'],
    ['that are nothing', null, 'UNAUTHENTICATED'],
  ])('%s are refused', async (_, scopes, expected) => {
    expect(await outcome({ scopes })).toBe(expected);
    expect(store.systems.size).toBe(0);
  });
});

describe('a system that ends', () => {
  const end = async (change: object = {}, by?: PrivateKey): Promise<string> => {
    world.clock.advance(1);
    const at = world.clock.now().toISOString();
    const text = await signed(
      { v: 1, env: 'sandbox', system: SYSTEM, authority: AUTHORITY, ended: true, at, ...change },
      by,
    );
    return outcomeOf(() => systems.execute(SYSTEM, text));
  };

  it('is let in no more, until a newer statement registers it', async () => {
    const before = await signed(statement({ scopes: ['events:read'] }));
    expect(await systems.execute(SYSTEM, before)).toBe('stored');
    expect(await end()).toBe('accepted');
    expect(await store.find(SYSTEM)).toBeUndefined();
    expect(await outcomeOf(() => systems.execute(SYSTEM, before))).toBe('REGISTRATION_REFUSED');
    expect(await store.find(SYSTEM)).toBeUndefined();
    world.clock.advance(1);
    expect(await outcome({})).toBe('accepted');
    expect(await store.find(SYSTEM)).toMatchObject({ kid: key.kid, scopes: ['events:read'] });
  });

  it('ends once however often the statement comes, and not by one that is older than what is registered', async () => {
    const early = world.clock.now().toISOString();
    world.clock.advance(1);
    await outcome({});
    expect(await end({ at: early })).toBe('REGISTRATION_REFUSED');
    expect((await store.find(SYSTEM))?.kid).toBe(key.kid);
    const at = new Date(world.clock.now().getTime() + 1).toISOString();
    const text = await signed({ v: 1, env: 'sandbox', system: SYSTEM, authority: AUTHORITY, ended: true, at });
    expect(await systems.execute(SYSTEM, text)).toBe('stored');
    expect(await systems.execute(SYSTEM, text)).toBe('same');
  });

  it('keeps its key: no other system gets it', async () => {
    await outcome({});
    await end();
    expect(await outcome({ system: OTHER }, undefined, OTHER)).toBe('REGISTRATION_REFUSED');
  });

  it.each<[string, string, object, string]>([
    ['of another authority', 'REGISTRATION_REFUSED', { authority: 'linkoping/omsorgsnamnden' }, 'linkoping'],
    ["by another participant's administrator", 'UNAUTHENTICATED', {}, 'fk'],
    ['that does not', 'UNAUTHENTICATED', { ended: false }, 'linkoping'],
    ['and says so in words', 'UNAUTHENTICATED', { ended: 'true' }, 'linkoping'],
    ['with a key', 'UNAUTHENTICATED', { key: { kty: 'EC' } }, 'linkoping'],
    ['with scopes', 'UNAUTHENTICATED', { scopes: ['events:read'] }, 'linkoping'],
  ])('%s is refused, and what there is stays', async (_, expected, change, slug) => {
    await outcome({});
    expect(await end(change, administrator(slug))).toBe(expected);
    expect((await store.find(SYSTEM))?.kid).toBe(key.kid);
  });

  it('was registered before', async () => {
    expect(await end()).toBe('REGISTRATION_REFUSED');
  });
});

describe('nobody else may register it, and every failure to show that one may is the same', () => {
  it.each<[string, () => PrivateKey, object]>([
    ["another participant's administrator", () => administrator('fk'), {}],
    ["the participant's jurist", () => world.keys.jurists['linkoping'] as PrivateKey, {}],
    ["the gateway's own manifest key", () => world.keys.manifests['kommunerna'] as PrivateKey, {}],
    ['an operator', () => world.keys.operators[0], {}],
    ['the system itself', () => key, {}],
    ['somebody who says to be the administrator', () => ({ ...key, kid: administrator().kid }), {}],
    [
      'an administrator for an authority that is hosted elsewhere',
      () => administrator('fk'),
      { authority: 'fk/forsakringskassan' },
    ],
    ['an administrator for an authority that does not exist', administrator, { authority: 'linkoping/finns-inte' }],
    ['an administrator in another environment', administrator, { env: 'production' }],
    ['an administrator who says more than is asked', administrator, { role: 'admin' }],
    ['an administrator who names a list of authorities', administrator, { authority: [AUTHORITY] }],
    ['an administrator who names a list of systems', administrator, { system: [SYSTEM] }],
    ['an administrator who gives a list of times', administrator, { at: ['2026-11-24T08:00:00Z'] }],
    ['an administrator who gives no key', administrator, { key: null }],
    ['an administrator who gives a list of keys', administrator, { key: [] }],
    ['an administrator with a time that no calendar has', administrator, { at: '2026-02-30T08:00:00Z' }],
    ['an administrator with a time that no clock has', administrator, { at: '2026-11-24T99:00:00Z' }],
  ])('%s', async (_, by, change) => {
    expect(await outcome(change, by())).toBe('UNAUTHENTICATED');
    expect(store.systems.size).toBe(0);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['no token', () => 'x'],
    [
      'a token of another type',
      () => localSigner(administrator()).sign('delge-statement+jws', canonicalBytes(statement())),
    ],
    ['no JSON', () => localSigner(administrator()).sign('delge-system+jws', Buffer.from('x'))],
    ['a list', () => localSigner(administrator()).sign('delge-system+jws', canonicalBytes([]))],
    ['null', () => localSigner(administrator()).sign('delge-system+jws', canonicalBytes(null))],
    ['a signature that was changed', async () => `${(await signed(statement())).slice(0, -6)}AAAAAA`],
  ])('%s', async (_, make) => {
    const text = await make();
    expect(await outcomeOf(() => systems.execute(SYSTEM, text))).toBe('UNAUTHENTICATED');
  });

  it('an administrator whose key has been revoked', async () => {
    const own = await aWorld();
    const { kid } = own.keys.administrators['linkoping'] as PrivateKey;
    await own.revoke(kid, 'linkoping');
    const { law, keys } = await aGateway(own, 'kommunerna');
    const late = new RegisterSystem(store, law, keys, own.environment, own.clock.now);
    const text = await signed(statement(), own.keys.administrators['linkoping'] as PrivateKey);
    expect(await outcomeOf(() => late.execute(SYSTEM, text))).toBe('UNAUTHENTICATED');
  });
});

describe('what an administrator signed and may not be', () => {
  it.each<[string, object, string?]>([
    ['a system other than that of the path', { system: OTHER }],
    ['a time to come', { at: '2026-11-24T08:01:01.000Z' }],
    ['a key on another curve', { key: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) } }],
    ['a key that is no point', { key: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } }],
    ['no key', { key: {} }],
  ])('%s', async (_, change) => {
    expect(await outcome(change)).toBe('REGISTRATION_REFUSED');
    expect(store.systems.size).toBe(0);
  });

  it('a private key is not kept', async () => {
    expect(await outcome({ key: key.privateJwk })).toBe('accepted');
    expect(JSON.stringify((await store.find(SYSTEM))?.jwk)).not.toContain('"d"');
  });
});
