import {
  appendLeaves,
  checkpointText,
  emptyRange,
  leafHash,
  nodeSha256,
  nodeVerifyEd25519,
  rootOf,
  signNote,
} from '#tlog/build';
import type { CompactRange, NoteSigner } from '#tlog/build';
import { TlogError, openCheckpoint } from '#tlog/verify';
import type { LogTrust } from '#tlog/verify';
import { SignerRefusal } from '../domain/errors.js';
import type { LeafStore } from '../persistence/leaf.store.js';
import type { SignedState, StateFile } from '../state/state-file.js';

const PAGE = 1000;

/**
 * Signs one log. Recomputes the tree from the leaves themselves, keeps what it signed where the database's owner cannot reach it, and never
 * signs two trees of one size or a tree that does not extend the last (design.md section 8).
 */
export class SignLog {
  private state: SignedState | undefined;

  /** The database was away when the newest was to be published. */
  private isUnpublished = false;

  constructor(
    private readonly leaves: LeafStore,
    private readonly file: StateFile,
    private readonly trust: LogTrust,
    private readonly signer: NoteSigner,
    private readonly crash: (point: string) => void,
  ) {}

  /**
   * Reads the state and recomputes everything that was signed.
   * @param genesis the log begins now
   * @throws {SignerRefusal}
   */
  async start(genesis: boolean): Promise<void> {
    const state = await this.file.read();
    const published = await this.leaves.largestCheckpoint();
    if (state === undefined) {
      // Only where nothing was ever published can there have been nothing to remember.
      if (!genesis || published !== undefined) throw new SignerRefusal('STATE_MISSING');
      return;
    }
    this.opened(state.note, state.range);
    if (published !== undefined && published.size > state.range.size) throw new SignerRefusal('STATE_ROLLED_BACK');
    if (published?.size === state.range.size) this.opened(published.note, state.range);
    if ((await this.leaves.size()) < state.range.size) throw new SignerRefusal('LOG_TRUNCATED');
    const again = await this.extend(emptyRange, state.range.size);
    if (Buffer.compare(rootOf(again, nodeSha256), rootOf(state.range, nodeSha256)) !== 0) {
      throw new SignerRefusal('LOG_CHANGED');
    }
    this.state = state;
    // It may have died between remembering and publishing.
    if (published === undefined || published.size < state.range.size) await this.publish(state);
  }

  /** Signs what has been added, or publishes what was signed and could not be published. @returns the new size, or undefined when nothing was. @throws {SignerRefusal} */
  async tick(): Promise<bigint | undefined> {
    const before = this.state?.range ?? emptyRange;
    const range = await this.extend(before, undefined);
    if (this.state !== undefined && range.size === before.size) {
      if ((await this.leaves.size()) < before.size) throw new SignerRefusal('LOG_TRUNCATED');
      if (!this.isUnpublished) return undefined;
      await this.publish(this.state);
      return before.size;
    }
    this.crash('signer.sign.read');
    const text = checkpointText(this.trust.origin, range.size, rootOf(range, nodeSha256));
    const state = { range, note: signNote(text, this.signer, nodeSha256) };
    this.opened(state.note, range);
    this.crash('signer.sign.before-state');
    await this.file.write(state);
    this.state = state;
    this.crash('signer.sign.before-publish');
    await this.publish(state);
    this.crash('signer.sign.after-publish');
    return range.size;
  }

  /** Publishes the last checkpoint once more: an idle log is not a dead one. */
  async heartbeat(): Promise<void> {
    if (this.state !== undefined) await this.publish(this.state);
  }

  private async publish({ range, note }: SignedState): Promise<void> {
    this.isUnpublished = true;
    await this.leaves.publish({ size: range.size, note });
    this.isUnpublished = false;
  }

  /** Leaves from where the range ends, one after the other. @param to undefined: as far as there are any */
  private async extend(from: CompactRange, to: bigint | undefined): Promise<CompactRange> {
    let range = from;
    for (;;) {
      const limit = to === undefined ? PAGE : Math.min(PAGE, Number(to - range.size));
      const page = limit === 0 ? [] : await this.leaves.leaves(range.size, limit);
      if (page.some(({ index }, at) => index !== range.size + BigInt(at))) throw new SignerRefusal('LEAF_MISSING');
      range = appendLeaves(
        range,
        page.map(({ data }) => leafHash(nodeSha256, data)),
        nodeSha256,
      );
      if (page.length < PAGE) return range;
    }
  }

  /** What was signed must verify under trust.json and be of this tree: the wrong key is noticed here, not by every reader. */
  private opened(note: string, range: CompactRange): void {
    try {
      const checkpoint = openCheckpoint(
        note,
        { ...this.trust, policy: '' },
        { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 },
      );
      const same = Buffer.compare(checkpoint.root, rootOf(range, nodeSha256)) === 0;
      if (checkpoint.size !== range.size || !same) throw new SignerRefusal('CHECKPOINT_FORKED');
    } catch (error) {
      if (error instanceof TlogError) throw new SignerRefusal('WRONG_KEY');
      throw error;
    }
  }
}
