import { randomBytes } from 'node:crypto';
import { sha256Base64url } from '#envelope';
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
} from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import { rootOfLeaves } from '#tlog/verify';
import { ACTS, ERASED } from './scene.js';
import type { Act, ActName, Scene } from './scene.js';

export type BundleFiles = Map<string, Uint8Array>;

/** A log and the bundle that is cut from it, to be altered as somebody with these keys could, and then built as the ledger builds it. */
export class Draft {
  acts: Act[];
  private readonly names: ActName[] = [...ACTS];
  /** Index of the first act: the leaves before it are somebody else's. */
  readonly first: number;
  from: number;
  to: number;
  bounds: readonly string[] | undefined;
  /** Indices that have no line, and those that are called erased, by the entry named. */
  readonly hidden = new Set<number>();
  readonly erased = new Map<number, number>();
  keysEntries: Uint8Array[];
  ruleSets: Uint8Array[] = [];
  cooperations: string[];
  signer: NoteSigner;
  witnesses: readonly NoteSigner[];
  /** Size of the previous checkpoint; absent: none. */
  previous: number | undefined;

  constructor(
    readonly scene: Scene,
    private readonly earlier: readonly Uint8Array[],
  ) {
    this.acts = scene.acts.map((act, i) =>
      earlier.length > 0 && i === scene.at('erasure') ? (scene.laterErasure ?? act) : act,
    );
    this.first = earlier.length;
    this.from = earlier.length;
    this.to = earlier.length + this.acts.length;
    this.keysEntries = [...scene.world.entries];
    this.cooperations = [...scene.cooperations];
    this.signer = scene.world.keys.logs.disclosure;
    this.witnesses = scene.witnesses;
    this.previous = this.from + 4;
    for (const name of ERASED) this.erased.set(this.at(name), this.at('erasure'));
  }

  at(name: ActName): number {
    return this.first + this.place(name);
  }
  act(name: ActName): Act {
    return this.acts[this.place(name)] as Act;
  }
  replace(name: ActName, change: Partial<Act>): void {
    this.acts[this.place(name)] = { ...this.act(name), ...change };
  }
  private place(name: ActName): number {
    const place = this.names.indexOf(name);
    if (place < 0) throw new Error(`${name} is not in the log`);
    return place;
  }
  /** Puts another entry at the end of the period. */
  append(entry: string, annex?: string): number {
    const last = this.acts.at(-1) as Act;
    this.acts.push({
      entry,
      blind: randomBytes(32),
      loggedAt: last.loggedAt + 120_000,
      ...(annex === undefined ? {} : { annex }),
    });
    this.to += 1;
    return this.to - 1;
  }
  /** Takes an entry out as if it had never been put into the log; what comes later moves up, and the erasure names its new places. */
  async remove(name: ActName): Promise<void> {
    const place = this.place(name);
    this.acts.splice(place, 1);
    this.names.splice(place, 1);
    this.to -= 1;
    this.erased.clear();
    for (const erased of ERASED) this.erased.set(this.at(erased), this.at('erasure'));
    this.replace(
      'erasure',
      await this.scene.erasureOf(ERASED.map((erased) => this.scene.erasedOpening(erased, this.at(erased)))),
    );
  }

  get leaves(): readonly Uint8Array[] {
    return [
      ...this.earlier,
      ...this.acts.map(({ entry, blind }) => disclosureLeaf(blind, Buffer.from(entry), nodeSha256)),
    ];
  }

  /** A checkpoint over the first `size` leaves, cosigned when the last of them was logged. */
  checkpoint(size = this.leaves.length, leaves = this.leaves, atMs = this.timeOf(size)): string {
    const root = rootOfLeaves(leaves.slice(0, size), nodeSha256);
    return this.cosigned(signNote(checkpointText(this.signer.name, BigInt(size), root), this.signer, nodeSha256), atMs);
  }
  cosigned(note: string, atMs: number): string {
    const at = BigInt(Math.floor(atMs / 1000));
    const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
    return note + this.witnesses.map((one, i) => cosignatureLine(text, one, at + BigInt(i), nodeSha256)).join('');
  }
  timeOf(size: number): number {
    return this.acts[size - this.first - 1]?.loggedAt ?? (this.acts[0] as Act).loggedAt - 600_000;
  }

  keysCheckpoint(size = this.keysEntries.length): string {
    const { keys } = this.scene.world.keys.logs;
    const root = rootOfLeaves(this.keysEntries.slice(0, size), nodeSha256);
    return this.cosigned(
      signNote(checkpointText(keys.name, BigInt(size), root), keys, nodeSha256),
      this.timeOf(this.leaves.length),
    );
  }

  async build(): Promise<BundleFiles> {
    const files: BundleFiles = new Map();
    const { leaves } = this;
    const size = leaves.length;
    files.set('checkpoint', Buffer.from(this.checkpoint(size, leaves)));
    const tiles = await tilesOf(leaves);
    for (const [path, bytes] of tiles.files) files.set(path, bytes);
    for (const [path, bytes] of entryFiles(leaves)) files.set(path, bytes);
    if (this.previous !== undefined) {
      const previous = this.checkpoint(this.previous, leaves);
      files.set('checkpoint.prev', Buffer.from(previous));
      const hashes = await consistencyProof(BigInt(this.previous), BigInt(size), tiles.read, nodeSha256);
      files.set('consistency', Buffer.from(offerText(BigInt(this.previous), hashes, this.checkpoint(size, leaves))));
    }
    files.set(
      'checkpoints.jsonl',
      Buffer.from(
        this.series(leaves)
          .map((note) => `${JSON.stringify(note)}\n`)
          .join(''),
      ),
    );
    for (const [path, text] of this.openingFiles()) files.set(path, Buffer.from(text));
    files.set('keys/checkpoint', Buffer.from(this.keysCheckpoint()));
    for (const [path, bytes] of entryFiles(this.keysEntries)) files.set(`keys/${path}`, bytes);
    for (const [at, bytes] of this.ruleSets.entries()) files.set(`rule-sets/${at + 1}.json`, bytes);
    for (const [at, text] of this.cooperations.entries()) files.set(`cooperations/${at + 1}.json`, Buffer.from(text));
    return this.listed(files);
  }

