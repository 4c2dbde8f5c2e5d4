import { beforeAll, expect, it } from '@jest/globals';
import { generateKey, localSigner } from '#envelope';
import type { PrivateKey } from '#envelope';
import { aWorld, publicJwk } from '#testing';
import type { World } from '#testing';
import type { Leaf, LogStore } from '../persistence/log.store.js';
import { AccessKey } from './access-key.js';
import { OwnKeys } from './own-keys.js';

let world: World;
let key: PrivateKey;

/** The ledger's own keys log, witnessed up to `size`. */
const accessKey = (signing: PrivateKey, size: () => bigint | undefined): AccessKey => {
  const leaves = (_: string, from: bigint, to: bigint): Promise<readonly Leaf[]> =>
    Promise.resolve(
      world.entries
        .slice(Number(from), Number(to))
        .map((data, at) => ({ index: from + BigInt(at), entryId: '', data: Buffer.from(data) })),
    );
  const keys = new OwnKeys({ leaves } as unknown as LogStore, world.trust);
  const newest = () => {
    const witnessed = size();
    return witnessed === undefined ? undefined : { size: witnessed, note: '' };
  };
  return new AccessKey(
    () => [localSigner(signing)],
    keys,
    { newest },
    () => world.clock.now(),
  );
};

beforeAll(async () => {
  world = await aWorld();
  key = await generateKey('access');
});

it('signs under the newest witnessed keys log that has its key, and under none before or after', async () => {
  const before = world.snapshot.size;
  await world.state(
    { kind: 'key-added', holder: 'ledger', use: 'access', key: publicJwk(key) },
    world.keys.operators[0],
  );
  const added = world.snapshot.size;
  let witnessed: bigint | undefined;
  const access = accessKey(key, () => witnessed);
  expect(await access.missing()).toBe('not-live');
  witnessed = before;
  expect(await access.missing()).toBe('not-live');
  witnessed = added;
  expect((await access.live())?.snapshot.size).toBe(added);
  await world.state({ kind: 'key-revoked', kid: key.kid, reason: 'compromised' }, world.keys.operators[0]);
  expect(await access.missing()).toBeUndefined();
  witnessed = world.snapshot.size;
  expect(await access.missing()).toBe('not-live');
});

it('signs nothing with a key of another holder or use', async () => {
  for (const other of [await generateKey('access'), world.keys.decision]) {
    expect(await accessKey(other, () => world.snapshot.size).missing()).toBe('not-live');
  }
});
