import { EnvelopeError, parseDecision, parseManifest, sha256Base64url, verifyDecision } from '#envelope';
import type { Decision, Manifest, RecordedDisclosure, Refusal } from '#envelope';
import { canonicalize } from '#json';
import type { JsonValue } from '#json';
import { ClaimsError, parseClaims, stockholmDate } from '#legal-basis';
import type { CheckInput, Claims } from '#legal-basis';
import { SnapshotError, cooperationCommitment, parseCooperation } from '#snapshot';
import type { KeysLog, Snapshot } from '#snapshot';
import { obstaclesOf } from './obstacles.js';

/** A decision with what it was made from, as the exchange gives it to whoever computes it again. */
export interface Recorded {
  readonly entryId: string;
  readonly decision: string;
  /** Absent where the opening is not there any more. */
  readonly manifest?: string;
  /** Opening of the cooperation decision that the claims name. */
  readonly cooperation?: object;
}

/** Signed material that contradicts itself or the keys log: nothing to compute again, and nothing to believe. */
export const CONTRADICTIONS = [
  'malformed',
  'keys-root',
  'decision-key',
  'decision-signature',
  'manifest-digest',
  'claims-digest',
  'rule-set-not-released',
  'engine-too-old',
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

/** What a decision was made from, verified. */
export interface Grounds {
  readonly decision: Decision;
  readonly manifest: Manifest;
  /** What stood against the message before the law was asked, sorted. */
  readonly obstacles: readonly string[];
  /** What the law was asked; absent when it was not. */
  readonly asked?: Omit<CheckInput, 'ruleSet'>;
}

/** What a verdict is computed from, whoever signed it. */
export type VerdictGrounds = Omit<Grounds, 'decision' | 'manifest'> & {
  readonly decision: Pick<Decision, 'ruleSet' | 'engineVersion' | 'verdict'>;
};

/** Believes nothing but the keys log that the caller has verified. */
export async function groundsOf(recorded: Recorded, keys: Pick<KeysLog, 'at'>): Promise<Grounds | NotReplayable> {
  try {
    return await verified(recorded, keys);
  } catch (error) {
    const code = faultOf(error);
    if (code === undefined) throw error;
    return code;
  }
}

const faultOf = (error: unknown): NotReplayable | undefined => {
  if (error instanceof SnapshotError) return error.code === 'SIZE_NOT_HELD' ? 'keys-log-shorter' : 'malformed';
  if (!(error instanceof EnvelopeError)) return undefined;
  return error.code === 'BAD_SIGNATURE' ? 'decision-signature' : 'malformed';
};

async function verified(recorded: Recorded, keys: Pick<KeysLog, 'at'>): Promise<Grounds | NotReplayable> {
  const { decision, kid } = parseDecision(recorded.decision);
  const snapshot = keys.at(BigInt(decision.keys.size));
  if (snapshot.rootBase64 !== decision.keys.root) return 'keys-root';
  const key = snapshot.on(new Date(decision.decidedAt)).key(kid);
  if (key?.use !== 'decision' || key.holder !== 'exchange') return 'decision-key';
  await verifyDecision(recorded.decision, key.public);
  if (recorded.manifest === undefined) return 'opening-missing';
  const { manifest, kid: manifestKid } = parseManifest(recorded.manifest);
  if (sha256Base64url(recorded.manifest) !== decision.manifestSha256) return 'manifest-digest';
  return groundsAt(snapshot, decision, { manifest, kid: manifestKid }, recorded.cooperation);
}

/**
 * As `groundsOf`, of a decision whose signature and manifest the caller has verified.
 * @param snapshot the keys log at the size that the decision carries
 * @param kid of the manifest's signature
 * @throws {SnapshotError} when the opening of the cooperation decision is not one
 */
export function groundsAt(
  snapshot: Snapshot,
  decision: Decision,
  { manifest, kid }: { readonly manifest: Manifest; readonly kid: string },
  cooperation: object | undefined,
): Grounds | NotReplayable {
  if (sha256Base64url(canonicalize(manifest.claims)) !== decision.claimsSha256) return 'claims-digest';
  const claims = claimsOf(manifest.claims as JsonValue);
  const obstacles = obstaclesTo(manifest, kid, claims, decision, snapshot);
  if (claims === undefined || obstacles.length > 0) return { decision, manifest, obstacles };
  const released = snapshot.ruleSet();
  if (released?.sha256 !== decision.ruleSet.sha256 || released.number !== decision.ruleSet.number)
    return 'rule-set-not-released';
  const directory = directoryOf(snapshot, claims, cooperation);
  if (directory === undefined) return 'cooperation-missing';
  const { sender, recipient } = manifest;
  const on = stockholmDate(new Date(decision.decidedAt));
  return { decision, manifest, obstacles, asked: { sender, recipient, claims, directory, on } };
}

/**
 * What the sender's gateway asked the law, when it stopped a message itself: with the cooperation decision opened and without. A gateway that hosts
 * no party to it never sees it.
 * @throws {SnapshotError} as `groundsAt`
 */
export const refusalGroundsAt = (
  snapshot: Snapshot,
  refusal: Refusal,
  cooperation: object | undefined,
): readonly VerdictGrounds[] | NotReplayable => gatewayGroundsAt(snapshot, refusal, refusal.at, cooperation);

/** As `refusalGroundsAt`, of a disclosure made outside Delge: for the day on which it was made. @throws {SnapshotError} as `groundsAt` */
export const recordedGroundsAt = (
  snapshot: Snapshot,
  recorded: RecordedDisclosure,
  cooperation: object | undefined,
): readonly VerdictGrounds[] | NotReplayable => gatewayGroundsAt(snapshot, recorded, recorded.disclosedAt, cooperation);

const gatewayGroundsAt = (
  snapshot: Snapshot,
  stated: Refusal | RecordedDisclosure,
  at: string,
  cooperation: object | undefined,
): readonly VerdictGrounds[] | NotReplayable => {
  const claims = claimsOf(stated.claims as JsonValue);
  if (claims === undefined) return 'malformed';
  const released = snapshot.ruleSet();
  if (released?.sha256 !== stated.ruleSet.sha256 || released.number !== stated.ruleSet.number)
    return 'rule-set-not-released';
  const opened = directoryOf(snapshot, claims, cooperation);
  if (opened === undefined) return 'cooperation-missing';
  const { sender, recipient } = stated;
  const on = stockholmDate(new Date(at));
  return [...new Set([opened, snapshot.directory])].map((directory) => ({
    decision: stated,
    obstacles: [],
    asked: { sender, recipient, claims, directory, on },
  }));
};

/** What stood against the message before the law was asked, as the exchange finds it. */
const obstaclesTo = (
  manifest: Manifest,
  kid: string,
  claims: Claims | undefined,
  decision: Decision,
  snapshot: Snapshot,
): readonly string[] => {
  const decidedAt = new Date(decision.decidedAt);
  const key = snapshot.on(decidedAt).key(kid);
  const hosted = snapshot.authority(manifest.sender)?.gateway === manifest.gateway;
  // Decided anew after the sender's key had ended or expired.
  if (key?.holder !== `gateway:${manifest.gateway}` || !hosted) return ['MANIFEST_KEY_NOT_LIVE'];
  const found: string[] = obstaclesOf(manifest, decision.jweSha256, snapshot, decidedAt);
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
