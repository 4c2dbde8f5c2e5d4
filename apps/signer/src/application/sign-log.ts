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
import type { Checkpoint, LogTrust } from '#tlog/verify';
import { SignerRefusal, StateInUse } from '../domain/errors.js';
import type { LeafStore, StoredLeaf } from '../persistence/leaf.store.js';
import type { SignedState, StateFile } from '../state/state-file.js';

const PAGE = 1000;
/**
 * Witnesses cosign the newest they hold every minute, signer or none. What they cosigned longer ago may not be the newest, and nothing in the
 * database says so once that is put back from before as well.
 */
const FRESH_MS = 5 * 60_000;

/**
 * Signs one log. Recomputes the tree from the leaves themselves, keeps what it signed where the database's owner cannot reach it, and never
 * signs two trees of one size or a tree that does not extend the last (design.md section 8).
 */
export class SignLog {
  private state: SignedState | undefined;
  /** Hash of the last leaf under it. */
  private last: Uint8Array | undefined;
  /** The database was away when the newest was to be published. */
  private isUnpublished = false;

  constructor(
    private readonly leaves: LeafStore,
    private readonly file: StateFile,
    private readonly trust: LogTrust,
    private readonly signer: NoteSigner,
    private readonly now: () => Date,
    private readonly crash: (point: string) => void,
  ) {}

  /**
   * Reads the state and recomputes everything that was signed.
   * @param genesis the log begins now
   * @param witnessed where the state is lost: newest checkpoint of the log, with its quorum, cosigned within five minutes; looked at only when
   *   there is no state
   * @returns size from which it goes on without a state of its own; undefined where it has one, or begins
   * @throws {SignerRefusal | StateInUse}
   */
  async start(genesis: boolean, witnessed?: string): Promise<bigint | undefined> {
    // Before it is read, and until this process ends: what is read is what was signed last.
    if (!this.file.lock.take()) throw new StateInUse();
    const known = await this.file.read();
    const published = await this.leaves.largestCheckpoint();
    const state = known ?? (witnessed === undefined ? undefined : await this.recovered(witnessed));
    if (state === undefined) {
      // Only where nothing was ever logged can there have been nothing to remember.
      const isNew = published === undefined && (await this.leaves.size()) === 0n;
      if (!genesis || !isNew) throw new SignerRefusal('STATE_MISSING');
      return undefined;
    }
    this.opened(state.note, state.range);
    if (published !== undefined && published.size > state.range.size) throw new SignerRefusal('STATE_ROLLED_BACK');
    if (published?.size === state.range.size) this.opened(published.note, state.range);
    if ((await this.leaves.size()) < state.range.size) throw new SignerRefusal('LOG_TRUNCATED');
    const again = await this.extend(emptyRange, state.range.size);
    if (Buffer.compare(rootOf(again.range, nodeSha256), rootOf(state.range, nodeSha256)) !== 0) {
      throw new SignerRefusal('LOG_CHANGED');
    }
    if (known === undefined) await this.file.write(state);
    [this.state, this.last] = [state, again.last];
    // It may have died between remembering and publishing.
    if (published === undefined || published.size < state.range.size) await this.publish(state);
    return known === undefined ? state.range.size : undefined;
  }

  /**
   * A new state, made of what other organisations have cosigned: they remember what this signer has forgotten, the database's owner cannot
   * change it, and they cosign nothing that contradicts it.
   */
  private async recovered(witnessed: string): Promise<SignedState> {
    const { size, root } = this.witnessed(witnessed);
    if ((await this.leaves.size()) < size) throw new SignerRefusal('LOG_TRUNCATED');
    const { range } = await this.extend(emptyRange, size);
    if (Buffer.compare(rootOf(range, nodeSha256), root) !== 0) throw new SignerRefusal('LOG_CHANGED');
    // The same text signed once more: without the lines of others, and by the key of today.
    return { range, note: signNote(checkpointText(this.trust.origin, size, root), this.signer, nodeSha256) };
  }

  /** Under a policy without witnesses nobody else remembers, and there is nothing to go on from. */
  private witnessed(note: string): Checkpoint {
    let checkpoint: Checkpoint;
    try {
      checkpoint = openCheckpoint(note, this.trust, { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 });
    } catch (error) {
      if (error instanceof TlogError) throw new SignerRefusal('CHECKPOINT_NOT_WITNESSED');
      throw error;
    }
    if (checkpoint.witnessedAt === undefined) throw new SignerRefusal('CHECKPOINT_NOT_WITNESSED');
    // Either way: a clock that was put back makes anything fresh.
    const offMs = Math.abs(this.now().getTime() - Number(checkpoint.witnessedAt) * 1000);
    if (offMs > FRESH_MS) throw new SignerRefusal('CHECKPOINT_STALE');
    return checkpoint;
  }

  /** Signs what has been added, or publishes what was signed and could not be published. @returns the new size, or undefined when nothing was. @throws {SignerRefusal} */
  async tick(): Promise<bigint | undefined> {
    const before = this.state?.range ?? emptyRange;
    const { range, last } = await this.extend(before, undefined, await this.stands(before.size));
    if (this.state !== undefined && range.size === before.size) {
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
    [this.state, this.last] = [state, last];
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

  /**
   * The last leaf that was signed is where it was: a database that is put back from before while this process runs, and grows again, has another
   * there, since every commitment is blinded. What lies deeper is recomputed at each start.
   * @returns the first page of what was added since, read with it
   */
  private async stands(size: bigint): Promise<readonly StoredLeaf[]> {
    if (size === 0n) return this.leaves.leaves(0n, PAGE);
    const [leaf, ...after] = await this.leaves.leaves(size - 1n, PAGE + 1);
    if (leaf === undefined) throw new SignerRefusal('LOG_TRUNCATED');
    if (leaf.index !== size - 1n) throw new SignerRefusal('LEAF_MISSING');
    const isSame = this.last !== undefined && Buffer.compare(leafHash(nodeSha256, leaf.data), this.last) === 0;
    if (!isSame) throw new SignerRefusal('LOG_CHANGED');
    return after;
  }

  /** Leaves from where the range ends, one after the other. @param to undefined: as far as there are any @param first page, if it has been read */
  private async extend(
    from: CompactRange,
    to: bigint | undefined,
    first?: readonly StoredLeaf[],
  ): Promise<{ readonly range: CompactRange; readonly last: Uint8Array | undefined }> {
    let [range, last] = [from, this.last];
    for (let read = first; ; read = undefined) {
      const limit = to === undefined ? PAGE : Math.min(PAGE, Number(to - range.size));
      const page = read ?? (limit === 0 ? [] : await this.leaves.leaves(range.size, limit));
      if (page.some(({ index }, at) => index !== range.size + BigInt(at))) throw new SignerRefusal('LEAF_MISSING');
      const hashes = page.map(({ data }) => leafHash(nodeSha256, data));
      last = hashes.at(-1) ?? last;
      range = appendLeaves(range, hashes, nodeSha256);
      if (page.length < PAGE) return { range, last };
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
