import { SnapshotError } from './errors.js';
import type { KeyRecord, Snapshot } from './snapshot.js';
import type { Trust } from './trust.js';

/** Services of the operator that sign, whose keys the first operator of trust.json states. */
const SERVICES: ReadonlySet<string> = new Set(['exchange', 'ledger', 'console']);

/** Whether a key of this holder is the principal's to state: its participant's administrator, for a service of the operator the first operator. @throws {SnapshotError} */
export function requireOwner(now: Snapshot, holder: string, principal: KeyRecord, trust: Trust): void {
  if (SERVICES.has(holder)) {
    if (principal.kid !== trust.operators[0].kid) throw new SnapshotError('WRONG_PRINCIPAL');
    return;
  }
  const [scheme, name] = holder.includes(':') ? (holder.split(':') as [string, string]) : ['authority', holder];
  const owner =
    scheme === 'participant'
      ? name
      : scheme === 'gateway'
        ? now.gateway(name)?.operatedBy
        : now.authority(name)?.participant;
  if (owner === undefined || now.participant(owner) === undefined) throw new SnapshotError('UNKNOWN_PARTICIPANT');
  if (principal.use !== 'administrator' || principal.holder !== `participant:${owner}`)
    throw new SnapshotError('WRONG_PRINCIPAL');
}

const uses: Readonly<Record<string, readonly string[]>> = {
  exchange: ['decision'],
  ledger: ['access'],
  console: ['access'],
  gateway: ['manifest', 'witness'],
  participant: ['jurist', 'administrator'],
  authority: ['document', 'sealing'],
};
/** What a holder's keys in the log can be for. */
export const usesOf = (holder: string): readonly string[] =>
  uses[SERVICES.has(holder) ? holder : holder.includes(':') ? (holder.split(':')[0] ?? '') : 'authority'] ?? [];

/** As `requireOwner`, of a new key: one of a use that such a holder has. @throws {SnapshotError} */
export function requireHolder(now: Snapshot, holder: string, use: string, principal: KeyRecord, trust: Trust): void {
  requireOwner(now, holder, principal, trust);
  if (!usesOf(holder).includes(use)) throw new SnapshotError('WRONG_PRINCIPAL', 'use');
}
