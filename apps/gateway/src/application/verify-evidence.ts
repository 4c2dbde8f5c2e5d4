import { EnvelopeError, parseDecision, parseNotice, verifyDecision, verifyNotice } from '#envelope';
import type { Decision, Notice, PublicKey } from '#envelope';
import type { Snapshot, Trust } from '#snapshot';
import { nodeVerifyEd25519 } from '#tlog/build';
import { TlogError, disclosureLeaf, parseProof, verifyProofText } from '#tlog/verify';
import { RejectedDelivery } from '../domain/errors.js';
import type { Rejection } from '../domain/errors.js';
import { sha256 } from './law.js';
import type { Law } from './law.js';
import type { FurthestEntry, FurthestEntryStore } from './ports/furthest-entry.js';

const BLIND_BYTES = 32;
/** For how long the exchange may go on with a snapshot after the witnesses have cosigned a larger one, and what its clock may be off. */
const SUPERSEDED_MS = 16 * 60 * 1000;

/** An entry of the disclosure log as it travels: compact JWS by the exchange, its blind, its proof. */
export interface Evidence {
  readonly entry: string;
  readonly blind: string;
  readonly proof: string;
}
export interface VerifiedDecision {
  readonly decision: Decision;
  /** Of the key that signed it, live at that size. */
  readonly kid: string;
  /** The keys log at the size that the decision carries. */
  readonly snapshot: Snapshot;
}
export interface VerifiedNotice {
  readonly notice: Notice;
  readonly snapshot: Snapshot;
}

interface Stated {
  readonly env: string;
  readonly keys: { readonly size: string; readonly root: string };
  readonly at: string;
}

/** Signature by a live decision key of the exchange, and durably logged: both or nothing (design.md I3, I4). */
export class VerifyEvidence {
  /** The entry furthest into the log that was verified here, and the size of the keys log that it names. */
  private furthest: FurthestEntry = { index: -1n, keysSize: 0n };

  constructor(
    private readonly law: Law,
    private readonly trust: Trust,
    private readonly seen: Pick<FurthestEntryStore, 'keep'> & { readonly before?: FurthestEntry | undefined },
  ) {
    this.furthest = seen.before ?? this.furthest;
  }

  /** @throws {RejectedDelivery} when it does not verify. @throws {NotYet} when the keys log here is shorter */
  async decision(evidence: Evidence): Promise<VerifiedDecision> {
    const { decision, kid } = parsed(() => parseDecision(evidence.entry));
    const stated = { ...decision, at: decision.decidedAt };
    const snapshot = await this.signer(stated, kid, evidence, (key) => verifyDecision(evidence.entry, key));
    return { decision, kid, snapshot };
  }

  /** As for a decision. */
  async notice(evidence: Evidence): Promise<VerifiedNotice> {
    const { notice, kid } = parsed(() => parseNotice(evidence.entry));
    const snapshot = await this.signer(notice, kid, evidence, (key) => verifyNotice(evidence.entry, key));
    return { notice, snapshot };
  }

  private async signer(
    stated: Stated,
    kid: string,
    evidence: Evidence,
    check: (key: PublicKey) => Promise<unknown>,
  ): Promise<Snapshot> {
    if (stated.env !== this.trust.environment) throw new RejectedDelivery('decision-binding', ['environment']);
    // A known key and the proof first: a forged entry that names an absurd size must fail here, and not hold the queue.
    const known = this.law.newest()?.key(kid);
    if (known !== undefined) await verified('decision-signature', () => check(known.public));
    const index = this.proof(evidence);
    const snapshot = await this.law.snapshotAt(BigInt(stated.keys.size));
    if (snapshot.rootBase64 !== stated.keys.root) throw new RejectedDelivery('decision-binding', ['keys']);
    const then = snapshot.on(new Date(stated.at));
    const record = then.key(kid);
    if (record === undefined || record.use !== 'decision' || record.holder !== 'exchange') {
      throw new RejectedDelivery('decision-key');
    }
    if (known === undefined) await verified('decision-signature', () => check(record.public));
    await this.notOfBefore(stated, snapshot.size, index);
    return then;
  }

  /**
   * An exchange that goes on naming a size at which a key was live that has been revoked since is told by two things that it cannot choose: the order of the log, in
   * which `keys` never decreases, and when the witnesses cosigned a larger keys log than it names.
   */
  private async notOfBefore({ at }: Stated, keysSize: bigint, index: bigint): Promise<void> {
    if (index > this.furthest.index && keysSize < this.furthest.keysSize)
      throw new RejectedDelivery('keys-superseded', ['decreasing']);
    const superseded = this.law.supersededAt(keysSize);
    if (superseded !== undefined && Date.parse(at) > superseded.getTime() + SUPERSEDED_MS)
      throw new RejectedDelivery('keys-superseded', ['age']);
    if (index <= this.furthest.index) return;
    // Kept where it grows, which is seldom: a restart forgets nothing that a thief could use.
    if (keysSize > this.furthest.keysSize) await this.seen.keep({ index, keysSize });
    if (index > this.furthest.index && keysSize >= this.furthest.keysSize) this.furthest = { index, keysSize };
  }

  /** @returns its index in the log */
  private proof({ entry, blind, proof }: Evidence): bigint {
    if (proof === '' || blind === '') throw new RejectedDelivery('proof-missing');
    const bytes = Buffer.from(blind, 'base64url');
    if (bytes.length !== BLIND_BYTES || bytes.toString('base64url') !== blind)
      throw new RejectedDelivery('proof-invalid');
    try {
      const leaf = disclosureLeaf(bytes, Buffer.from(entry, 'ascii'), sha256);
      verifyProofText(proof, leaf, this.trust.logs.disclosure, { sha256, verifyEd25519: nodeVerifyEd25519 });
      return parseProof(proof).index;
    } catch (error) {
      if (error instanceof TlogError) throw new RejectedDelivery('proof-invalid', [error.code]);
      throw error;
    }
  }
}

const parsed = <T>(parse: () => T): T => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof EnvelopeError) throw new RejectedDelivery('malformed', [error.code]);
    throw error;
  }
};

/** Turns a signature or seal that does not hold into the reason for it. */
export const verified = async <T>(
  reason: Rejection | ((error: EnvelopeError) => Rejection),
  check: () => Promise<T>,
): Promise<T> => {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    throw new RejectedDelivery(typeof reason === 'string' ? reason : reason(error), [error.code]);
  }
};
