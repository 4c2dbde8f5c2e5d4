import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '#persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { DataSource } from 'typeorm';
import { migrations } from '../../apps/exchange/src/persistence/index.js';
import { OwnDatabases } from '../support/databases.js';
import { record } from './results.js';
import { barOf } from './size.js';

jest.setTimeout(120_000);
const LONG_MS = 6_000;
const PAUSE_MS = 10;

class Wider2000000000000 implements MigrationInterface {
  readonly name = 'Wider2000000000000';
  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE exchange.early ADD COLUMN wider text`);
  }
  async down(): Promise<void> {
    return Promise.resolve();
  }
}

describe('a migration under traffic', () => {
  let databases: OwnDatabases;
  let exchange: DataSource;
  beforeAll(async () => {
    databases = await OwnDatabases.deploy('migrating');
    exchange = await databases.connect(databases.urls.operator.exchange, 'exchange');
  });
  afterAll(() => databases.drop());

  it('that waits behind a long transaction keeps nobody behind it waiting for two seconds, and is done in the end', async () => {
    const owner = new URL(databases.urls.operator.exchange);
    [owner.username, owner.password] = ['delge_owner', databases.instance.secret('database-delge_owner')];
    const over = new AbortController();
    const waits: number[] = [];
    const long = exchange.transaction(async (tx) => {
      await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      await tx.query('SELECT count(*) FROM exchange.early');
      await delay(LONG_MS);
    });
    const traffic = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const asked = performance.now();
        await exchange.query('SELECT count(*) FROM exchange.early');
        waits.push(performance.now() - asked);
        await delay(PAUSE_MS);
      }
    };
    const running = Promise.all(Array.from({ length: 4 }, traffic));
    const begun = Date.now();
    const done = await migrate(owner.toString(), 'exchange', [...migrations, Wider2000000000000]);
    const migratedMs = Date.now() - begun;
    await long;
    over.abort();
    await running;
    expect(done).toEqual(['Wider2000000000000']);
    // It did wait for the long one: else this shows nothing.
    expect(migratedMs).toBeGreaterThan(LONG_MS / 2);
    const sorted = waits.toSorted((a, b) => a - b);
    const [longest, p99] = [sorted.at(-1) ?? 0, sorted[Math.floor(sorted.length * 0.99)] ?? 0];
    expect(waits.length).toBeGreaterThan(100);
    expect(longest).toBeLessThan(barOf(2_000));
    expect(p99).toBeLessThan(barOf(1_000));
    record('F34', {
      asked: waits.length,
      'p99 of a query': `${Math.round(p99)} ms`,
      'longest wait': `${Math.round(longest)} ms`,
      'migrated after': `${(migratedMs / 1_000).toFixed(1)} s`,
    });
  });
});
