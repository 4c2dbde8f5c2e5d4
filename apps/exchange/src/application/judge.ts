import { canonicalBytes } from '#json';
import type { JsonValue } from '#json';
import { ClaimsError, ENGINE_VERSION, check, parseClaims, stockholmDate, verdictCodes } from '#legal-basis';
import type { Claims } from '#legal-basis';
import type { Manifest } from '#envelope';
import type { Snapshot } from '#snapshot';
import { obstaclesOf } from '#replay';
import { digestOf } from './ground.js';
import type { Law } from './ground.js';

export interface Judgement {
  readonly outcome: 'permit' | 'assess' | 'deny';
  /** Codes of the verdict; of the verification, where that came to an end before the law was asked. */
  readonly verdict: object;
  readonly claimsSha256: string;
  readonly ruleSet: { readonly number: number; readonly sha256: string };
  readonly engineVersion: number;
  readonly snapshot: Snapshot;
}

/** Verification and legal-basis check of one message, for the day of `decidedAt`: the day of disclosure. */
export class Judge {
  constructor(private readonly law: Law) {}

  /** @param jweSha256 digest of the sealed document that came. @throws {NotYet} */
  async judge(manifest: Manifest, jweSha256: string, snapshot: Snapshot, decidedAt: Date): Promise<Judgement> {
    const claims = claimsOf(manifest);
    const cooperation = claims === undefined ? undefined : claims.cooperationDecision;
    const { ruleSet, ruleSetSha256, directory } = await this.law.ground(snapshot, cooperation);
    const ground = {
      claimsSha256: digestOf(canonicalBytes(manifest.claims)),
      ruleSet: { number: ruleSet.number, sha256: ruleSetSha256 },
      engineVersion: ENGINE_VERSION,
      snapshot,
    };
    const obstacles: string[] = obstaclesOf(manifest, jweSha256, snapshot, decidedAt);
    if (claims === undefined) obstacles.push('CLAIMS_MALFORMED');
    else if (claims.messageType !== manifest.messageType) obstacles.push('CLAIMS_TYPE');
    if (claims === undefined || obstacles.length > 0) {
      return { ...ground, outcome: 'deny', verdict: { outcome: 'deny', verification: obstacles.sort() } };
    }
    const { sender, recipient } = manifest;
    const verdict = check({ sender, recipient, claims, ruleSet, directory, on: stockholmDate(decidedAt) });
    return { ...ground, outcome: verdict.outcome, verdict: verdictCodes(verdict) };
  }
}

const claimsOf = (manifest: Manifest): Claims | undefined => {
  try {
    return parseClaims(manifest.claims as JsonValue);
  } catch (error) {
    if (error instanceof ClaimsError) return undefined;
    throw error;
  }
};
