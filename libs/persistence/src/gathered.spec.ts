import { expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import type { DataSource } from 'typeorm';
import { Gathered, Octets, octets } from './gathered.js';

interface Item {
  readonly name: string;
}
interface Row {
  readonly n: number;
  readonly name: string;
}
const driver = (code: string): Error =>
  new QueryFailedError('SELECT 1', [], Object.assign(new Error('from the driver'), { code }));

/** A database that says each name back, and fails a statement in which there is one called as an SQLSTATE is. */
const database = () => {
  const asked: string[][] = [];
  const query = (_: string, [json]: [string]): Promise<readonly Row[]> => {
    const rows = JSON.parse(json) as Row[];
    asked.push(rows.map(({ name }) => name));
    const code = rows.find(({ name }) => /^\d{2}\w{3}$/.test(name))?.name;
    return code === undefined ? Promise.resolve(rows.toReversed()) : Promise.reject(driver(code));
  };
  const gathered = new Gathered<Item, Row>({ query: query as unknown as DataSource['query'] }, 'SELECT');
  const ask = (...names: readonly string[]) =>
    Promise.allSettled(names.map(async (name) => (await gathered.ask({ name })).map((row) => row.name)));
  return { asked, ask };
};
const said = (results: readonly PromiseSettledResult<string[]>[]): readonly string[] =>
  results.map((result) => (result.status === 'fulfilled' ? result.value.join() : 'failed'));

it('asks what comes together in one statement, and gives each its own rows', async () => {
  const { asked, ask } = database();
  expect(said(await ask('a', 'b', 'c'))).toEqual(['a', 'b', 'c']);
  expect(said(await ask('d'))).toEqual(['d']);
  expect(asked).toEqual([['a', 'b', 'c'], ['d']]);
});

it('asks each alone when the statement of all fails, so that one harms no other', async () => {
  const { asked, ask } = database();
  expect(said(await ask('a', '22021', 'c'))).toEqual(['a', 'failed', 'c']);
  expect(asked).toEqual([['a', '22021', 'c'], ['a'], ['22021'], ['c']]);
});

it('asks nobody again when the server is away', async () => {
  const { asked, ask } = database();
  expect(said(await ask('a', '57P01', 'c'))).toEqual(['failed', 'failed', 'failed']);
  expect(asked).toHaveLength(1);
});

it('takes no more at a time than one statement should hold', async () => {
  const { asked, ask } = database();
  await ask(...Array.from({ length: 100 }, (_, n) => `${n}`));
  expect(asked.map((names) => names.length)).toEqual([64, 36]);
  await ask('x'.repeat(1_500_000), 'y'.repeat(1_500_000), 'z'.repeat(3_000_000));
  expect(asked.map((names) => names.length)).toEqual([64, 36, 1, 1, 1]);
});

it('puts octets beside the items, and in each where its own are', async () => {
  const asked: (readonly [string, Buffer])[] = [];
  const query = (_: string, values: readonly [string, Buffer]): Promise<readonly Row[]> => {
    asked.push(values);
    return Promise.resolve([]);
  };
  const gathered = new Gathered<object, Row>({ query: query as unknown as DataSource['query'] }, 'SELECT');
  const piece = (...bytes: readonly number[]): Octets => new Octets(Uint8Array.from(bytes));
  await Promise.all([
    gathered.ask({ body: piece(1, 2), of: [{ detail: piece(3) }] }),
    gathered.ask({ body: piece(), name: 'b' }),
    gathered.ask({ body: piece(4, 5, 6) }),
  ]);
  const [[json, beside] = ['', Buffer.alloc(0)]] = asked;
  expect([...beside]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(JSON.parse(json)).toEqual([
    { n: 0, octets_at: 1, body: [0, 2], of: [{ detail: [2, 1] }] },
    { n: 1, octets_at: 4, body: [0, 0], name: 'b' },
    { n: 2, octets_at: 4, body: [0, 3] },
  ]);
});

it('spells octets as PostgreSQL reads them', () => {
  expect(octets(Uint8Array.of(0, 255, 16).subarray(1))).toBe('\\xff10');
});
