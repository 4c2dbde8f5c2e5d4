import { SnapshotError } from '#snapshot';
import type { Snapshot, Statement } from '#snapshot';

/**
 * Whether a key may be revoked, by the registry's clock, which a reader of the log has not: one that has expired succeeds nobody. The last administrator's key goes for
 * no reason whatever: nobody else could state anything for its participant again, so another is added first.
 * @param newest all that the registry knows
 * @throws {SnapshotError} LAST_KEY
 */
export function requireSuccessor(statement: Statement, newest: Snapshot, now: Date): void {
  if (statement.kind !== 'key-revoked') return;
  const record = newest.key(statement.kid);
  if (record === undefined || (statement.reason !== 'superseded' && record.use !== 'administrator')) return;
  const live = newest.on(now).liveKeys(record.holder, record.use);
  if (live.every(({ kid }) => kid === record.kid)) throw new SnapshotError('LAST_KEY');
}
