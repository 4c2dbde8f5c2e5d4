import { createHash } from 'node:crypto';
import { ENGINE_VERSION } from '#legal-basis';
import type { DirectoryView, RuleSet } from '#legal-basis';
import { OperatorError } from '#operator';
import type { Cooperations, KeysFollower, RuleSets } from '#operator';
import { cooperationCommitment } from '#snapshot';
import type { CooperationOpening, Snapshot } from '#snapshot';
import { NotYet, SetAside } from '../domain/errors.js';

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
export const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('base64url');

/** Everything outside the message that its verdict depends on, at one size of the keys log. */
export interface Ground {
  readonly snapshot: Snapshot;
  readonly ruleSet: RuleSet;
  readonly ruleSetSha256: string;
  readonly directory: DirectoryView;
}

/** The law as the exchange has it: snapshot, rule set, cooperation decisions. */
export class Law {
  constructor(
    private readonly keys: KeysFollower,
    private readonly cooperations: Cooperations,
    private readonly ruleSets: Pick<RuleSets, 'find'>,
  ) {}

  /** @throws {NotYet} before the first snapshot has come */
  newest(): Snapshot {
    const newest = this.keys.newest();
    if (newest === undefined) throw new NotYet('snapshot');
    return newest.snapshot;
  }

  /** Asks the ledger for a newer snapshot, once. */
  async refreshed(): Promise<Snapshot> {
    await this.keys.refresh();
    return this.newest();
  }

  /**
   * @param cooperation id that the claims name
   * @throws {NotYet} a rule set or an engine this service does not have; the registry away
   */
  async ground(snapshot: Snapshot, cooperation: string | undefined): Promise<Ground> {
    const released = snapshot.ruleSet();
    if (released === undefined) throw new NotYet('rule-set');
    if (released.engineVersion > ENGINE_VERSION) throw new NotYet('engine-version');
    const ruleSet = this.ruleSets.find(released.sha256);
    if (ruleSet === undefined) throw new NotYet('rule-set');
    const opening = await this.cooperation(snapshot, cooperation);
    const directory = opening === undefined ? snapshot.directory : snapshot.withCooperations([opening]);
    return { snapshot, ruleSet, ruleSetSha256: released.sha256, directory };
  }

  /** As `cooperation`, for who looks and does not judge: one that was never opened is absent. @throws {NotYet} */
  async opened(snapshot: Snapshot, id: string | undefined): Promise<CooperationOpening | undefined> {
    try {
      return await this.cooperation(snapshot, id);
    } catch (error) {
      if (error instanceof SetAside) return undefined;
      throw error;
    }
  }

  /** @returns the decision that the id names, if it is the one committed to. @throws {NotYet | SetAside} */
  async cooperation(snapshot: Snapshot, id: string | undefined): Promise<CooperationOpening | undefined> {
    const committed = id === undefined ? undefined : snapshot.cooperationCommitment(id);
    if (id === undefined || committed === undefined) return undefined;
    try {
      const opening = await this.cooperations.find(id);
      // Whether it had been opened could not be seen afterwards: no verdict may depend on it.
      if (opening === undefined) throw new SetAside('cooperation-not-opened');
      return cooperationCommitment(opening) === committed ? opening : undefined;
    } catch (error) {
      if (error instanceof OperatorError) throw new NotYet('registry');
      throw error;
    }
  }
}
