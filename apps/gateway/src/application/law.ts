import { createHash } from 'node:crypto';
import { ENGINE_VERSION } from '#legal-basis';
import type { Claims, DirectoryView, RuleSet } from '#legal-basis';
import { cooperationCommitment } from '#snapshot';
import type { CooperationOpening, KeysLog, Snapshot } from '#snapshot';
import { GatewayError, NotYet } from '../domain/errors.js';
import type { Cooperations } from './ports/cooperation.js';

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
export const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('base64url');

/** The keys log as far as this gateway has verified it. */
export interface KeysSource {
  newest(): { readonly log: KeysLog; readonly size: bigint; readonly asOf: Date } | undefined;
  /** Asks the ledger for a newer checkpoint now. */
  refresh(): Promise<void>;
  /** When a larger log than this was known to be cosigned; undefined: none is known. */
  supersededAt(size: bigint): Date | undefined;
}

export interface Ground {
  readonly snapshot: Snapshot;
  readonly ruleSet: RuleSet;
  readonly ruleSetSha256: string;
}

/** Released rule sets that this installation has. */
export interface RuleSetSource {
  find(sha256: string): RuleSet | undefined;
}

/** Snapshot, rule set and cooperation decisions, each in the version that a question is about. */
export class Law {
  constructor(
    private readonly keys: KeysSource,
    private readonly cooperations: Cooperations,
    private readonly ruleSets: RuleSetSource,
  ) {}

  /** Ground of a forecast: the newest snapshot. @throws {GatewayError} SNAPSHOT_MISSING before the first one has come */
  current(): Ground {
    const newest = this.keys.newest();
    if (newest === undefined) throw new GatewayError('SNAPSHOT_MISSING');
    const snapshot = newest.log.at(newest.size);
    const released = snapshot.ruleSet();
    const ruleSet = released && this.ruleSets.find(released.sha256);
    // A release that this installation does not have cannot be applied, and an older one must not be.
    if (released === undefined || ruleSet === undefined || released.engineVersion > ENGINE_VERSION)
      throw new GatewayError('SNAPSHOT_MISSING');
    return { snapshot, ruleSet, ruleSetSha256: released.sha256 };
  }

  /** @throws {NotYet} when the log here is still shorter, after asking for more */
  async snapshotAt(size: bigint): Promise<Snapshot> {
    if ((this.keys.newest()?.size ?? -1n) < size) await this.keys.refresh();
    const newest = this.keys.newest();
    if (newest === undefined || newest.size < size) throw new NotYet('snapshot');
    return newest.log.at(size);
  }

  /** When what the keys log said at this size was known to be no longer the newest. */
  supersededAt(size: bigint): Date | undefined {
    return this.keys.supersededAt(size);
  }

  newest(): Snapshot | undefined {
    const newest = this.keys.newest();
    return newest?.log.at(newest.size);
  }

  /** @throws {NotYet} when this installation has no such rule set */
  ruleSet(digest: string): RuleSet {
    const found = this.ruleSets.find(digest);
    if (found === undefined) throw new NotYet('rule-set');
    return found;
  }

  /** @throws {NotYet} when this installation's engine is older */
  engine(version: number): number {
    if (version > ENGINE_VERSION) throw new NotYet('engine-version');
    return version;
  }

  /** The snapshot's directory, with the cooperation decision that the claims name opened, if it is the one committed to. */
  async directory(snapshot: Snapshot, claims: Pick<Claims, 'cooperationDecision'>): Promise<DirectoryView> {
    const opening = await this.opening(snapshot, claims);
    if (typeof opening === 'string') return snapshot.directory;
    const { id, parties, from, until } = opening;
    return snapshot.withCooperations([{ id, parties, from, ...(until === undefined ? {} : { until }) }]);
  }

  /** @returns false: the claims name a cooperation decision that was committed to, and what was opened here is not it */
  async isOpened(snapshot: Snapshot, claims: Pick<Claims, 'cooperationDecision'>): Promise<boolean> {
    return (await this.opening(snapshot, claims)) !== 'mismatch';
  }

  private async opening(
    snapshot: Snapshot,
    { cooperationDecision: id }: Pick<Claims, 'cooperationDecision'>,
  ): Promise<CooperationOpening | 'none' | 'mismatch'> {
    const committed = id === undefined ? undefined : snapshot.cooperationCommitment(id);
    if (id === undefined || committed === undefined) return 'none';
    const opening = await this.cooperations.find(id);
    return opening !== undefined && cooperationCommitment(opening) === committed ? opening : 'mismatch';
  }
}
