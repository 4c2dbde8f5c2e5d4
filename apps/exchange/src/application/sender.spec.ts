import { beforeAll, describe, expect, it } from '@jest/globals';
import { localSigner, parseManifest, parseReceipt, verifyManifest, generateKey } from '#envelope';
import type { Manifest, PrivateKey } from '#envelope';
import { aGateway, aWorld, anExchange, example, forged, outcomeOf, publicJwk, sealed } from '#testing';
import type { Forgery, Sealed, TestExchange, World } from '#testing';
import { readable } from './sender.js';

const reasons = { key: 'manifest-key', signature: 'manifest-signature' } as const;

let world: World;
let exchange: TestExchange;
let genuine: Sealed;
let stranger: PrivateKey;

beforeAll(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  genuine = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
  stranger = await generateKey('manifest');
});

const establish = (text: string, account: string, by = exchange, at = world.clock.now()) => {
  const { manifest, kid } = parseManifest(text);
  const { env, gateway, sender: authority } = manifest;
  const signed = { kid, env, gateway, authority, at };
  return by.senders.establish(signed, account, reasons, (key) => verifyManifest(text, key));
};
const outcome = async (forgery: Forgery, account = 'gw-kommunerna'): Promise<string> => {
  const { manifest } = await forged(world, genuine, forgery);
  return outcomeOf(() => establish(manifest, account));
};
const signedBy = (key: PrivateKey | undefined): Forgery => ({ manifestSigner: localSigner(key as PrivateKey) });

describe('who stands behind a message', () => {
  it('is established by account, key and hosting together', async () => {
    const snapshot = await establish(genuine.manifest, 'gw-kommunerna');
    expect(snapshot.size).toBe(world.snapshot.size);
  });

  it.each<[string, string]>([
    ["another gateway's account", 'gw-myndigheterna'],
    ['the bare name of the gateway', 'kommunerna'],
    ["the exchange's own account", 'exchange'],
    ['no account', ''],
  ])('is not established by %s', async (_, account) => {
    expect(await outcome({}, account)).toBe('account-mismatch');
  });

  it.each<[string, string, () => Forgery]>([
    ['an unknown key', 'manifest-key', () => signedBy(stranger)],
    ["another gateway's key", 'manifest-key', () => signedBy(world.keys.manifests['myndigheterna'])],
    ["its authority's document key", 'manifest-key', () => signedBy(world.keys.documents['linkoping/omsorgsnamnden'])],
    ["its administrator's key", 'manifest-key', () => signedBy(world.keys.administrators['linkoping'])],
    [
      "a key that says it is the gateway's witness key",
      'manifest-key',
      () => signedBy({ ...stranger, kid: world.keys.witnesses['kommunerna']?.kid ?? '' }),
    ],
    [
      'a key that says it is the right one',
      'manifest-signature',
      () => signedBy({ ...stranger, kid: world.keys.manifests['kommunerna']?.kid ?? '' }),
    ],
    ['another environment', 'environment', () => ({ manifest: (m: Manifest) => ({ ...m, env: 'production' }) })],
    [
      'an authority that another gateway hosts',
      'not-hosted',
      () => ({ manifest: (m: Manifest) => ({ ...m, sender: 'fk/forsakringskassan' }) }),
    ],
    [
      'an authority that is not enrolled',
      'not-hosted',
      () => ({ manifest: (m: Manifest) => ({ ...m, sender: 'linkoping/finns-inte' }) }),
    ],
  ])('is not established with %s: %s', async (_, reason, forgery) => {
    expect(await outcome(forgery())).toBe(reason);
  });

  it('is not established for a gateway that uses its own account and key for an authority of another', async () => {
    const forgery: Forgery = {
      ...signedBy(world.keys.manifests['myndigheterna']),
      manifest: (m) => ({ ...m, gateway: 'myndigheterna' }),
    };
    expect(await outcome(forgery, 'gw-myndigheterna')).toBe('not-hosted');
  });
});

describe('the newest snapshot decides', () => {
  it('and is asked for once more before anything is set aside', async () => {
    const own = await aWorld();
    const message = await sealed(own, await aGateway(own, 'kommunerna'), example('01'));
    const lagging = await anExchange(own);
    const fresh = await generateKey('manifest');
    await own.state(
      { kind: 'key-added', holder: 'gateway:kommunerna', use: 'manifest', key: publicJwk(fresh) },
      own.keys.administrators['linkoping'] as PrivateKey,
    );
    const { manifest } = await forged(own, message, signedBy(fresh));
    const snapshot = await establish(manifest, 'gw-kommunerna', lagging);
    expect(snapshot.size).toBe(own.snapshot.size);
  });

  it('so that a revoked key no longer speaks', async () => {
    const own = await aWorld();
    const message = await sealed(own, await aGateway(own, 'kommunerna'), example('01'));
    await own.revoke(own.keys.manifests['kommunerna']?.kid ?? '', 'linkoping');
    const late = await anExchange(own);
    expect(await outcomeOf(() => establish(message.manifest, 'gw-kommunerna', late))).toBe('manifest-key');
  });

  it('so that a stolen key, once it is revoked, chooses no time at which it was not', async () => {
    const own = await aWorld();
    const message = await sealed(own, await aGateway(own, 'kommunerna'), example('01'));
    const key = own.keys.manifests['kommunerna'] as PrivateKey;
    await own.revoke(key.kid, 'linkoping');
    const late = await anExchange(own);
    const now = own.clock.now().getTime();
    for (const ms of [-365 * 86_400_000, -1, 0, 365 * 86_400_000]) {
      const [issuedAt, expiresAt] = [ms, ms + 3_600_000].map((offset) => new Date(now + offset).toISOString());
      const { manifest } = await forged(own, message, {
        ...signedBy(key),
        manifest: (m) => ({ ...m, issuedAt: issuedAt ?? '', expiresAt: expiresAt ?? '' }),
      });
      expect(await outcomeOf(() => establish(manifest, 'gw-kommunerna', late))).toBe('manifest-key');
    }
  });

  it('so that an expired key no longer speaks, from the beginning of its day on', async () => {
    const own = await aWorld();
    const message = await sealed(own, await aGateway(own, 'kommunerna'), example('01'));
    const key = await generateKey('manifest');
    await own.state(
      {
        kind: 'key-added',
        holder: 'gateway:kommunerna',
        use: 'manifest',
        key: publicJwk(key),
        expiresOn: '2027-03-28',
      },
      own.keys.administrators['linkoping'] as PrivateKey,
    );
    const { manifest } = await forged(own, message, signedBy(key));
    const exchange = await anExchange(own);
    // Midnight in Stockholm before the clocks go forward.
    const at = (time: string) => outcomeOf(() => establish(manifest, 'gw-kommunerna', exchange, new Date(time)));
    expect(await at('2027-03-27T22:59:59.999Z')).toBe('accepted');
    expect(await at('2027-03-27T23:00:00.000Z')).toBe('manifest-key');
  });

  it('and while there is none, it waits', async () => {
    const own = await aWorld();
    own.holdKeysAt(0n);
    const blind = await anExchange(own);
    expect(await outcomeOf(() => establish(genuine.manifest, 'gw-kommunerna', blind))).toBe('snapshot');
  });
});

it('what cannot be read is set aside with the reason of its kind, and bugs are thrown on', async () => {
  expect(await outcomeOf(() => readable('receipt-unreadable', () => parseReceipt(genuine.manifest)))).toBe(
    'receipt-unreadable',
  );
  const bug = (): never => {
    throw new TypeError('bug');
  };
  expect(() => readable('receipt-unreadable', bug)).toThrow(TypeError);
});
