import { Client } from 'pg';
import { migrate } from '#persistence';
import { migrations as console } from '../../apps/console/src/persistence/index.js';
import { migrations as exchange } from '../../apps/exchange/src/persistence/index.js';
import { grantsSql, migrations as gateway, ownServerSql } from '../../apps/gateway/src/persistence/index.js';
import { migrations as ledger } from '../../apps/ledger/src/persistence/index.js';
import { migrations as registry } from '../../apps/registry/src/persistence/index.js';
import type { Instance } from '../machine/instance.js';

/** Owns every table and runs the migrations; no service logs in as it. */
const OWNER = 'delge_owner';
const DEPLOY_LOCK = 7_100_002;
/** Of a server that is busy: one that is not there says so at once. */
const CONNECT_MS = 20_000;
/** The ledger first: the others are granted its table of pending entries. */
const OPERATOR_SCHEMAS = { ledger, registry, exchange, console };
/** One role each; the console reads disclosures by one of its own, under row security. */
const OPERATOR_SERVICES = ['ledger', 'registry', 'exchange', 'signer', 'console', 'console_reader'] as const;
export type OperatorService = (typeof OPERATOR_SERVICES)[number];

export interface Databases {
  readonly operator: Readonly<Record<OperatorService, string>>;
  /** URL by gateway. */
  readonly gateways: ReadonlyMap<string, string>;
}

const roleOf = (gateway: string): string => `delge_gw_${gateway}`;
const roleOfService = (service: OperatorService): string => `delge_${service}`;

/** URL of one role at one database. */
const urlOf = (instance: Instance, admin: string, database: string, role: string): string => {
  const target = new URL(admin);
  target.pathname = `/${database}`;
  target.username = role;
  target.password = instance.secret(`database-${role}`);
  return target.toString();
};

/** URLs by which the services reach their databases. @param prefix of the databases' names */
export function databaseUrls(
  instance: Instance,
  admin: string,
  prefix: string,
  gateways: readonly string[],
): Databases {
  const url = (database: string, role: string): string => urlOf(instance, admin, `${prefix}_${database}`, role);
  const operator = OPERATOR_SERVICES.map((service) => [service, url('operator', roleOfService(service))] as const);
  return {
    operator: Object.fromEntries(operator) as Record<OperatorService, string>,
    gateways: new Map(gateways.map((id) => [id, url(`gw_${id}`, roleOf(id))])),
  };
}

/**
 * Makes databases, roles and schemas that are missing and brings them up to date: one database for the operator with a schema and a role a
 * service, one database and role a gateway.
 * @param admin URL of an administrator, with or without database
 * @param prefix of the databases' names
 * @param template prefix of databases that those that are missing begin as copies of
 */
export async function deployDatabases(
  instance: Instance,
  admin: string,
  prefix: string,
  gateways: readonly string[],
  template?: string,
): Promise<Databases> {
  await asAdmin(admin, 'postgres', async (db) => {
    // Two deploys at once are one after the other: rights and roles cannot be changed by two.
    await db.query(`SELECT pg_advisory_lock($1)`, [DEPLOY_LOCK]);
    const services = OPERATOR_SERVICES.map(roleOfService);
    for (const role of [OWNER, ...services, ...gateways.map(roleOf)]) {
      await makeRole(db, role, instance.secret(`database-${role}`));
    }
    const operator = `${prefix}_operator`;
    await makeDatabase(admin, operator, services, Object.keys(OPERATOR_SCHEMAS), template && `${template}_operator`);
    for (const [schema, migrations] of Object.entries(OPERATOR_SCHEMAS)) {
      await migrate(urlOf(instance, admin, operator, OWNER), schema, migrations);
    }
    for (const id of gateways) {
      const database = `${prefix}_gw_${id}`;
      const role = roleOf(id);
      await makeDatabase(admin, database, [role], ['gateway'], template && templateOfGateway(template));
      await migrate(urlOf(instance, admin, database, OWNER), 'gateway', gateway);
      await asAdmin(admin, database, (db) => db.query(ownServerSql + grantsSql(role)));
    }
  });
  return databaseUrls(instance, admin, prefix, gateways);
}

/** Prefix of databases that no stack uses: what tests need many times is migrated once and copied. */
export const TEMPLATE = 'delge_template';
const templateOfGateway = (template: string): string => `${template}_gateway`;

/** Makes the template anew: an operator's database and a gateway's, up to date. */
export async function deployTemplate(instance: Instance, admin: string): Promise<void> {
  await dropDatabases(admin, TEMPLATE);
  await deployDatabases(instance, admin, TEMPLATE, []);
  const database = templateOfGateway(TEMPLATE);
  await makeDatabase(admin, database, [], ['gateway']);
  await migrate(urlOf(instance, admin, database, OWNER), 'gateway', gateway);
}

/** Databases of this prefix, gone. */
export async function dropDatabases(admin: string, prefix: string): Promise<void> {
  await asAdmin(admin, 'postgres', async (db) => {
    const { rows } = await db.query<{ name: string }>(
      `SELECT quote_ident(datname) AS name FROM pg_database WHERE starts_with(datname, $1)`,
      [`${prefix}_`],
    );
    for (const { name } of rows) await db.query(`DROP DATABASE ${name} WITH (FORCE)`);
  });
}

const makeRole = async (db: Client, role: string, password: string): Promise<void> => {
  const name = db.escapeIdentifier(role);
  const known = await db.query(`SELECT 1 FROM pg_roles WHERE rolname = $1`, [role]);
  if (known.rowCount === 0) await db.query(`CREATE ROLE ${name}`);
  await db.query(
    `ALTER ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD ${db.escapeLiteral(password)}`,
  );
};

/** Reached by the roles that work in it and by nobody else. */
const makeDatabase = async (
  admin: string,
  database: string,
  roles: readonly string[],
  schemas: readonly string[],
  template = 'template1',
): Promise<void> => {
  await asAdmin(admin, 'postgres', async (db) => {
    const name = db.escapeIdentifier(database);
    const known = await db.query(`SELECT 1 FROM pg_database WHERE datname = $1`, [database]);
    if (known.rowCount === 0) await db.query(`CREATE DATABASE ${name} TEMPLATE ${db.escapeIdentifier(template)}`);
    await db.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
    for (const role of [OWNER, ...roles])
      await db.query(`GRANT CONNECT ON DATABASE ${name} TO ${db.escapeIdentifier(role)}`);
  });
  await asAdmin(admin, database, async (db) => {
    await db.query(`REVOKE ALL ON SCHEMA public FROM PUBLIC`);
    for (const schema of schemas) {
      await db.query(`CREATE SCHEMA IF NOT EXISTS ${db.escapeIdentifier(schema)} AUTHORIZATION ${OWNER}`);
    }
  });
};

/** Runs work as the administrator in one database. */
export async function asAdmin<T>(admin: string, database: string, work: (db: Client) => Promise<T>): Promise<T> {
  const target = new URL(admin);
  target.pathname = `/${database}`;
  const db = new Client({ connectionString: target.toString(), connectionTimeoutMillis: CONNECT_MS });
  db.on('error', () => undefined);
  await db.connect();
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}
