import type { DataSourceOptions } from 'typeorm';
import { PreparingClient } from './prepared.js';

/** How long one statement, one lock, one idle transaction and one connection attempt may take, in milliseconds. */
const STATEMENT_MS = 5_000;
const LOCK_MS = 2_000;
/** A connection that is silent for this long is asked whether it still stands: by itself the system asks after two hours, and one that is used finds out in `SILENT_MS`, each in turn. */
const KEEP_ALIVE_MS = 10_000;
const IDLE_IN_TRANSACTION_MS = 10_000;
const CONNECT_MS = 2_000;
/**
 * Milliseconds after which the pool closes a connection that nobody used. A new one is a process of the server that reads the catalogue, and parses and plans each statement, anew: after the ten seconds
 * that the pool takes by itself, those of one burst were gone before the next.
 */
const UNUSED_MS = 60_000;

export interface StoreOptions {
  readonly url: string;
  /** The one schema this service owns or works in. */
  readonly schema: string;
  readonly poolSize?: number;
  /** Milliseconds that work waits for a connection of the pool, or for a new one. */
  readonly waitMs?: number;
  /** Named in pg_stat_activity. */
  readonly name?: string;
}

/** Options of a service's data source: nothing is synchronised or migrated by a running service, and nothing waits for ever. */
export const dataSourceOptions = ({
  url,
  schema,
  poolSize = 10,
  waitMs = CONNECT_MS,
  name = schema,
}: StoreOptions): DataSourceOptions => ({
  type: 'postgres',
  url,
  schema,
  synchronize: false,
  migrationsRun: false,
  logging: false,
  poolSize,
  applicationName: `delge-${name}`,
  connectTimeoutMS: waitMs,
  extra: {
    Client: PreparingClient,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    idleTimeoutMillis: UNUSED_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  },
});
