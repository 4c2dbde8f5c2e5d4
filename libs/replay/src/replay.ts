import { createHash } from 'node:crypto';
import { EnvelopeError, parseDecision, parseManifest, verifyDecision } from '#envelope';
import type { Decision, Manifest } from '#envelope';
import { canonicalBytes, canonicalize } from '#json';
import type { JsonValue } from '#json';
import {
  ClaimsError,
  ENGINE_VERSION,
  check,
  parseClaims,
  ruleSetByDigest,
  stockholmDate,
  verdictCodes,
} from '#legal-basis';
import type { Claims, RuleSet } from '#legal-basis';
import { SnapshotError, cooperationCommitment, parseCooperation } from '#snapshot';
import type { KeysLog, Snapshot } from '#snapshot';
import { obstaclesOf } from './obstacles.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('base64url');

/** A decision with what it was made from, as the exchange gives it to whoever computes it again. */
export interface Recorded {
  readonly entryId: string;
  readonly decision: string;
  /** Absent where the opening is not there any more. */
  readonly manifest?: string;
  /** Opening of the cooperation decision that the claims name. */
  readonly cooperation?: object;
}

/** `same`: the codes are those recorded, bit for bit. */
export type Replayed =
  | { readonly entryId: string; readonly outcome: 'same'; readonly decided: 'by-law' | 'by-verification' }
  | { readonly entryId: string; readonly outcome: 'mismatch'; readonly recorded: object; readonly computed: object }
  | { readonly entryId: string; readonly outcome: 'not-replayable'; readonly code: NotReplayable };
/** Signed material that contradicts itself or the keys log: nothing to compute again, and nothing to believe. */
export const CONTRADICTIONS = [
  'malformed',
  'keys-root',
  'decision-key',
  'decision-signature',
  'manifest-digest',
  'claims-digest',
  'rule-set-not-released',
] as const;
/** What is not there to compute from. */
export const LACKING = [
  'opening-missing',
  'cooperation-missing',
  'keys-log-shorter',
  'rule-set-unknown',
  'engine-unknown',
] as const;
export type NotReplayable = (typeof CONTRADICTIONS)[number] | (typeof LACKING)[number];

/**
 * Computes a decision again (design.md I7) from claims, rule set by digest, engine version, and the directory, adoptions and legal positions at
 * the size of the keys log that the decision carries; what stood against the message itself likewise. Believes nothing but the keys log that the caller has verified.
 * @param ruleSetOf the rule set of a digest; the ones that ship when absent
 */
export async function replay(
  recorded: Recorded,
  keys: KeysLog,
  ruleSetOf: (digest: string) => RuleSet | undefined = (digest) => ruleSetByDigest(digest, sha256),
): Promise<Replayed> {
  try {
    return await computed(recorded, keys, ruleSetOf);
  } catch (error) {
    const code = faultOf(error);
    if (code === undefined) throw error;
    return { entryId: recorded.entryId, outcome: 'not-replayable', code };
  }
}

const faultOf = (error: unknown): NotReplayable | undefined => {
  if (error instanceof SnapshotError) return error.code === 'SIZE_NOT_HELD' ? 'keys-log-shorter' : 'malformed';
  if (!(error instanceof EnvelopeError)) return undefined;
  return error.code === 'BAD_SIGNATURE' ? 'decision-signature' : 'malformed';
};

async function computed(
  recorded: Recorded,
  keys: KeysLog,
  ruleSetOf: (digest: string) => RuleSet | undefined,
): Promise<Replayed> {
  const { entryId } = recorded;
  const not = (code: NotReplayable): Replayed => ({ entryId, outcome: 'not-replayable', code });
  const { decision, kid } = parseDecision(recorded.decision);
  const snapshot = keys.at(BigInt(decision.keys.size));
  if (snapshot.rootBase64 !== decision.keys.root) return not('keys-root');
  const key = snapshot.key(kid);
  if (key?.use !== 'decision' || key.holder !== 'exchange') return not('decision-key');
  await verifyDecision(recorded.decision, key.public);
  if (recorded.manifest === undefined) return not('opening-missing');
  const { manifest, kid: manifestKid } = parseManifest(recorded.manifest);
  if (digestOf(recorded.manifest) !== decision.manifestSha256) return not('manifest-digest');
  if (digestOf(canonicalBytes(manifest.claims)) !== decision.claimsSha256) return not('claims-digest');
  const compared = (computed: object, decided: 'by-law' | 'by-verification'): Replayed =>
    canonicalize(computed) === canonicalize(decision.verdict)
      ? { entryId, outcome: 'same', decided }
      : { entryId, outcome: 'mismatch', recorded: decision.verdict, computed };
  const claims = claimsOf(manifest.claims as JsonValue);
  const obstacles = obstaclesTo(manifest, manifestKid, claims, decision, snapshot);
  if (claims === undefined || obstacles.length > 0)
    return compared({ outcome: 'deny', verification: obstacles }, 'by-verification');
  const released = snapshot.ruleSet();
  if (released?.sha256 !== decision.ruleSet.sha256 || released.number !== decision.ruleSet.number)
    return not('rule-set-not-released');
  const ruleSet = ruleSetOf(decision.ruleSet.sha256);
  if (ruleSet === undefined) return not('rule-set-unknown');
  if (decision.engineVersion > ENGINE_VERSION) return not('engine-unknown');
  const directory = directoryOf(snapshot, claims, recorded.cooperation);
  if (directory === undefined) return not('cooperation-missing');
  const { sender, recipient } = manifest;
  const on = stockholmDate(new Date(decision.decidedAt));
  const verdict = check({ sender, recipient, claims, ruleSet, directory, on }, decision.engineVersion);
  return compared(verdictCodes(verdict), 'by-law');
}

/** What stood against the message before the law was asked, as the exchange finds it. */
const obstaclesTo = (
  manifest: Manifest,
  kid: string,
  claims: Claims | undefined,
  decision: Decision,
  snapshot: Snapshot,
): readonly string[] => {
  const key = snapshot.key(kid);
  const hosted = snapshot.authority(manifest.sender)?.gateway === manifest.gateway;
  // Decided anew after the sender's key had ended.
  if (key?.holder !== `gateway:${manifest.gateway}` || !hosted) return ['MANIFEST_KEY_NOT_LIVE'];
  const found: string[] = obstaclesOf(manifest, decision.jweSha256, snapshot, new Date(decision.decidedAt));
  if (claims === undefined) found.push('CLAIMS_MALFORMED');
  else if (claims.messageType !== manifest.messageType) found.push('CLAIMS_TYPE');
  return found.sort();
};

/** The directory with the cooperation decision opened that the claims name, if it is the one committed to. */
const directoryOf = (snapshot: Snapshot, claims: Claims, opening: object | undefined) => {
  const committed =
    claims.cooperationDecision === undefined ? undefined : snapshot.cooperationCommitment(claims.cooperationDecision);
  if (committed === undefined) return snapshot.directory;
  if (opening === undefined) return undefined;
  const opened = parseCooperation(JSON.stringify(opening));
  return cooperationCommitment(opened) === committed ? snapshot.withCooperations([opened]) : snapshot.directory;
};

const claimsOf = (claims: JsonValue): Claims | undefined => {
  try {
    return parseClaims(claims);
  } catch (error) {
    if (error instanceof ClaimsError) return undefined;
    throw error;
  }
};
