import { describe, expect, it } from '@jest/globals';
import { migrations as console } from '../apps/console/src/persistence/index.js';
import { migrations as exchange } from '../apps/exchange/src/persistence/index.js';
import { migrations as gateway } from '../apps/gateway/src/persistence/index.js';
import { migrations as ledger } from '../apps/ledger/src/persistence/index.js';
import { migrations as registry } from '../apps/registry/src/persistence/index.js';
import { faultsOf } from '#persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Merged before there was this rule, and made for empty databases; by the time in their name. */
const BEFORE = 1767900000000;

describe('a migration', () => {
  it.each([
    ['CREATE INDEX i ON exchange.message (at)', 'index-locks'],
    ['CREATE UNIQUE INDEX i ON exchange.message (at)', 'index-locks'],
    ['ALTER TABLE exchange.message ADD COLUMN x text NOT NULL', 'column-not-null'],
    ['ALTER TABLE exchange.message ADD COLUMN x uuid DEFAULT gen_random_uuid()', 'default-rewrites'],
    ['ALTER TABLE exchange.message ADD COLUMN x bigint GENERATED ALWAYS AS IDENTITY', 'default-rewrites'],
    ['ALTER TABLE exchange.message ALTER COLUMN attempt TYPE bigint', 'type-rewrites'],
    ['ALTER TABLE exchange.message ADD CONSTRAINT c CHECK (attempt > 0)', 'check-scans'],
    ['ALTER TABLE exchange.message ADD FOREIGN KEY (x) REFERENCES exchange.y', 'check-scans'],
    ['TRUNCATE exchange.message', 'full-lock'],
    ['ALTER TABLE exchange.message RENAME COLUMN a TO b', 'renames'],
    ['ALTER TABLE exchange.message\n  DROP COLUMN a -- of no use', 'renames'],
  ] as const)('that says %s is refused: %s', (sql, rule) => {
    expect(faultsOf(sql).map((fault) => fault.rule)).toEqual([rule]);
  });

  it.each([
    'CREATE TABLE exchange.x (id int NOT NULL, CHECK (id > 0)); CREATE INDEX i ON exchange.x (id); ALTER TABLE exchange.x ADD COLUMN y int NOT NULL',
    'CREATE INDEX CONCURRENTLY i ON exchange.message (at)',
    'ALTER TABLE exchange.message ADD COLUMN x text',
    `ALTER TABLE exchange.message ADD COLUMN x text NOT NULL DEFAULT ''`,
    'ALTER TABLE exchange.message ADD CONSTRAINT c CHECK (attempt > 0) NOT VALID',
    'ALTER TABLE exchange.message VALIDATE CONSTRAINT c',
    'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ TRUNCATE exchange.message $$',
    '-- ALTER TABLE exchange.message RENAME TO x\nSELECT 1',
  ])('that says %s is taken', (sql) => {
    expect(faultsOf(sql)).toEqual([]);
  });

  it('of ours that makes an index while traffic goes on waits as long as it takes, and leaves its session as it was', async () => {
    const indexing = [console, exchange, gateway, ledger, registry]
      .flat()
      .map((one) => new (one as new () => MigrationInterface)())
      .filter(({ name, transaction }) => transaction === false && Number(/\d+$/.exec(name ?? '')?.[0] ?? 0) > BEFORE);
    expect(indexing).not.toEqual([]);
    for (const migration of indexing)
      for (const failing of [undefined, 'CREATE']) {
        const said: string[] = [];
        const query = (sql: string): Promise<unknown[]> => {
          said.push(sql);
          return failing !== undefined && sql.startsWith(failing)
            ? Promise.reject(new Error(failing))
            : Promise.resolve([]);
        };
        await migration.up({ query } as unknown as QueryRunner).catch(() => undefined);
        expect([said[0], said.at(-1)]).toEqual(['SET lock_timeout = 0', 'RESET lock_timeout']);
      }
  });

  it('of ours keeps no traffic waiting, from now on', async () => {
    const found: string[] = [];
    for (const one of [console, exchange, gateway, ledger, registry].flat()) {
      const migration = new (one as new () => MigrationInterface)();
      if (Number(/\d+$/.exec(migration.name ?? '')?.[0] ?? 0) <= BEFORE) continue;
      const said: string[] = [];
      const query = (sql: string): Promise<unknown[]> => {
        said.push(sql);
        return Promise.resolve([]);
      };
      await migration.up({ query } as unknown as QueryRunner);
      for (const { rule, statement } of faultsOf(said.join(';\n')))
        found.push(`${migration.name}: ${rule}: ${statement}`);
    }
    expect(found).toEqual([]);
  });
});
