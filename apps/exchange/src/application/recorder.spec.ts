import { describe, expect, it } from '@jest/globals';
import { localSigner } from '#envelope';
import { aWorld } from '#testing';
import type { EntityManager } from 'typeorm';
import { Recorder } from './recorder.js';

describe('what the exchange signs', () => {
  it('names no snapshot of long ago: until a newer one is seen everything waits, and nothing is written', async () => {
    const world = await aWorld();
    const fresh = { id: world.newId, blind: () => Buffer.alloc(32) };
    const recorder = new Recorder(
      () => [localSigner(world.keys.decision)],
      world.environment,
      fresh,
      () => false,
    );
    const untouched = new Proxy({} as EntityManager, {
      get: () => {
        throw new Error('the database was touched');
      },
    });
    await expect(
      recorder.notice(untouched, 'kommunerna', { kind: 'expired' }, world.snapshot, world.clock.now()),
    ).rejects.toMatchObject({ code: 'snapshot' });
  });

  it('is signed by a key that is live in the log it names, and by none when there is none', async () => {
    const world = await aWorld();
    const fresh = { id: world.newId, blind: () => Buffer.alloc(32) };
    const signers = () => [localSigner(world.keys.decision)];
    const recorder = new Recorder(signers, world.environment, fresh, () => true);
    const seen = { query: () => Promise.resolve([]) } as unknown as EntityManager;
    const state = () => recorder.notice(seen, 'kommunerna', { kind: 'expired' }, world.snapshot, world.clock.now());
    expect(await state()).toBeDefined();
    const { kid } = world.keys.decision;
    await world.state({ kind: 'key-revoked', kid, reason: 'compromised' }, world.keys.operators[0]);
    await expect(state()).rejects.toMatchObject({ code: 'live-key' });
  });
});
