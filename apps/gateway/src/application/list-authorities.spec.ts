import { beforeAll, describe, expect, it } from '@jest/globals';
import { aGateway, aWorld } from '#testing';
import { ListAuthorities } from './list-authorities.js';

describe('the directory', () => {
  let listing: ListAuthorities;
  beforeAll(async () => {
    const world = await aWorld();
    const { law } = await aGateway(world, 'kommunerna');
    listing = new ListAuthorities(law, world.clock.now);
  });
  const ids = (query: { readonly q?: string; readonly participant?: string }): readonly string[] =>
    listing.list({ limit: 200, ...query }).items.map(({ authority }) => authority);

  it('is found by words of names, ids, numbers and functions, whatever their case, all of which must fit', () => {
    expect(ids({ q: 'FÖRSÄKRINGSKASSAN' })).toEqual(['fk/forsakringskassan']);
    expect(ids({ q: 'linköpings kommun' }).every((id) => id.startsWith('linkoping/'))).toBe(true);
    expect(ids({ q: 'linköpings' })).not.toEqual([]);
    expect(ids({ q: 'linköpings försäkringskassan' })).toEqual([]);
    expect(ids({ participant: 'fk' })).toEqual(['fk/forsakringskassan']);
  });

  it('comes in pages by id, each once', () => {
    const all = ids({});
    const paged: string[] = [];
    for (let after: string | undefined; ;) {
      const { items, next } = listing.list({ limit: 2, ...(after === undefined ? {} : { after }) });
      if (items.length === 0) break;
      paged.push(...items.map(({ authority }) => authority));
      after = next;
    }
    expect(all.length).toBeGreaterThan(2);
    expect(paged).toEqual(all);
    expect(all).toEqual([...all].sort());
  });

  it('names functions, and says who can be sealed to', () => {
    const [fk] = listing.list({ limit: 1, participant: 'fk' }).items;
    expect(fk).toMatchObject({ receives: true, participant: { slug: 'fk' } });
    expect(fk?.functions.map(({ id }) => id)).toContain('kontroll');
  });
});
