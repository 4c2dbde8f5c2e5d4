import { SnapshotError } from '#snapshot';
import type { Statement } from '#snapshot';

/**
 * An adoption, or a withdrawal, of nothing changes nothing, and whoever signed it meant something. The registry alone refuses it: a log that has one is read as before.
 * @throws {SnapshotError} NO_VERSIONS
 */
export function requireVersions(statement: Statement): void {
  if (statement.kind !== 'rules-adopted' && statement.kind !== 'adoption-withdrawn') return;
  if (statement.versions.length === 0) throw new SnapshotError('NO_VERSIONS', 'versions');
}
