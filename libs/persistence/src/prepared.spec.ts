import { expect, it, jest } from '@jest/globals';
import { Client } from 'pg';
import { PreparingClient, preparedName } from './prepared.js';

it('names a statement once, and another otherwise', () => {
  const name = preparedName('SELECT size FROM x WHERE a = $1');
  expect(name).toMatch(/^delge_\d+$/);
  expect(preparedName('SELECT size FROM x WHERE a = $1')).toBe(name);
  expect(preparedName('SELECT size FROM x WHERE b = $1')).not.toBe(name);
});

it.each([
  'SELECT * FROM x WHERE a = $1',
  '\n  SELECT v.* FROM x v WHERE a = $1',
  'SELECT v.a, o.* FROM x v JOIN o USING (a) WHERE a = $1',
  'INSERT INTO x VALUES ($1) RETURNING *',
  'UPDATE x SET a = $1 RETURNING x.*',
])('does not name one whose columns a migration may change: %s', (text) => {
  expect(preparedName(text)).toBeUndefined();
});

it.each([
  'WITH r AS (SELECT * FROM x) SELECT a FROM r WHERE a = $1',
  'SELECT count(*) FROM x WHERE a = $1',
  'SELECT a * 1000 AS ms FROM x WHERE a = $1',
])('names one whose columns stay: %s', (text) => {
  expect(preparedName(text)).toBeDefined();
});

it('names no more than a session should hold', () => {
  for (let n = 0; n < 300; n += 1) preparedName(`SELECT ${n} WHERE a = $1`);
  expect(preparedName('SELECT one more WHERE a = $1')).toBeUndefined();
  expect(preparedName('SELECT size FROM x WHERE a = $1')).toBeDefined();
});

it('makes the plans of a session anew before its 64th statement, its 256th, and so on', async () => {
  const asked: unknown[] = [];
  const answer = (statement: unknown): Promise<void> => Promise.resolve(void asked.push(statement));
  const query = jest.spyOn(Client.prototype, 'query').mockImplementation(answer as never);
  const client = new PreparingClient();
  for (let n = 0; n < 300; n += 1) await client.query('SELECT size FROM x WHERE a = $1', [n]);
  query.mockRestore();
  expect(asked.flatMap((one, at) => (one === 'DISCARD PLANS' ? [at] : []))).toEqual([63, 256]);
});
