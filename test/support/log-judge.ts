import { createHash } from 'node:crypto';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import { TlogError, openCheckpoint, verifyProofText } from '#tlog/verify';
import type { Checkpoint, LogTrust } from '#tlog/verify';

/** What one disclosure log shows after it was disturbed, and what was handed over to it. */
export interface LogEvidence {
  readonly trust: LogTrust;
  /** Entries whose transaction was committed, by id. */
  readonly handed: ReadonlyMap<string, { readonly entry: Buffer; readonly blind: Buffer }>;
  readonly leaves: readonly { readonly index: bigint; readonly entryId: string; readonly data: Buffer }[];
  readonly openings: readonly { readonly index: bigint; readonly entry: Buffer; readonly blind: Buffer }[];
  /** Signed notes, from wherever one was seen. */
  readonly checkpoints: readonly string[];
  /** Hashes by `<level>/<n>`, the partial ones included. */
  readonly tiles: ReadonlyMap<string, Uint8Array>;
  /** c2sp.org/tlog-proof by entry id, under checkpoints that meet the policy. */
  readonly proofs: ReadonlyMap<string, string>;
}

export interface LogJudgement {
  /** Handed over, and no leaf. */
  readonly lost: readonly string[];
  /** More than one leaf. */
  readonly twice: readonly string[];
  /** A leaf, and never handed over. */
  readonly foreign: readonly string[];
  /** A leaf that is not the commitment to what was handed over. */
  readonly altered: readonly string[];
  /** A leaf whose opening is missing or another. */
  readonly unopened: readonly string[];
  /** Indexes at which the leaves do not go on by one. */
  readonly gaps: readonly bigint[];
  /** Checkpoints that are not signed by the log. */
  readonly unsigned: readonly string[];
  /** Sizes for which the log signed two roots. */
  readonly forked: readonly bigint[];
  /** Sizes for which the log signed another root than that of the leaves. */
  readonly unborne: readonly bigint[];
  /** Tiles that are missing or not those of the leaves. */
  readonly tiles: readonly string[];
  /** Entries whose proof does not verify. */
  readonly unproven: readonly string[];
}

export const sound: LogJudgement = {
  lost: [],
  twice: [],
  foreign: [],
  altered: [],
  unopened: [],
  gaps: [],
  unsigned: [],
  forked: [],
  unborne: [],
  tiles: [],
  unproven: [],
};

/** How much there was to judge. */
export const tell = ({ handed, checkpoints, tiles, proofs }: LogEvidence): void =>
  void process.stdout.write(
    `  ${handed.size} entries, ${checkpoints.length} checkpoints, ${tiles.size} tiles, ${proofs.size} proofs\n`,
  );

const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const [LEAF, NODE, VERSION] = [0, 1, 1].map((octet) => Buffer.of(octet)) as [Buffer, Buffer, Buffer];
const commitment = (blind: Buffer, entry: Buffer): Buffer =>
  Buffer.concat([VERSION, sha256(Buffer.from('se.dlog.leaf/v1\n'), blind, entry)]);

/** The tree as RFC 9162 section 2.1.1 defines it, with nothing of the product's own: MTH(D[0:n]) from the leaves' hashes. */
class ReferenceTree {
  private readonly complete = new Map<string, Buffer>();

  constructor(private readonly hashes: readonly Buffer[]) {}

  /** @param start multiple of the power of two that covers `count` */
  root(start: number, count: number): Buffer {
    if (count === 0) return sha256();
    if (count === 1) return this.hashes[start] ?? Buffer.alloc(0);
    const key = `${start}/${count}`;
    const known = this.complete.get(key);
    if (known !== undefined) return known;
    let left = 1;
    while (left * 2 < count) left *= 2;
    const root = sha256(NODE, this.root(start, left), this.root(start + left, count - left));
    if (left * 2 === count) this.complete.set(key, root);
    return root;
  }

