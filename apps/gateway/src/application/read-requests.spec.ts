import { expect, it } from '@jest/globals';
import type { StoredRequest } from './ports/request.js';
import { ReadRequests } from './read-requests.js';

const AT = new Date('2026-11-24T08:00:00.000Z');
const OPEN = [1204, 1205];
/** Requests that were taken back, but for two. */
const all: readonly (StoredRequest & { readonly cursor: string })[] = Array.from({ length: 1300 }, (_, at) => ({
  ...{ id: `${at}`, direction: 'received', from: 'fk/forsakringskassan', to: 'a/b', at: AT, replies: [] },
  ...(OPEN.includes(at) ? {} : { retractedAt: AT }),
  cursor: `1.${at}`,
}));
let looked = 0;
const reading = new ReadRequests(
  {
    list: (_, { after, limit }) => {
      const from = after === undefined ? 0 : Number(after.split('.')[1]) + 1;
      const rows = all.slice(from, from + limit);
      looked += rows.length;
      return Promise.resolve(rows);
    },
    find: () => Promise.resolve(undefined),
    answerBy: () => Promise.resolve(new Map()),
    recorded: () => Promise.resolve(undefined),
    acts: () => Promise.resolve([]),
  },
  () => AT,
);
const page = async (after?: string): Promise<readonly [readonly string[], string | undefined, number]> => {
  looked = 0;
  const place = after === undefined ? {} : { after };
  const { items, next } = await reading.list('a/b', { direction: 'received', open: 'true', limit: 200, ...place });
  return [items.map(({ id }) => id), next, looked];
};

it('looks for open requests at a thousand in one go, and says how far it came', async () => {
  expect(await page()).toEqual([[], '1.999', 1000]);
  expect(await page('1.999')).toEqual([['1204', '1205'], '1.1299', 300]);
  expect(await page('1.1299')).toEqual([[], '1.1299', 0]);
});
