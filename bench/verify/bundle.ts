import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  TILE_WIDTH,
  appendToTiles,
  checkpointText,
  consistencyProof,
  cosignatureLine,
  disclosureLeaf,
  inclusionProof,
  leafHash,
  nodeSha256,
  offerText,
  proofText,
  signNote,
  tilePath,
  type NoteSigner,
  type ReadTile,
} from '#tlog/build';
import { GrowingTree } from '#tlog/verify';
import type { Act } from './acts.js';
import { digestOf, type BenchWorld } from './world.js';

/** An act at its place. */
export interface Placed extends Act {
  readonly index: number;
  readonly blind: string;
}

/** Writes a bundle of the whole log, 256 entries at once, with a checkpoint after each of these. */
export class BundleWriter {
  private readonly digests: Record<string, string> = {};
  private readonly hashes: Uint8Array[] = [];
  private readonly tree = new GrowingTree(nodeSha256);
  private readonly series: { readonly size: number; readonly note: string }[] = [];
  private lines: string[] = [];
  private leaves: Uint8Array[] = [];
  private readTile: ReadTile = () => Promise.resolve(undefined);
  octets = 0;

  constructor(
    private readonly dir: string,
    private readonly world: BenchWorld,
  ) {}

  get size(): number {
    return this.hashes.length;
  }

  /** @param at milliseconds */
  add(act: Act, at: number): Placed {
    const blind = randomBytes(32);
    const leaf = disclosureLeaf(blind, Buffer.from(act.entry), nodeSha256);
    const hash = leafHash(nodeSha256, leaf);
    const placed = { ...act, index: this.size, blind: blind.toString('base64url') };
    const { entry, annex } = act;
    this.lines.push(`${JSON.stringify({ idx: String(placed.index), entry, blind: placed.blind, annex })}\n`);
    this.leaves.push(leaf);
    this.hashes.push(hash);
    this.tree.append(hash);
    if (this.leaves.length === TILE_WIDTH) this.flush(at);
    return placed;
  }

  private flush(at: number): void {
    if (this.leaves.length === 0) return;
    const n = Math.floor((this.size - 1) / TILE_WIDTH);
    this.write(`openings/${n}.jsonl`, this.lines.join(''));
    this.write(...entryFile(n, this.leaves));
    this.series.push({ size: this.size, note: this.note(this.world.logs.disclosure, this.size, this.tree.root(), at) });
    this.lines = [];
    this.leaves = [];
  }

  /** Everything else, manifest.json last. @param at milliseconds */
  async close(at: number): Promise<void> {
    this.flush(at);
    const { trust, entries, cooperations } = this.world;
    const stored = new Map<string, Uint8Array>();
    this.readTile = (level, n) => Promise.resolve(stored.get(`${level}/${n}`));
    for (const { level, n, hashes } of await appendToTiles(0n, this.hashes, this.readTile, nodeSha256)) {
      stored.set(`${level}/${n}`, hashes);
      this.write(`tile/${level}/${tilePath(n)}${partial(hashes.length / 32)}`, hashes);
    }
    this.write('checkpoint', this.head);
    const [first] = this.series;
    if (first !== undefined && first.size < this.size) {
      const sizes = [BigInt(first.size), BigInt(this.size)] as const;
      this.write('checkpoint.prev', first.note);
      const proof = await consistencyProof(...sizes, this.readTile, nodeSha256);
      this.write('consistency', offerText(sizes[0], proof, this.head));
    }
    this.write('checkpoints.jsonl', this.series.map(({ note }) => `${JSON.stringify(note)}\n`).join(''));
    this.write('keys/checkpoint', this.keysCheckpoint(at));
    for (let n = 0; n * TILE_WIDTH < entries.length; n += 1)
      this.write(...keyed(entryFile(n, entries.slice(n * TILE_WIDTH, (n + 1) * TILE_WIDTH))));
    for (const [i, bytes] of cooperations.entries()) this.write(`cooperations/${i + 1}.json`, bytes);
    const origins = { disclosure: trust.logs.disclosure.origin, keys: trust.logs.keys.origin };
    const listed = { format: 'delge-bundle/1', origins, from: '0', to: String(this.size), files: this.digests };
    writeFileSync(join(this.dir, 'manifest.json'), JSON.stringify(listed));
  }

  private get head(): string {
    return this.series.at(-1)?.note ?? '';
  }

  keysCheckpoint(at: number): string {
    const { logs, keys } = this.world;
    return this.note(logs.keys, Number(keys.size), Buffer.from(keys.at(keys.size).rootBase64, 'base64'), at);
  }

  /** An evidence file about one message, its entries proven under the newest checkpoint. */
  async evidence(placed: readonly Placed[], at: number): Promise<object> {
    const { trust, entries: keysEntries, cooperations } = this.world;
    const entries = [];
    for (const { index, entry, annex, blind } of placed) {
      const hashes = await inclusionProof(BigInt(index), BigInt(this.size), this.readTile, nodeSha256);
      const before = this.series.findLast(({ size }) => size <= index)?.note;
      const proof = proofText(BigInt(index), hashes, this.head);
      entries.push({ entry, blind, annex, proof, ...(before === undefined ? {} : { before }) });
    }
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
    return {
      format: 'delge-evidence/1',
      origins: { disclosure: trust.logs.disclosure.origin, keys: trust.logs.keys.origin },
      messageId: placed[0]?.messageId,
      entries,
      keys: { checkpoint: this.keysCheckpoint(at), entries: keysEntries.map(text) },
      cooperations: cooperations.map(text),
    };
  }

  private note(log: NoteSigner, size: number, root: Uint8Array, at: number): string {
    const text = checkpointText(log.name, BigInt(size), root);
    const time = BigInt(Math.ceil(at / 1000));
    const cosignatures = this.world.witnesses.map((one) => cosignatureLine(text, one, time, nodeSha256));
    return signNote(text, log, nodeSha256) + cosignatures.join('');
  }

  private write(path: string, bytes: Uint8Array | string): void {
    const file = join(this.dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    this.digests[path] = digestOf(bytes);
    this.octets += Buffer.byteLength(bytes);
  }
}

const partial = (width: number): string => (width === TILE_WIDTH ? '' : `.p/${width}`);
const entryFile = (n: number, entries: readonly Uint8Array[]): [string, Uint8Array] => {
  const bytes = entries.flatMap((entry) => [Buffer.from([entry.length >> 8, entry.length & 255]), entry]);
  return [`tile/entries/${tilePath(BigInt(n))}${partial(entries.length)}`, Buffer.concat(bytes)];
};
const keyed = ([path, bytes]: [string, Uint8Array]): [string, Uint8Array] => [`keys/${path}`, bytes];
