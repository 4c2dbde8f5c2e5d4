import { TILE_WIDTH, consistencyProof, inclusionProofs, nodeSha256, parseTilePath, proofText } from '#tlog/build';
import type { ReadTile } from '#tlog/build';
import type { LogName } from '../domain/log.js';
import type { Leaf, LogStore } from '../persistence/log.store.js';
import type { Checkpoints } from './checkpoints.js';

const HASH_BYTES = 32;
/** A statement has at most 64 KiB: a page stays below what its readers take. */
const MAX_ENTRIES = 100;
/** Tiles a process keeps: full ones never change. */
const MAX_TILES = 4096;

export interface TileAnswer {
  readonly bytes: Uint8Array;
  /** A full tile never changes; a partial one does not either, but nobody asks for it twice. */
  readonly full: boolean;
}

/** What the log gives out to its readers, all of it under the newest witnessed checkpoint. @see c2sp.org/tlog-tiles */
export class ReadLog {
  private readonly full = new Map<string, Uint8Array>();

  constructor(
    private readonly store: LogStore,
    private readonly checkpoints: Checkpoints,
  ) {}

  /** @returns entry id to c2sp.org/tlog-proof@v1, for those that stand under the newest checkpoint */
  async proofs(
    entryIds: readonly string[],
  ): Promise<{ readonly checkpoint: string; readonly proofs: ReadonlyMap<string, string> }> {
    const newest = this.checkpoints.newest('disclosure');
    if (newest === undefined) return { checkpoint: '', proofs: new Map() };
    const leaves = await this.store.find('disclosure', entryIds, newest.size);
    const proofOf = this.inclusions('disclosure', newest.size, newest.note);
    const proofs = new Map<string, string>();
    for (const { index, entryId } of leaves) proofs.set(entryId, await proofOf(index));
    return { checkpoint: newest.note, proofs };
  }

  /** Leaves under the newest checkpoint that is given out. */
  size(log: LogName): bigint {
    return this.checkpoints.newest(log)?.size ?? 0n;
  }

  /** @param size,note a checkpoint that covers the indices @returns c2sp.org/tlog-proof@v1 of each; what they share is read and hashed once */
  inclusions(log: LogName, size: bigint, note: string): (index: bigint) => Promise<string> {
    const proofOf = inclusionProofs(size, this.reader(log), nodeSha256);
    return async (index) => proofText(index, await proofOf(index), note);
  }

  /** @returns hashes, or undefined when the sizes are not both under the newest checkpoint */
  async consistency(log: LogName, from: bigint, to: bigint): Promise<readonly Uint8Array[] | undefined> {
    const size = this.size(log);
    return from > to || to > size ? undefined : this.proof(log, from, to);
  }

  /** Consistency proof between sizes for which there are leaves, covered by a witnessed checkpoint or not. */
  proof(log: LogName, from: bigint, to: bigint): Promise<readonly Uint8Array[]> {
    return consistencyProof(from, to, this.reader(log), nodeSha256);
  }

  /** Entries [from, to) in the clear, at most 100. */
  async entries(log: LogName, from: bigint, to: bigint): Promise<readonly Leaf[]> {
    const size = this.size(log);
    const end = to < size ? to : size;
    return from >= end
      ? []
      : this.store.leaves(log, from, end < from + BigInt(MAX_ENTRIES) ? end : from + BigInt(MAX_ENTRIES));
  }

  /** @param path what stands after `tile/`: `<level>/<n>`, `entries/<n>`, either with `.p/<width>` @returns undefined when there is none */
  async tile(log: LogName, path: string): Promise<TileAnswer | undefined> {
    const asked = /^(entries|[0-9]|[1-5][0-9]|6[0-3])\/(.+?)(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path);
    const n = asked?.[2] === undefined ? undefined : parseTilePath(asked[2]);
    if (asked === null || n === undefined) return undefined;
    const width = asked[3] === undefined ? TILE_WIDTH : Number(asked[3]);
    if (asked[3] !== undefined && width >= TILE_WIDTH) return undefined;
    const size = this.size(log);
    const level = asked[1] === 'entries' ? 0 : Number(asked[1]);
    // Nothing is given out that no checkpoint covers yet.
    if (n * BigInt(TILE_WIDTH) + BigInt(width) > size >> BigInt(8 * level)) return undefined;
    const full = width === TILE_WIDTH;
    if (asked[1] === 'entries') return { bytes: await this.bundle(log, n, width), full };
    const hashes = await this.reader(log)(level, n);
    if (hashes === undefined || hashes.length < width * HASH_BYTES) return undefined;
    return { bytes: hashes.subarray(0, width * HASH_BYTES), full };
  }

  private async bundle(log: LogName, n: bigint, width: number): Promise<Uint8Array> {
    const from = n * BigInt(TILE_WIDTH);
    const leaves = await this.store.leaves(log, from, from + BigInt(width));
    return Buffer.concat(
      leaves.flatMap(({ data }) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(data.length);
        return [length, data];
      }),
    );
  }

  /** For one answer: what is read once is not read again, and full tiles are kept for the next. */
  private reader(log: LogName): ReadTile {
    const read = this.store.readTile(log);
    const seen = new Map<string, Uint8Array | undefined>();
    return async (level, n) => {
      const key = `${log}/${level}/${n}`;
      const known = this.full.get(key) ?? seen.get(key);
      if (known !== undefined) return known;
      const hashes = await read(level, n);
      seen.set(key, hashes);
      if (hashes?.length === TILE_WIDTH * HASH_BYTES) {
        if (this.full.size >= MAX_TILES) this.full.clear();
        this.full.set(key, hashes);
      }
      return hashes;
    };
  }
}
