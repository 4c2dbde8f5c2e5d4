import { KeyStoreError } from '#keystore';
import { cosignatureLine, nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import {
  TlogError,
  emptyRoot,
  openCheckpoint,
  parseNote,
  parseOffer,
  parsePolicy,
  verifiedBy,
  verifyConsistency,
} from '#tlog/verify';
import type { Checkpoint, LogTrust, Offer, PolicyWitness } from '#tlog/verify';
import type { Held, WitnessMemory } from './witness-memory.js';

const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };

/** What became of a checkpoint that was offered. */
export type WitnessOutcome =
  /** Persisted, and cosigned: the note with this witness's line. */
  | { readonly is: 'cosigned'; readonly size: bigint; readonly note: string }
  /** Persisted; no policy asks for this gateway's cosignature. */
  | { readonly is: 'seen'; readonly size: bigint }
  /** Another process of this gateway was there before. */
  | { readonly is: 'overtaken' }
  /** Signed by the log, and contradicts what is held: kept as evidence, never cosigned. */
  | { readonly is: 'forked'; readonly code: 'FORKED' | 'INCONSISTENT'; readonly size: bigint; readonly isNew: boolean }
  /** Not to be read, or not signed by the log. */
  | { readonly is: 'refused'; readonly code: string };

/** Its own key, without the name that the policy gives it. */
type WitnessKey = Omit<NoteSigner, 'name'>;

const namedIn = (policy: string, { publicKey }: WitnessKey): PolicyWitness | undefined =>
  parsePolicy(policy, nodeSha256).witnesses.find(({ key }) => Buffer.compare(key.publicKey, publicKey) === 0);

/**
 * The one that the policy names; the newest when it names none, which cosigns nothing then: a key that was made and does not stand in trust.json yet takes no voice away.
 * @param held newest first
 * @throws {KeyStoreError} NO_KEY
 */
export const witnessKeyOf = (policy: string, held: readonly WitnessKey[]): WitnessKey => {
  const found = held.find((key) => namedIn(policy, key) !== undefined) ?? held[0];
  if (found === undefined) throw new KeyStoreError('NO_KEY', 'witness');
  return found;
};

/**
 * This gateway as a witness of one log: it cosigns only what extends everything it has ever cosigned. @see c2sp.org/tlog-witness
 */
export class WitnessLog {
  private readonly logAlone: LogTrust;
  private readonly own: PolicyWitness | undefined;
  private held: Held | undefined;
  /** The largest that this process has seen in the memory or put there: a database that is put back from before does not take it along. */
  private largest: Held | undefined;
  /** For good: what the memory says from here on may have grown from a past that was put back. */
  private isPutBack = false;

  /** @param key Ed25519, the gateway's witness key */
  constructor(
    private readonly trust: LogTrust,
    private readonly key: WitnessKey,
    private readonly memory: WitnessMemory,
    private readonly now: () => Date,
  ) {
    this.logAlone = { ...trust, policy: '' };
    this.own = namedIn(trust.policy, key);
  }

  /** Whether the policy asks for another key's cosignature by a name that ends as this gateway's does. */
  isPassedOver(gateway: string): boolean {
    const { witnesses } = parsePolicy(this.trust.policy, nodeSha256);
    return this.own === undefined && witnesses.some(({ key }) => key.name.endsWith(`/${gateway}`));
  }

  /**
   * Size of the newest checkpoint held; read again from the memory after `overtaken`.
   * @returns undefined when nothing is remembered, or less than was
   */
  async size(): Promise<bigint | undefined> {
    if (this.held === undefined && !this.isPutBack) {
      const read = await this.memory.held(this.trust.origin);
      this.isPutBack = this.largest !== undefined && (read === undefined || isBefore(read, this.largest));
      if (!this.isPutBack) this.holds(read);
    }
    return this.held?.size;
  }

  private holds(held: Held | undefined): void {
    this.held = held;
    this.largest = held ?? this.largest;
  }

  /**
   * Whether this key cosigned more than is remembered: then the memory was lost, or put back from before.
   * @param shown newest checkpoint of the log that has its quorum, read before the memory
   */
  hasForgotten(shown: string): boolean {
    try {
      const { size } = openCheckpoint(shown, this.logAlone, verification);
      const isOwn = this.own !== undefined && verifiedBy(parseNote(shown), this.own.key, verification).length > 0;
      return isOwn && size > (this.held?.size ?? -1n);
    } catch (error) {
      if (error instanceof TlogError) return false;
      throw error;
    }
  }

  /** Begins with the empty log: once, for a key that has cosigned nothing. */
  async begin(): Promise<void> {
    await this.memory.begin(this.trust.origin, { size: 0n, root: emptyRoot(nodeSha256), note: '' });
  }

  forks(): Promise<number> {
    return this.memory.forks(this.trust.origin);
  }

  /** @param text c2sp.org/tlog-witness, body of `add-checkpoint` */
  async take(text: string): Promise<WitnessOutcome> {
    const { held } = this;
    if (held === undefined) return { is: 'overtaken' };
    const read = readOffer(text, this.logAlone);
    if ('is' in read) return read;
    const { offer, checkpoint } = read;
    if (offer.oldSize !== held.size || checkpoint.size < held.size) return { is: 'refused', code: 'WRONG_SIZE' };
    if (!isConsistent(held, offer, checkpoint)) {
      // Nothing contradicts a log of which nothing was seen.
      return held.size === 0n ? { is: 'refused', code: 'WRONG_PROOF' } : this.keep(held, checkpoint, text);
    }
    // The time before the memory is changed: a later cosignature of this witness is never of a smaller log.
    const time = BigInt(Math.floor(this.now().getTime() / 1000));
    const next = { size: checkpoint.size, root: checkpoint.root, note: offer.checkpoint };
    // One statement that checks and persists. Nothing is signed unless what was checked is what is held.
    const advanced = await this.memory.advance(this.trust.origin, held, next);
    this.holds(advanced ? next : undefined);
    if (!advanced) return { is: 'overtaken' };
    if (this.own === undefined) return { is: 'seen', size: checkpoint.size };
    const signer = { ...this.key, name: this.own.key.name };
    const line = cosignatureLine(parseNote(offer.checkpoint).text, signer, time, nodeSha256);
    return { is: 'cosigned', size: checkpoint.size, note: `${offer.checkpoint}${line}` };
  }

  private async keep(held: Held, { size }: Checkpoint, offered: string): Promise<WitnessOutcome> {
    const code = size === held.size ? 'FORKED' : 'INCONSISTENT';
    const isNew = await this.memory.keep({ origin: this.trust.origin, code, held: held.note, offered });
    return { is: 'forked', code, size, isNew };
  }
}

/** A memory only grows, and holds one root at one size. */
const isBefore = (read: Held, largest: Held): boolean =>
  read.size < largest.size || (read.size === largest.size && Buffer.compare(read.root, largest.root) !== 0);

const readOffer = (
  text: string,
  trust: LogTrust,
): { readonly offer: Offer; readonly checkpoint: Checkpoint } | { readonly is: 'refused'; readonly code: string } => {
  try {
    const offer = parseOffer(text);
    return { offer, checkpoint: openCheckpoint(offer.checkpoint, trust, verification) };
  } catch (error) {
    if (error instanceof TlogError) return { is: 'refused', code: error.code };
    throw error;
  }
};

const isConsistent = (held: Held, { hashes }: Offer, { size, root }: Checkpoint): boolean => {
  try {
    verifyConsistency(nodeSha256, held.size, size, hashes, held.root, root);
    return true;
  } catch (error) {
    if (error instanceof TlogError) return false;
    throw error;
  }
};
