import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

/**
 * Classes of SQLSTATE that say the database is away, full, stopping or busy, is a standby for now, or does not let this role in: not that the
 * statement was wrong.
 */
const PASSING = /^(08|28|3D|53|57|58|40|25006|25P03|55P03)/;
/** Those of them by which no other work would fare better now; the rest is of a lock or of the time that this work took. */
const AWAY = /^(08|28|3D|53|57P|58|25006)/;
/** Nobody answers there, or this machine has nothing left with which to ask: no descriptor, port, buffer, memory or room. */
const UNREACHABLE = new Set([
  'EADDRNOTAVAIL',
  'EAGAIN',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EDQUOT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EIO',
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

const LOST_BETWEEN = [QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError];

/** Whether the same work may succeed later without being changed: the store failed, not the work. */
export const isStoreFailure = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  // The connection was lost between two statements of a transaction, and the second finds it gone.
  if (LOST_BETWEEN.some((lost) => error instanceof lost)) return true;
  const { code } = (error instanceof QueryFailedError ? error.driverError : error) as { readonly code?: unknown };
  if (typeof code === 'string') return PASSING.test(code) || UNREACHABLE.has(code);
  // node-postgres has no code for these.
  return /Connection terminated|timeout expired|timeout exceeded when trying to connect|Driver not Connected|Client has encountered a connection error|Cannot use a pool after/i.test(
    error.message,
  );
};

/** Whether the store itself is away: what was tried together would fail alone likewise. */
export const isStoreAway = (error: unknown): boolean => {
  if (!isStoreFailure(error)) return false;
  const { code } = (error instanceof QueryFailedError ? error.driverError : error) as { readonly code?: unknown };
  return typeof code !== 'string' || !PASSING.test(code) || AWAY.test(code);
};

/** A unique key that is there already (SQLSTATE 23505). */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof QueryFailedError && (error.driverError as { readonly code?: unknown }).code === '23505';
