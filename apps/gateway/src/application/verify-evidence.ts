import { EnvelopeError, parseDecision, parseNotice, verifyDecision, verifyNotice } from '#envelope';
import type { Decision, Notice, PublicKey } from '#envelope';
import type { Snapshot, Trust } from '#snapshot';
import { nodeVerifyEd25519 } from '#tlog/build';
import { TlogError, disclosureLeaf, verifyProofText } from '#tlog/verify';
import { RejectedDelivery } from '../domain/errors.js';
import type { Rejection } from '../domain/errors.js';
import { sha256 } from './law.js';
import type { Law } from './law.js';

const BLIND_BYTES = 32;

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
}

/** Signature by a live decision key of the exchange, and durably logged: both or nothing (design.md I3, I4). */
export class VerifyEvidence {
  constructor(
    private readonly law: Law,
    private readonly trust: Trust,
  ) {}

  /** @throws {RejectedDelivery} when it does not verify. @throws {NotYet} when the keys log here is shorter */
  async decision(evidence: Evidence): Promise<VerifiedDecision> {
    const { decision, kid } = parsed(() => parseDecision(evidence.entry));
    const snapshot = await this.signer(decision, kid, evidence, (key) => verifyDecision(evidence.entry, key));
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
    this.proof(evidence);
    const snapshot = await this.law.snapshotAt(BigInt(stated.keys.size));
    if (snapshot.rootBase64 !== stated.keys.root) throw new RejectedDelivery('decision-binding', ['keys']);
    const record = snapshot.key(kid);
    if (record === undefined || record.use !== 'decision' || record.holder !== 'exchange') {
      throw new RejectedDelivery('decision-key');
    }
    if (known === undefined) await verified('decision-signature', () => check(record.public));
    return snapshot;
  }

  private proof({ entry, blind, proof }: Evidence): void {
    if (proof === '' || blind === '') throw new RejectedDelivery('proof-missing');
    const bytes = Buffer.from(blind, 'base64url');
    if (bytes.length !== BLIND_BYTES || bytes.toString('base64url') !== blind)
      throw new RejectedDelivery('proof-invalid');
    try {
      const leaf = disclosureLeaf(bytes, Buffer.from(entry, 'ascii'), sha256);
      verifyProofText(proof, leaf, this.trust.logs.disclosure, { sha256, verifyEd25519: nodeVerifyEd25519 });
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
