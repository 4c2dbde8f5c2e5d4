import { beforeAll, expect, it } from '@jest/globals';
import { generateKey, localSigner, parseErasure, signErasure } from '#envelope';
import type { Snapshot } from '#snapshot';
import { Scene } from '#testing';
import { isErasure } from './erasure.js';
import type { KeysRead } from './ledger-signed.js';

let scene: Scene;
let keys: KeysRead;
let forged: string;
beforeAll(async () => {
  scene = await Scene.create();
  keys = { at: () => Promise.resolve(scene.snapshot), newest: () => scene.snapshot };
  const forger = localSigner({ ...(await generateKey('access')), kid: scene.access.kid });
  forged = await signErasure(forger, parseErasure(scene.act('erasure').entry).erasure);
}, 60_000);

const judged = (entry: string, read = keys, environment = scene.world.environment): ReturnType<typeof isErasure> =>
  isErasure({ index: 0n, entry }, environment, read);

it('is an erasure when the ledger signed it, in this environment', async () => {
  const { entry } = scene.act('erasure');
  await expect(judged(entry)).resolves.toBe(true);
  await expect(judged(entry, keys, 'another')).resolves.toBe(false);
  await expect(judged(forged)).resolves.toBe(false);
  await expect(judged(scene.act('permit').entry)).resolves.toBe(false);
});

it('is none when the key had expired on its day', async () => {
  const { rootBase64 } = scene.snapshot;
  const expired = { rootBase64, on: () => ({ key: () => undefined }) } as unknown as Snapshot;
  await expect(judged(scene.act('erasure').entry, { ...keys, at: () => Promise.resolve(expired) })).resolves.toBe(
    false,
  );
});

it('waits for a keys log that is not read yet, but not for one that a forger names', async () => {
  const behind: KeysRead = { ...keys, at: () => Promise.resolve(undefined) };
  await expect(judged(scene.act('erasure').entry, behind)).resolves.toBe('behind');
  await expect(judged(forged, behind)).resolves.toBe(false);
});

it('waits for a key that nobody knows until the keys log has been read past its day, and goes on', async () => {
  const stranger = localSigner(await generateKey('access'));
  const { erasure } = parseErasure(scene.act('erasure').entry);
  const unknown = await signErasure(stranger, erasure);
  const behind: KeysRead = { ...keys, at: () => Promise.resolve(undefined) };
  const readTo = (day: string): KeysRead => ({ ...behind, hasAllOf: (at) => at < new Date(day) });
  await expect(judged(unknown, behind)).resolves.toBe('behind');
  await expect(judged(unknown, readTo(erasure.at))).resolves.toBe('behind');
  await expect(judged(unknown, readTo('9999-01-01T00:00:00Z'))).resolves.toBe(false);
  // What the ledger itself signed is waited for as long as it takes.
  await expect(judged(scene.act('erasure').entry, readTo('9999-01-01T00:00:00Z'))).resolves.toBe('behind');
});
