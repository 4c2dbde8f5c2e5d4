import { createHash } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { DataSourceOptions } from 'typeorm';

/** A migration waits for locks this long before it gives up, so that traffic never queues behind it for longer. */
const LOCK_MS = 2_000;
type MigrationList = NonNullable<DataSourceOptions['migrations']>;

/**
 * Brings one schema up to date, one process at a time.
 * @param url connection of the role that owns the schema
 * @returns names of what ran now; empty when nothing was left to do
 */
export async function migrate(url: string, schema: string, migrations: MigrationList): Promise<readonly string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema,
    migrations,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    poolSize: 2,
    applicationName: 'delge-migrate',
    extra: { lock_timeout: LOCK_MS },
  });
  await dataSource.initialize();
  try {
    // Held by a session of its own until the run ends: two deploys at once are one after the other.
    const lock = dataSource.createQueryRunner();
    await lock.connect();
    try {
      await lock.query(`SET lock_timeout = 0`);
      await lock.query(`SELECT pg_advisory_lock($1::bigint)`, [lockIdOf(schema)]);
      const done = await dataSource.runMigrations();
      return done.map(({ name }) => name);
    } finally {
      await lock.query(`SELECT pg_advisory_unlock_all()`);
      await lock.release();
    }
  } finally {
    await dataSource.destroy();
  }
}

const lockIdOf = (schema: string): string =>
  createHash('sha256').update(`delge-migrate/${schema}`).digest().readBigInt64BE().toString();
