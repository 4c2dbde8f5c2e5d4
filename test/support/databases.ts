import { randomBytes, randomUUID } from 'node:crypto';
import { dataSourceOptions } from '#persistence';
import { EventLog } from '#platform';
import { DataSource } from 'typeorm';
import { TEMPLATE, asAdmin, databaseUrls, deployDatabases, dropDatabases } from '../../tools/deploy/databases.js';
import type { Databases } from '../../tools/deploy/databases.js';
import { Instance } from '../../tools/machine/instance.js';

const GATEWAYS = ['kommunerna'] as const;

/** URL of the administrator at the server that specs of this worker have. */
export const postgresOfWorker = (): string => {
  const servers = process.env['DELGE_TEST_POSTGRES'];
  if (servers === undefined) throw new Error('run through `npm test`: it starts the servers');
  const [first = '', ...others] = JSON.parse(servers) as readonly string[];
  return others[Number(process.env['JEST_WORKER_ID']) - 2] ?? first;
};

/** Databases of one spec, really migrated, with every role. */
export class OwnDatabases {
  private readonly open: DataSource[] = [];

  private constructor(
    readonly urls: Databases,
    readonly admin: string,
    readonly prefix: string,
    readonly instance: Instance,
  ) {}

  static async deploy(name: string): Promise<OwnDatabases> {
    const own = OwnDatabases.undeployed(name);
    await dropDatabases(own.admin, own.prefix);
    await deployDatabases(own.instance, own.admin, own.prefix, GATEWAYS, TEMPLATE);
    return own;
  }

  /** Their names and URLs alone. */
  static undeployed(name: string): OwnDatabases {
    const instance = Instance.open('test', process.env['DELGE_ROOT'] ?? process.cwd());
    const prefix = `delge_${name}`;
    const postgres = postgresOfWorker();
    return new OwnDatabases(databaseUrls(instance, postgres, prefix, GATEWAYS), postgres, prefix, instance);
  }

  /** A service's connections, as the service makes them. */
  async connect(url: string, schema: string): Promise<DataSource> {
    const dataSource = await new DataSource(dataSourceOptions({ url, schema })).initialize();
    this.open.push(dataSource);
    return dataSource;
  }

  /** SQL as the superuser, in the operator's database. */
  async asAdmin(text: string): Promise<void> {
    await asAdmin(this.admin, `${this.prefix}_operator`, (db) => db.query(text));
  }

  /** SQL as the superuser, in a gateway's database. */
  async asAdminOf(gateway: (typeof GATEWAYS)[number], text: string): Promise<void> {
    await asAdmin(this.admin, `${this.prefix}_gw_${gateway}`, (db) => db.query(text));
  }

  /** The deploy step once more. */
  async redeploy(): Promise<void> {
    await deployDatabases(this.instance, this.admin, this.prefix, GATEWAYS);
  }

  /** The operator's database, gone, whoever is connected to it. */
  async dropOperator(): Promise<void> {
    await asAdmin(this.admin, 'postgres', (db) => db.query(`DROP DATABASE ${this.prefix}_operator WITH (FORCE)`));
  }

  async drop(): Promise<void> {
    for (const dataSource of this.open) if (dataSource.isInitialized) await dataSource.destroy();
    await dropDatabases(this.admin, this.prefix);
  }
}

export const silent = new EventLog('test', 'silent');

/** An entry for the disclosure log as the exchange hands it over; its bytes mean nothing. */
export const anEntry = (): { readonly entryId: string; readonly entry: Buffer; readonly blind: Buffer } => ({
  entryId: randomUUID(),
  entry: randomBytes(200),
  blind: randomBytes(32),
});