  /** Checkpoints of the period: every other one that a new entry made, and where nothing came for a while the same signed anew. */
  private series(leaves: readonly Uint8Array[]): readonly string[] {
    return this.acts.flatMap(({ loggedAt }, at) => {
      const size = this.first + at;
      const idle = at > 0 && loggedAt - this.timeOf(size) > 200_000;
      return [
        ...(idle ? [this.checkpoint(size, leaves, loggedAt - 60_000)] : []),
        ...(at % 2 === 0 ? [this.checkpoint(size + 1, leaves)] : []),
      ];
    });
  }

  /** With manifest.json as these files make it. */
  listed(files: BundleFiles): BundleFiles {
    const digests = [...files]
      .filter(([path]) => path !== 'manifest.json')
      .map(([path, bytes]) => [path, sha256Base64url(bytes)] as const);
    const manifest = {
      format: 'delge-bundle/1',
      origins: { disclosure: this.scene.trust.logs.disclosure.origin, keys: this.scene.trust.logs.keys.origin },
      from: String(this.from),
      to: String(this.to),
      ...(this.bounds === undefined ? {} : { bounds: this.bounds }),
      files: Object.fromEntries(digests),
    };
    return new Map([...files, ['manifest.json', Buffer.from(JSON.stringify(manifest))]]);
  }

  private openingFiles(): ReadonlyMap<string, string> {
    const texts = new Map<string, string>();
    for (const [at, { entry, blind, annex }] of this.acts.entries()) {
      const index = this.first + at;
      if (this.hidden.has(index)) continue;
      const by = this.erased.get(index);
      const opening = {
        entry,
        blind: Buffer.from(blind).toString('base64url'),
        ...(annex === undefined ? {} : { annex }),
      };
      const line = { idx: String(index), ...(by === undefined ? opening : { erasedBy: String(by) }) };
      const path = `openings/${Math.floor(index / TILE_WIDTH)}.jsonl`;
      texts.set(path, `${texts.get(path) ?? ''}${JSON.stringify(line)}\n`);
    }
    return texts;
  }

  /** A proof as the ledger gives it. */
  async proof(index: number, size = this.leaves.length): Promise<string> {
    const [only] = await this.proofs([index], size);
    return only as string;
  }
  /** Proofs under one checkpoint. */
  async proofs(indices: readonly number[], size = this.leaves.length): Promise<readonly string[]> {
    const { read } = await tilesOf(this.leaves.slice(0, size));
    const checkpoint = this.checkpoint(size);
    const proven = async (index: bigint): Promise<string> =>
      proofText(index, await inclusionProof(index, BigInt(size), read, nodeSha256), checkpoint);
    return Promise.all(indices.map((index) => proven(BigInt(index))));
  }
  async consistency(from: number, to: number): Promise<string> {
    const { read } = await tilesOf(this.leaves.slice(0, to));
    return offerText(
      BigInt(from),
      await consistencyProof(BigInt(from), BigInt(to), read, nodeSha256),
      this.checkpoint(to),
    );
  }
}

const tilesOf = async (leaves: readonly Uint8Array[]) => {
  const stored = new Map<string, Uint8Array>();
  const read = (level: number, n: bigint): Promise<Uint8Array | undefined> =>
    Promise.resolve(stored.get(`${level}/${n}`));
  const hashes = leaves.map((leaf) => leafHash(nodeSha256, leaf));
  for (const tile of await appendToTiles(0n, hashes, read, nodeSha256))
    stored.set(`${tile.level}/${tile.n}`, tile.hashes);
  const files = [...stored].map(([name, bytes]) => {
    const [level = '', n = '0'] = name.split('/');
    return [`tile/${level}/${tilePath(BigInt(n))}${partial(bytes.length / 32)}`, bytes] as const;
  });
  return { read, files };
};

const entryFiles = (entries: readonly Uint8Array[]): readonly (readonly [string, Uint8Array])[] =>
  Array.from({ length: Math.ceil(entries.length / TILE_WIDTH) }, (_, n) => {
    const some = entries.slice(n * TILE_WIDTH, (n + 1) * TILE_WIDTH);
    const bytes = some.flatMap((entry) => [Buffer.from([entry.length >> 8, entry.length & 255]), entry]);
    return [`tile/entries/${tilePath(BigInt(n))}${partial(some.length)}`, Buffer.concat(bytes)] as const;
  });
const partial = (width: number): string => (width === TILE_WIDTH ? '' : `.p/${width}`);

/** Leaves that stand before the scene's: of entries that nobody shows. */
export const someLeaves = (count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, i) =>
    disclosureLeaf(randomBytes(32), Buffer.from(`somebody else's entry ${i}`), nodeSha256),
  );
