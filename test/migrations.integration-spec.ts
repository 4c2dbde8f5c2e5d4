import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { asAdmin, deployDatabases, dropDatabases } from '../tools/deploy/databases.js';
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
    await expect(Promise.all([deploy(), deploy()])).resolves.toBeDefined();
    const names = await asAdmin(own.admin, `${own.prefix}_operator`, async (db) => {
      const { rows } = await db.query<{ name: string }>(`SELECT name FROM registry.migration`);
      return rows.map(({ name }) => name);
    });
    expect(names).toEqual(['Registry1763900000000', 'RuleSets1764072800000']);
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
