import { describe, expect, it } from '@jest/globals';
import { generateKey } from '#envelope';
import type { PrivateKey } from '#envelope';
import type { RevocationReason, Statement } from '#snapshot';
import { aWorld, outcomeOf, publicJwk } from '#testing';
import type { World } from '#testing';
import { requireSuccessor } from './successor.js';

const HOLDER = 'fk/forsakringskassan';

describe('the last key of its holder and use', () => {
  const revoking = (world: World, kid: string, reason: RevocationReason): Promise<string> => {
    const statement = { kind: 'key-revoked', kid, reason } as unknown as Statement;
    return outcomeOf(async () => requireSuccessor(statement, world.snapshot, world.clock.now()));
  };
  const add = async (
    world: World,
    holder: string,
    use: 'sealing' | 'administrator',
    expiresOn?: string,
  ): Promise<PrivateKey> => {
    const key = await generateKey(use);
    const body = { kind: 'key-added', holder, use, key: publicJwk(key) } as const;
    const administrator = world.keys.administrators['fk'] as PrivateKey;
    await world.state({ ...body, ...(expiresOn === undefined ? {} : { expiresOn }) }, administrator);
    return key;
  };

  it('is not superseded by one that has expired', async () => {
    const world = await aWorld();
    const { kid } = world.keys.sealings[HOLDER] as PrivateKey;
    await add(world, HOLDER, 'sealing', '2000-01-01');
    expect(await revoking(world, kid, 'superseded')).toBe('LAST_KEY');
    expect(await revoking(world, kid, 'lost')).toBe('accepted');
    await add(world, HOLDER, 'sealing');
    expect(await revoking(world, kid, 'superseded')).toBe('accepted');
  });

  it("goes for no reason at all when it is an administrator's", async () => {
    const world = await aWorld();
    const { kid } = world.keys.administrators['fk'] as PrivateKey;
    for (const reason of ['superseded', 'compromised', 'lost', 'ended'] as const)
      expect(await revoking(world, kid, reason)).toBe('LAST_KEY');
    await add(world, 'participant:fk', 'administrator');
    expect(await revoking(world, kid, 'compromised')).toBe('accepted');
  });
});
