import { TlogError, openCheckpoint, verifyConsistency } from '#tlog/verify';
import type { Checkpoint, LogTrust, Verification } from '#tlog/verify';
import { Alarm } from './alarm.js';
import type { LogName } from './alarm.js';

/** The ledger as anyone sees it, without an account. @throws {Unreachable} by each */
export interface LedgerSource {
  /** The newest checkpoint, a signed note. */
  checkpoint(log: LogName): Promise<string>;
  /** RFC 9162 section 2.1.4; undefined when the ledger gives none. */
  consistency(log: LogName, from: bigint, to: bigint): Promise<readonly Uint8Array[] | undefined>;
  /** Statements [from, to) of the keys log, as many as it gives at once. */
  entries(from: bigint, to: bigint): Promise<readonly Uint8Array[]>;
}
/** The newest checkpoint that was verified and kept. */
export interface Pinned {
  readonly size: bigint;
  readonly root: Uint8Array;
  /** Signed note. */
  readonly note: string;
}

/** One log, watched: every checkpoint that is shown must extend the one that is kept. */
export class WatchedLog {
  /** When the witnesses cosigned the newest that was shown; under a policy without witnesses, when it was shown. */
  seenAt: Date | undefined;

  constructor(
    readonly name: LogName,
    private readonly trust: LogTrust,
    private readonly source: LedgerSource,
    private readonly verification: Verification,
    public pinned: Pinned | undefined,
  ) {}

  /**
   * Holds what the ledger shows now against what is kept. @returns what is to be kept from now on
   * @throws {Alarm} fork or gap @throws {Unreachable}
   */
  async look(now: Date): Promise<Pinned> {
    const note = await this.source.checkpoint(this.name);
    const shown = this.open(note);
    const next = { size: shown.size, root: shown.root, note };
    const { pinned } = this;
    if (pinned !== undefined) await this.holdAgainst(pinned, shown, note);
    const at = shown.witnessedAt === undefined ? now : new Date(Number(shown.witnessedAt) * 1000);
    if (this.seenAt === undefined || at > this.seenAt) this.seenAt = at;
    return next;
  }

  /** @throws {Alarm} gap, when nobody has signed it who should */
  open(note: string): Checkpoint {
    try {
      return openCheckpoint(note, this.trust, this.verification);
    } catch (error) {
      if (error instanceof TlogError) throw new Alarm('gap', this.name, error.code);
      throw error;
    }
  }

  private async holdAgainst(pinned: Pinned, shown: Checkpoint, note: string): Promise<void> {
    const notes = { held: pinned.note, shown: note };
    if (shown.size < pinned.size) throw new Alarm('gap', this.name, 'WENT_BACK', notes);
    if (shown.size === pinned.size) {
      if (!same(shown.root, pinned.root)) throw new Alarm('fork', this.name, 'FORKED', notes);
      return;
    }
    const hashes = await this.source.consistency(this.name, pinned.size, shown.size);
    if (hashes === undefined) throw new Alarm('gap', this.name, 'NOT_PROVEN', notes);
    try {
      verifyConsistency(this.verification.sha256, pinned.size, shown.size, hashes, pinned.root, shown.root);
    } catch (error) {
      if (!(error instanceof TlogError)) throw error;
      const proof = hashes.map((hash) => Buffer.from(hash).toString('base64'));
      throw new Alarm('fork', this.name, 'INCONSISTENT', { ...notes, proof });
    }
  }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
