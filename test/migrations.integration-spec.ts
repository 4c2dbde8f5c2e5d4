import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '#persistence';
import type { Client } from 'pg';
import { migrations as gateway } from '../apps/gateway/src/persistence/index.js';
import { asAdmin, deployDatabases, dropDatabases } from '../tools/deploy/databases.js';
import { record } from './faults/results.js';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(60_000);

describe('deploying databases', () => {
  const own = OwnDatabases.undeployed('migrations');
  const deploy = (): Promise<unknown> => deployDatabases(own.instance, own.admin, own.prefix, ['kommunerna']);
  afterAll(() => own.drop());

  it('runs each migration once when two deploys run at the same time on a database that is there', async () => {
    await dropDatabases(own.admin, own.prefix);
    await deploy();
    const forget = (schema: string): Promise<unknown> =>
      asAdmin(own.admin, `${own.prefix}_operator`, async (db) => {
        await db.query(`DROP SCHEMA ${schema} CASCADE`);
        await db.query(`CREATE SCHEMA ${schema} AUTHORIZATION delge_owner`);
      });
    await forget('registry');
    const began = performance.now();
    await expect(Promise.all([deploy(), deploy()])).resolves.toBeDefined();
    const bothMs = Math.round(performance.now() - began);
    const names = await asAdmin(own.admin, `${own.prefix}_operator`, async (db) => {
      const { rows } = await db.query<{ name: string }>(`SELECT name FROM registry.migration`);
      return rows.map(({ name }) => name);
    });
    expect(names).toEqual(['Registry1763900000000', 'RuleSets1764072800000']);
    record('F35', { deploys: 2, failed: 0, 'both done after': `${bothMs} ms` });
  });

  const ownerUrl = (): string => {
    const url = new URL(own.urls.gateways.get('kommunerna') ?? '');
    url.username = 'delge_owner';
    url.password = own.instance.secret('database-delge_owner');
    return url.toString();
  };
  const inGateway = <T>(work: (db: Client) => Promise<T>): Promise<T> =>
    asAdmin(own.admin, `${own.prefix}_gw_kommunerna`, work);

  it('makes an index while traffic goes on in one go, whoever is in its way or waits to migrate too', async () => {
    await inGateway(async (db) => {
      await db.query(`DELETE FROM gateway.migration WHERE name = 'ReferralByCase1768220000000'`);
      await db.query(`BEGIN ISOLATION LEVEL REPEATABLE READ`);
      await db.query(`SELECT FROM gateway.referral LIMIT 1`);
      const both = [1, 2].map(() => migrate(ownerUrl(), 'gateway', gateway));
      // Twice as long as other migrations wait for a lock.
      const waiting = `SELECT FROM pg_stat_activity WHERE application_name = 'delge-migrate' AND query LIKE '%INDEX CONCURRENTLY%'
        AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '1 s'`;
      await inGateway(async (other) => {
        const until = Date.now() + 10_000;
        while ((await other.query(waiting)).rowCount === 0 && Date.now() < until) await delay(50);
        expect((await other.query(waiting)).rowCount).toBe(1);
      });
      await db.query('COMMIT');
      expect((await Promise.all(both)).flat()).toEqual(['ReferralByCase1768220000000']);
    });
  });

  it('leaves a gateway no constraint that was not looked at, and no index that is of no use', async () => {
    const left = await inGateway(async (db) => {
      const { rows } = await db.query<{ name: string }>(
        `SELECT conname AS name FROM pg_constraint WHERE NOT convalidated
         UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid`,
      );
      return rows.map(({ name }) => name);
    });
    expect(left).toEqual([]);
  });

  it('finds nothing to do the second time', async () => {
    await deploy();
    const count = (): Promise<string | undefined> =>
      asAdmin(own.admin, `${own.prefix}_gw_kommunerna`, async (db) => {
        const { rows } = await db.query<{ count: string }>(`SELECT count(*) FROM gateway.migration`);
        return rows[0]?.count;
      });
    const before = await count();
    await deploy();
    expect(await count()).toBe(before);
  });
});
