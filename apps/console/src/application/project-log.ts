import type { EventLog } from '#platform';
import type { Trust } from '#snapshot';
import { GrowingTree, TlogError, disclosureLeaf, leafHash, openCheckpoint } from '#tlog/verify';
import type { Checkpoint, Verification } from '#tlog/verify';
import { isErasure } from '../domain/erasure.js';
import { grantOf } from '../domain/grant.js';
import type { Granting } from '../domain/grant.js';
import type { KeysRead } from '../domain/ledger-signed.js';
import { AnnexError, project } from '../domain/project.js';
import type { Projected } from '../domain/project.js';

/** One leaf as the ledger's feed gives it; without opening when that is erased. */
export interface Fed {
  readonly index: bigint;
  /** 33 octets. */
  readonly leaf: Uint8Array;
  readonly opening?: { readonly entry: string; readonly blind: Uint8Array; readonly annex?: string };
}
/** The disclosure log with its openings, as the ledger serves it. Nothing that it says is believed before the root has been computed again. */
export interface Feed {
  checkpoint(): Promise<string>;
  /** Leaves from this index on, in order, as many as it gives at once. */
  openings(from: bigint, limit: number): Promise<readonly Fed[]>;
}

export type Alarm = 'root-mismatch' | 'leaf-mismatch' | 'annex-mismatch';
export interface Progress {
  readonly size: bigint;
  /** See `GrowingTree.hashes`. */
  readonly hashes: readonly Uint8Array[];
  /** Up to this size the root was the cosigned one. */
  readonly checked: bigint;
  readonly alarm?: Alarm;
}
export interface Step {
  readonly from: bigint;
  readonly size: bigint;
  readonly hashes: readonly Uint8Array[];
  readonly entries: readonly {
    readonly index: bigint;
    readonly projected: Projected;
    readonly grant?: Granting;
    /** SHA-256, of an act on a sample or a finding. */
    readonly entrySha256?: Uint8Array;
  }[];
}
export interface ProjectionStore {
  progress(): Promise<Progress>;
  /** All of a step or nothing. @returns false when another process has taken it */
  take(step: Step): Promise<boolean>;
  /** The root of this size was computed again and is the checkpoint's. @returns false when the log was followed further, or anew, meanwhile: nothing is checked then */
  check(checkpoint: Checkpoint, at: Date): Promise<boolean>;
  alarm(alarm: Alarm): Promise<void>;
  /** Forgets all that was made of the log; what auditors did stays. */
  beginAnew(): Promise<void>;
}

/** Follows the disclosure log into what auditors search. */
export class ProjectLog {
  constructor(
    private readonly feed: Feed,
    private readonly store: ProjectionStore,
    private readonly trust: Trust,
    private readonly keys: KeysRead,
    private readonly verification: Verification,
    /** Leaves in one transaction. */
    private readonly batch: number,
    private readonly now: () => Date,
    private readonly log: EventLog,
    private readonly crash: (point: string) => void = () => undefined,
  ) {}

  /**
   * Follows as far as the newest checkpoint goes.
   * @returns `stopped` once something did not hold: what was checked before stands, and nothing newer is shown until it is rebuilt
   */
  async execute(): Promise<'followed' | 'stopped' | 'refused' | 'behind'> {
    const progress = await this.store.progress();
    if (progress.alarm !== undefined) return 'stopped';
    const checkpoint = await this.checkpoint();
    if (checkpoint === undefined) return 'refused';
    // An older answer than the last; a log that has really shrunk never comes this far again.
    if (checkpoint.size < progress.size) return 'behind';
    const tree = GrowingTree.resumed(this.verification.sha256, progress.size, progress.hashes);
    while (tree.size < checkpoint.size) {
      const alarm = await this.step(tree, checkpoint.size);
      if (alarm === 'behind') return 'behind';
      if (alarm !== undefined) return this.stop(alarm);
      this.crash('console.projection.after-commit');
    }
    if (Buffer.compare(tree.root(), checkpoint.root) !== 0) return this.stop('root-mismatch');
    if (progress.checked < checkpoint.size && !(await this.store.check(checkpoint, this.now()))) return 'behind';
    return 'followed';
  }

  /** From the first leaf on. */
  async rebuild(): Promise<'followed' | 'stopped' | 'refused' | 'behind'> {
    await this.store.beginAnew();
    return this.execute();
  }

  private async checkpoint(): Promise<Checkpoint | undefined> {
    const note = await this.feed.checkpoint();
    try {
      return openCheckpoint(note, this.trust.logs.disclosure, this.verification);
    } catch (error) {
      if (!(error instanceof TlogError)) throw error;
      this.log.warn('projection.checkpoint-refused', { code: error.code });
      return undefined;
    }
  }

  private async step(tree: GrowingTree, end: bigint): Promise<Alarm | 'behind' | undefined> {
    const from = tree.size;
    const wanted = Math.min(this.batch, Number(end - from));
    const fed = (await this.feed.openings(from, wanted)).slice(0, wanted);
    if (fed.length === 0) return 'behind';
    const { sha256 } = this.verification;
    const directory = this.keys.newest();
    const kindOf = (authority: string): string => directory.authority(authority)?.kind ?? 'unknown';
    const entries: Step['entries'][number][] = [];
    for (const { index, leaf, opening } of fed) {
      if (index !== tree.size) return 'leaf-mismatch';
      tree.append(leafHash(sha256, leaf));
      if (opening === undefined) {
        entries.push({ index, projected: {} });
        continue;
      }
      const { entry, blind, annex } = opening;
      const computed = disclosureLeaf(blind, Buffer.from(entry), sha256);
      if (Buffer.compare(computed, leaf) !== 0) return 'leaf-mismatch';
      const opened = { index, entry, ...(annex === undefined ? {} : { annex }) };
      try {
        const grant = await grantOf(opened, this.trust.environment, this.keys);
        if (grant === 'behind') return 'behind';
        const { erasure, ...projected } = project(opened, kindOf);
        const erases = erasure === undefined ? false : await isErasure(opened, this.trust.environment, this.keys);
        if (erases === 'behind') return 'behind';
        entries.push({
          index,
          projected: { ...projected, ...(erases ? { erasure } : {}) },
          ...(grant === undefined ? {} : { grant }),
          ...(projected.reviewEntryId === undefined ? {} : { entrySha256: sha256(Buffer.from(entry)) }),
        });
      } catch (error) {
        if (error instanceof AnnexError) return 'annex-mismatch';
        throw error;
      }
    }
    const taken = await this.store.take({ from, size: tree.size, hashes: tree.hashes, entries });
    return taken ? undefined : 'behind';
  }

  private async stop(alarm: Alarm): Promise<'stopped'> {
    await this.store.alarm(alarm);
    this.log.error('projection.stopped', { code: alarm });
    return 'stopped';
  }
}
