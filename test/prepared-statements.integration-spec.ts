import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { OwnDatabases } from './support/databases.js';

const READ = `SELECT gateway, count(*) AS count FROM exchange.notice WHERE kind = $1 GROUP BY gateway`;
const READ_ALL = `SELECT * FROM exchange.sender_number WHERE sender = $1`;

describe('statements that are prepared once', () => {
  let own: OwnDatabases;
  let db: DataSource;
  beforeAll(async () => {
    own = await OwnDatabases.deploy('prepared');
  });
  afterAll(() => own.drop());
  beforeEach(async () => {
    db = await own.connect(own.urls.operator.exchange, 'exchange');
  });

  /** On one connection. */
  const onOne = async (work: (query: DataSource['query']) => Promise<void>): Promise<void> => {
    const runner = db.createQueryRunner();
    await runner.connect();
    try {
      await work(runner.query.bind(runner) as DataSource['query']);
    } finally {
      await runner.release();
    }
  };
  const prepared = async (query: DataSource['query'], text: string): Promise<number> => {
    const rows = await query<{ statement: string }[]>(`SELECT statement FROM pg_prepared_statements`);
    return rows.filter(({ statement }) => statement === text).length;
  };

  it('are parsed once a connection', () =>
    onOne(async (query) => {
      for (const kind of ['expired', 'discarded', 'expired']) await query(READ, [kind]);
      expect(await prepared(query, READ)).toBe(1);
    }));

  it('go on when a migration adds a column meanwhile, those of all columns included', () =>
    onOne(async (query) => {
      await query(READ, ['expired']);
      await query(READ_ALL, ['a/b']);
      await own.asAdmin(`ALTER TABLE exchange.notice ADD COLUMN later text;
        ALTER TABLE exchange.sender_number ADD COLUMN later text DEFAULT 'x';
        INSERT INTO exchange.sender_number (sender, last) VALUES ('a/b', 1)`);
      expect(await query(READ, ['expired'])).toEqual([]);
      expect(await query(READ_ALL, ['a/b'])).toEqual([{ sender: 'a/b', last: '1', later: 'x' }]);
      expect(await prepared(query, READ_ALL)).toBe(0);
    }));

  it('survive a transaction that failed, before and after they were prepared', () =>
    onOne(async (query) => {
      const other = `${READ} LIMIT $2`;
      await query('BEGIN');
      await expect(query('SELECT 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' });
      await expect(query(other, ['expired', 1])).rejects.toMatchObject({ code: '25P02' });
      await query('ROLLBACK');
      expect(await query(other, ['expired', 1])).toEqual([]);
      await query('BEGIN');
      await query(READ, ['expired']);
      await query('ROLLBACK');
      expect(await query(READ, ['expired'])).toEqual([]);
    }));
});
