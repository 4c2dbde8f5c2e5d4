import { randomBytes } from 'node:crypto';
import {
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
} from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import { rootOfLeaves } from '#tlog/verify';

/** An entry of the disclosure log with its opening and its place. */
export interface LoggedEntry {
  readonly entry: string;
  /** base64url, 32 octets. */
  readonly blind: string;
  /** c2sp.org/tlog-proof@v1 */
  readonly proof: string;
}

/** The disclosure log in memory: leaves, tiles, signed checkpoints and proofs as the ledger and its signer make them. */
export class DisclosureLog {
  private readonly leaves: Uint8Array[] = [];
  private readonly tiles = new Map<string, Uint8Array>();

  /** @param witnesses cosign every checkpoint */
  constructor(
    readonly signer: NoteSigner,
    private readonly witnesses: readonly NoteSigner[] = [],
  ) {}

  get size(): bigint {
    return BigInt(this.leaves.length);
  }

  get root(): Uint8Array {
    return rootOfLeaves(this.leaves, nodeSha256);
  }

  /** Some entries of others, so that a proof has hashes in it. */
  async fill(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) await this.add(`somebody else's entry ${i}`, randomBytes(32));
  }

  async append(entry: string, blind = randomBytes(32)): Promise<LoggedEntry> {
    const index = await this.add(entry, blind);
    return { entry, blind: blind.toString('base64url'), proof: await this.prove(index) };
  }

  /** @param signer another than the log's own, to forge */
  checkpoint(size = this.size, root = this.root, signer = this.signer): string {
    const text = checkpointText(this.signer.name, size, root);
    const time = BigInt(Math.floor(Date.now() / 1000));
    const lines = this.witnesses.map((witness) => cosignatureLine(text, witness, time, nodeSha256));
    return `${signNote(text, signer, nodeSha256)}${lines.join('')}`;
  }

  /** What a witness of `from` leaves is asked to cosign. */
  async offer(from: bigint): Promise<string> {
    return offerText(from, await consistencyProof(from, this.size, this.read, nodeSha256), this.checkpoint());
  }

  async prove(index: bigint, checkpoint = this.checkpoint()): Promise<string> {
    return proofText(index, await inclusionProof(index, this.size, this.read, nodeSha256), checkpoint);
  }

  private readonly read = (level: number, n: bigint): Promise<Uint8Array | undefined> =>
    Promise.resolve(this.tiles.get(`${level}/${n}`));

  private add(entry: string, blind: Uint8Array): Promise<bigint> {
    return this.take(disclosureLeaf(blind, Buffer.from(entry, 'ascii'), nodeSha256));
  }

  /** A leaf as it stands in another log. @returns its index */
  async take(leaf: Uint8Array): Promise<bigint> {
    const index = this.size;
    for (const { level, n, hashes } of await appendToTiles(index, [leafHash(nodeSha256, leaf)], this.read, nodeSha256))
      this.tiles.set(`${level}/${n}`, hashes);
    this.leaves.push(leaf);
    return index;
  }
}
