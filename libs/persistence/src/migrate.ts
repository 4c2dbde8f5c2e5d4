import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import type { DataSourceOptions, QueryRunner } from 'typeorm';

/** A migration waits for a lock this long and then steps back, so that traffic never queues behind it for longer. */
const LOCK_MS = 500;
/** After that it lets through what has queued, and tries again: two minutes of it, then the deploy fails and nothing has changed. */
const AGAIN_MS = 2_000;
const TRIES = 48;
const LOCK_NOT_AVAILABLE = '55P03';
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
      // Asked for again and again: who waits within a query has a snapshot, which an index made CONCURRENTLY by whoever holds the lock waits for.
      while (!(await isTaken(lock, lockIdOf(schema)))) await delay(LOCK_MS);
      return await runAll(dataSource);
    } finally {
      await lock.query(`SELECT pg_advisory_unlock_all()`);
      await lock.release();
    }
  } finally {
    await dataSource.destroy();
  }
}

/** Each migration is a transaction of its own: what was done before one that could not have its lock stays done. */
const runAll = async (dataSource: DataSource): Promise<readonly string[]> => {
  const done: string[] = [];
  const before = await namesOf(dataSource);
  for (let tried = 1; ; tried += 1) {
    try {
      await dataSource.runMigrations();
      done.push(...(await namesOf(dataSource)).filter((name) => !before.includes(name)));
      return done;
    } catch (error) {
      const { code } = ((error as { readonly driverError?: unknown }).driverError ?? error) as {
        readonly code?: unknown;
      };
      if (code !== LOCK_NOT_AVAILABLE || tried === TRIES) throw error;
      await delay(AGAIN_MS);
    }
  }
};

const namesOf = async (dataSource: DataSource): Promise<readonly string[]> => {
  const { schema } = dataSource.options as { readonly schema: string };
  const [found] = await dataSource.query<{ at: string | null }[]>(`SELECT to_regclass($1) AS at`, [
    `${schema}.migration`,
  ]);
  if (found?.at === null) return [];
  const rows = await dataSource.query<{ name: string }[]>(`SELECT name FROM ${schema}.migration ORDER BY id`);
  return rows.map(({ name }) => name);
};

const isTaken = async (session: QueryRunner, lockId: string): Promise<boolean> => {
  const [row] = (await session.query(`SELECT pg_try_advisory_lock($1::bigint) AS taken`, [lockId])) as {
    taken: boolean;
  }[];
  return row?.taken === true;
};

const lockIdOf = (schema: string): string =>
  createHash('sha256').update(`delge-migrate/${schema}`).digest().readBigInt64BE().toString();
