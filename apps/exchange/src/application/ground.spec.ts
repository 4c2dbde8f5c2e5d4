import { beforeAll, describe, expect, it } from '@jest/globals';
import { aWorld, anExchange } from '#testing';
import type { TestExchange, World } from '#testing';

describe('a cooperation decision that was committed to', () => {
  let world: World;
  let exchange: TestExchange;
  let id: string;
  beforeAll(async () => {
    world = await aWorld();
    [id = ''] = world.cooperations.keys();
    exchange = await anExchange(world);
  });

  it('and not opened stops a judgement, and is absent for who looks', async () => {
    const opening = world.cooperations.get(id);
    if (opening === undefined) throw new Error('a world without cooperation');
    world.cooperations.delete(id);
    const { law } = exchange;
    await expect(law.cooperation(law.newest(), id)).rejects.toMatchObject({ reason: 'cooperation-not-opened' });
    expect(await law.opened(law.newest(), id)).toBeUndefined();
    world.cooperations.set(id, opening);
    expect(await law.opened(law.newest(), id)).toEqual(opening);
  });
});
