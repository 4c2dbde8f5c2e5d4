import { DatabaseError } from 'pg';
import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

/**
 * Classes of SQLSTATE that say the database is away, full, stopping or busy, is a standby for now, or does not let this role in: not that the
 * statement was wrong.
 */
const PASSING = /^(08|28|3D|53|57|58|40|25006|25P03|55P03)/;
/** Those of them by which no other work would fare better now; the rest is of a lock or of the time that this work took. */
const AWAY = /^(08|28|3D|53|57P|58|25006)/;
/**
 * Nobody answers there, or this machine has nothing left with which to ask: no descriptor, port, buffer, memory or room. Whatever was asked for, what is asked next fares no
 * better, so that it does not matter who met it.
 */
const UNREACHABLE = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EDQUOT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'ENOSPC',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Whoever answered is not who was asked for, or cannot say so: a certificate that has expired, of another authority or for another name, or no TLS at all. That is no message's failure. */
const UNBELIEVED =
  /^(CERT|CRL|UNABLE_TO|ERROR_IN|DEPTH_ZERO|SELF_SIGNED|ERR_TLS|ERR_SSL)_|^(INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/;

/**
 * Codes that say nothing without what was done. By an attempt to reach somebody, to start something or to write, the machine fails, and all work with it. By a read it is one file
 * that does not come, which belongs to one message: to hold for that would stop all that wait behind it, for ever.
 */
const BY_ORIGIN = new Set(['EAGAIN', 'EIO', 'EPROTO']);
const OF_THE_MACHINE = /^(connect|getaddrinfo|spawn|write|writev|fsync|fdatasync|ftruncate|rename|mkdir|unlink)\b/;

/** What node-postgres and TypeORM say without a code, whole: the same words within another's text are not theirs. */
const WITHOUT_CODE = new Set([
  'Cannot use a pool after calling end on the pool',
  'Client has encountered a connection error and is not queryable',
  'Connection terminated',
  'Connection terminated due to connection timeout',
  'Connection terminated unexpectedly',
  'Driver not Connected',
  'The server does not support SSL connections',
  'There was an error establishing an SSL connection',
  'timeout exceeded when trying to connect',
  'timeout expired',
]);

const LOST_BETWEEN = [QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError];

/** Whether the same work may succeed later without being changed: the store failed, not the work. */
export const isStoreFailure = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  // The connection was lost between two statements of a transaction, and the second finds it gone.
  if (LOST_BETWEEN.some((lost) => error instanceof lost)) return true;
  // What a statement met comes wrapped. Bare, it met whoever connected, before any statement, and may have no class that says so: a server without room for a file of its own ends a new
  // session with XX000.
  if (error instanceof DatabaseError) return true;
  const isDriver = error instanceof QueryFailedError;
  const { code, syscall, message } = (isDriver ? error.driverError : error) as Error & {
    readonly code?: unknown;
    readonly syscall?: unknown;
  };
  if (typeof code === 'string') {
    // What a driver met is its connection's.
    if (BY_ORIGIN.has(code)) return isDriver || OF_THE_MACHINE.test(String(syscall));
    return PASSING.test(code) || UNREACHABLE.has(code) || UNBELIEVED.test(code);
  }
  return WITHOUT_CODE.has(message);
};

/** Whether the store itself is away: what was tried together would fail alone likewise. */
export const isStoreAway = (error: unknown): boolean => {
  if (!isStoreFailure(error)) return false;
  if (error instanceof DatabaseError) return true;
  const { code } = (error instanceof QueryFailedError ? error.driverError : error) as { readonly code?: unknown };
  return typeof code !== 'string' || !PASSING.test(code) || AWAY.test(code);
};

/** A unique key that is there already (SQLSTATE 23505). */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof QueryFailedError && (error.driverError as { readonly code?: unknown }).code === '23505';
