import { describe, expect, it } from '@jest/globals';
import { generateKey } from '#envelope';
import type { PrivateKey } from '#envelope';
import { FileKeys, KeyStoreError, emptyContent, withKey } from '#keystore';
import { EventLog } from '#platform';
import { aWorld, keyStore, publicJwk } from '#testing';
import type { World } from '#testing';
import { KeyStore } from '../keys/key-store.js';
import { OwnKeys } from './own-keys.js';

const GATEWAY = 'myndigheterna';
const HOSTED = 'fk/forsakringskassan';

interface Watched {
  readonly own: OwnKeys;
  readonly lines: Record<string, unknown>[];
}
/** @param known size that was judged before the process started */
const watching = (
  world: World,
  known?: bigint,
  gateway = GATEWAY,
  kept: string[] = [],
  keys = world.keys.stores[gateway],
): Watched => {
  const lines: Record<string, unknown>[] = [];
  const log = new EventLog('test', 'info', {
    write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  if (keys === undefined) throw new Error('no such gateway');
  const foreign = {
    kids: () => kept,
    keep: (kid: string) => {
      if (!kept.includes(kid)) kept.push(kid);
      return Promise.resolve();
    },
  };
  return { own: new OwnKeys(keys, log, foreign, known), lines };
};
/** Whoever has the administrator's key, and both operators', enrols a key of somebody else's. */
const thief = async (world: World): Promise<string> => {
  const key = await generateKey('sealing');
  const administrator = world.keys.administrators['fk'];
  if (administrator === undefined) throw new Error('no administrator');
  await world.state({ kind: 'key-added', holder: HOSTED, use: 'sealing', key: publicJwk(key) }, administrator);
  return key.kid;
};

describe('a gateway that reads what the keys log says of its own keys', () => {
  it('has nothing to say of what it was enrolled with, at any gateway', async () => {
    const world = await aWorld();
    for (const { id } of world.directory.gateways) {
      const { own, lines } = watching(world, undefined, id);
      for (let size = 1n; size <= world.snapshot.size; size += 1n) await own.look(world.at(size));
      expect([own.warning(), lines]).toEqual([undefined, []]);
    }
  });

  it('alarms on a sealing key that it does not hold, once, also when it is revoked and the gateway started again, until people have looked', async () => {
    const world = await aWorld();
    const kept: string[] = [];
    const { own, lines } = watching(world, undefined, GATEWAY, kept);
    await own.look(world.snapshot);
    const kid = await thief(world);
    await own.look(world.snapshot);
    await own.look(world.snapshot);
    expect(own.warning()).toBe('not-held');
    expect(lines).toMatchObject([
      { event: 'own-keys.alarm', level: 'error', code: 'not-held', kid, type: 'sealing', authorityId: HOSTED },
    ]);
    const restarted = watching(world, world.snapshot.size);
    await restarted.own.look(world.snapshot);
    expect(restarted.own.warning()).toBe('not-held');
    await world.revoke(kid, 'fk');
    await own.look(world.snapshot);
    expect(own.warning()).toBe('not-held');
    const later = watching(world, world.snapshot.size, GATEWAY, kept);
    await later.own.look(world.snapshot);
    expect(later.own.warning()).toBe('not-held');
    const looked = watching(world, world.snapshot.size);
    await looked.own.look(world.snapshot);
    expect(looked.own.warning()).toBeUndefined();
  });

  it('alarms although its key store cannot be read just then, and lets the keys log be followed', async () => {
    const world = await aWorld();
    const { size } = world.snapshot;
    const kid = await thief(world);
    const source = await FileKeys.of(world.keys.files[GATEWAY] ?? emptyContent);
    source.reload = () => Promise.reject(new KeyStoreError('NOT_FOUND'));
    const { own, lines } = watching(world, size, GATEWAY, [], new KeyStore(GATEWAY, source));
    await own.look(world.snapshot);
    expect(lines).toMatchObject([{ code: 'not-held', kid }]);
  });

  it('goes by the keys of the participants that speak for it and whom it hosts, and looks for none of theirs in its store', async () => {
    const world = await aWorld();
    const { own } = watching(world);
    const operatedBy = world.snapshot.gateway(GATEWAY)?.operatedBy ?? '';
    const concerned = own.concerned(world.snapshot);
    expect([...concerned]).toEqual(expect.arrayContaining([HOSTED, 'participant:fk', `participant:${operatedBy}`]));
    expect([...own.holders(world.snapshot)].filter((holder) => holder.startsWith('participant:'))).toEqual([]);
  });

  it('alarms on one that came and went while it was away', async () => {
    const world = await aWorld();
    const { size } = world.snapshot;
    const kid = await thief(world);
    await world.revoke(kid, 'fk');
    const { own, lines } = watching(world, size);
    await own.look(world.snapshot);
    expect(own.warning()).toBe('not-held');
    expect(lines).toMatchObject([{ code: 'not-held', kid }]);
  });

  it('has nothing to say of a key once it is in the key store', async () => {
    const world = await aWorld();
    const { kid = '' } = world.keys.documents[HOSTED] ?? {};
    const { own } = watching(world, world.snapshot.size, GATEWAY, [kid]);
    await own.look(world.snapshot);
    expect(own.warning()).toBeUndefined();
  });

  it('alarms on the end of a key that it holds', async () => {
    const world = await aWorld();
    const { own, lines } = watching(world);
    const { kid = '' } = world.keys.documents[HOSTED] ?? {};
    await world.revoke(kid, 'fk');
    await own.look(world.snapshot);
    expect(own.warning()).toBe('revoked');
    expect(lines).toMatchObject([{ code: 'revoked', kid, type: 'document', authorityId: HOSTED }]);
  });

  it('has nothing to say of the end of a key once another of its use that it holds is live: so a rotation ends', async () => {
    const world = await aWorld();
    const { content, key: next } = await withKey(
      world.keys.files[GATEWAY] ?? emptyContent,
      HOSTED,
      'sealing',
      new Date(),
    );
    const administrator = world.keys.administrators['fk'] as PrivateKey;
    const key = next.jwk as Readonly<Record<string, string>>;
    await world.state({ kind: 'key-added', holder: HOSTED, use: 'sealing', key }, administrator);
    await world.revoke(world.keys.sealings[HOSTED]?.kid ?? '', 'fk');
    const holding = watching(world, world.snapshot.size, GATEWAY, [], await keyStore(GATEWAY, content));
    await holding.own.look(world.snapshot);
    expect([holding.own.warning(), holding.lines]).toEqual([undefined, []]);
    const { own } = watching(world, world.snapshot.size);
    await own.look(world.snapshot);
    expect(own.warning()).toBe('not-held');
  });

  it('leaves the keys of others to them', async () => {
    const world = await aWorld();
    await thief(world);
    const { own, lines } = watching(world, undefined, 'kommunerna');
    await own.look(world.snapshot);
    expect([own.warning(), lines]).toEqual([undefined, []]);
  });
});