  /** Hashes of one tile, c2sp.org/tlog-tiles. */
  tile(level: number, n: number): Buffer {
    const each = 256 ** level;
    const whole = Math.floor(this.hashes.length / each);
    const width = Math.max(0, Math.min(256, whole - 256 * n));
    return Buffer.concat(Array.from({ length: width }, (_, at) => this.root((256 * n + at) * each, each)));
  }

  /** Every tile that a tree of this size has. */
  *tiles(): Generator<readonly [string, Buffer]> {
    for (let level = 0; this.hashes.length >= 256 ** level; level += 1) {
      for (let n = 0; n * 256 ** (level + 1) < this.hashes.length; n += 1) {
        const hashes = this.tile(level, n);
        if (hashes.length > 0) yield [`${level}/${n}`, hashes];
      }
    }
  }
}

/** Judges a log by what was handed over to it, with tree arithmetic of its own. */
export function judgeLog({ trust, handed, ...log }: LogEvidence): LogJudgement {
  const leaves = log.leaves.toSorted((a, b) => Number(a.index - b.index));
  const count = new Map<string, number>();
  for (const { entryId } of leaves) count.set(entryId, (count.get(entryId) ?? 0) + 1);
  const openings = new Map(log.openings.map((opening) => [opening.index, opening]));
  const tree = new ReferenceTree(leaves.map(({ data }) => sha256(LEAF, data)));
  const checkpoints = log.checkpoints.map((note) => [note, opened(note, { ...trust, policy: '' })] as const);
  const roots = new Map<bigint, Set<string>>();
  for (const [, checkpoint] of checkpoints) {
    if (checkpoint === undefined) continue;
    const known = roots.get(checkpoint.size) ?? new Set();
    roots.set(checkpoint.size, known.add(Buffer.from(checkpoint.root).toString('hex')));
  }
  return {
    lost: [...handed.keys()].filter((id) => !count.has(id)),
    twice: [...count].filter(([, times]) => times > 1).map(([id]) => id),
    foreign: [...count.keys()].filter((id) => !handed.has(id)),
    altered: leaves
      .filter(({ entryId, data }) => {
        const own = handed.get(entryId);
        return own !== undefined && !commitment(own.blind, own.entry).equals(data);
      })
      .map(({ entryId }) => entryId),
    unopened: leaves
      .filter(({ index, data }) => {
        const opening = openings.get(index);
        return opening === undefined || !commitment(opening.blind, opening.entry).equals(data);
      })
      .map(({ entryId }) => entryId),
    gaps: leaves.filter(({ index }, at) => index !== BigInt(at)).map(({ index }) => index),
    unsigned: checkpoints.filter(([, checkpoint]) => checkpoint === undefined).map(([note]) => note),
    forked: [...roots].filter(([, signed]) => signed.size > 1).map(([size]) => size),
    unborne: [...roots]
      .filter(
        ([size, signed]) =>
          size > BigInt(leaves.length) || !signed.has(tree.root(0, Number(size)).toString('hex')) || signed.size > 1,
      )
      .map(([size]) => size),
    tiles: [...tree.tiles()]
      .filter(([name, hashes]) => Buffer.compare(log.tiles.get(name) ?? Buffer.alloc(0), hashes) !== 0)
      .map(([name]) => name),
    unproven: [...log.proofs].filter(([id, proof]) => !proves(proof, handed.get(id), trust)).map(([id]) => id),
  };
}

const opened = (note: string, trust: LogTrust): Checkpoint | undefined => {
  try {
    return openCheckpoint(note, trust, verification);
  } catch (error) {
    if (error instanceof TlogError) return undefined;
    throw error;
  }
};

const proves = (
  proof: string,
  own: { readonly entry: Buffer; readonly blind: Buffer } | undefined,
  trust: LogTrust,
): boolean => {
  if (own === undefined) return false;
  try {
    verifyProofText(proof, commitment(own.blind, own.entry), trust, verification);
    return true;
  } catch (error) {
    if (error instanceof TlogError) return false;
    throw error;
  }
};
