import { canonicalBytes, canonicalize, parseStrict } from '#json';
import type { JsonValue } from '#json';
import {
  check,
  claimsDigest,
  compareClaims,
  parseClaims,
  validateContent,
  verdictCodes,
  stockholmDate,
} from '#legal-basis';
import type { CheckInput, Claims } from '#legal-basis';
import { parseManifest, unsealDocument, verifyDocument, verifyManifest } from '#envelope';
import type { Decision, EnvelopeError, Manifest } from '#envelope';
import type { DeliveryReleasedV1 } from '#contracts';
import { obstaclesOf } from '#replay';
import type { Snapshot } from '#snapshot';
import type { KeyStore } from '../keys/key-store.js';
import { RejectedDelivery } from '../domain/errors.js';
import type { Rejection } from '../domain/errors.js';
import { viewOf } from './judge-recipient.js';
import { digestOf, sha256 } from './law.js';
import type { Law } from './law.js';
import type { DeliveryDetail } from './ports.js';
import { verified } from './verify-evidence.js';
import type { VerifyEvidence } from './verify-evidence.js';

/** The document that was sealed, as its members are in `canonicalBytes`. */
interface Document {
  readonly v: number;
  readonly messageId: string;
  readonly caseId: string;
  readonly type: string;
  readonly sender: string;
  readonly recipient: string;
  readonly recipientFunction: string;
  readonly registration: object;
  readonly content: JsonValue;
  readonly sentAt: string;
}
const DOCUMENT_MEMBERS = 'caseId,content,messageId,recipient,recipientFunction,registration,sender,sentAt,type,v';

export interface VerifiedDelivery {
  readonly manifest: Manifest;
  readonly decision: Decision;
  readonly manifestSha256: string;
  readonly detail: DeliveryDetail;
}

/**
 * All that must agree before a recipient's gateway stores anything (design.md section 4, step 6), in this order: decision,
 * proof, binding, manifest, seal, contexts, document, content, claims, verdict. No proof, no processing.
 */
export class VerifyDelivery {
  constructor(
    private readonly law: Law,
    private readonly keys: KeyStore,
    private readonly evidence: VerifyEvidence,
    private readonly environment: string,
  ) {}

  /** @throws {RejectedDelivery | NotYet} */
  async execute(message: DeliveryReleasedV1): Promise<VerifiedDelivery> {
    const { decision, snapshot } = await this.evidence.decision({
      entry: message.decision,
      blind: message.blind,
      proof: message.proof,
    });
    const { manifest, kid } = await verified('malformed', async () => parseManifest(message.manifest));
    const manifestSha256 = digestOf(message.manifest);
    this.bind(decision, manifest, message.jwe, manifestSha256);
    await this.manifestSignature(manifest, kid, message.manifest, snapshot);
    const { document, jws } = await this.open(manifest, message.jwe, snapshot);
    const parsed = documentOf(document, manifest);
    const violations = validateContent(parsed.type, parsed.content);
    if (violations.length > 0)
      throw new RejectedDelivery(
        'content-invalid',
        violations.map((v) => v.code),
      );
    const claims = claimsOf(manifest, decision);
    const verdict = await this.verdict(decision, manifest, claims, parsed, snapshot);
    return {
      manifest,
      decision,
      manifestSha256,
      detail: {
        document: jws,
        manifest: message.manifest,
        decision: message.decision,
        blind: message.blind,
        proof: message.proof,
        registration: parsed.registration,
        content: parsed.content as object,
        sentAt: parsed.sentAt,
        verdict,
      },
    };
  }

  private bind(decision: Decision, manifest: Manifest, jwe: string, manifestSha256: string): void {
    const agree =
      decision.env === this.environment &&
      manifest.env === this.environment &&
      decision.manifestSha256 === manifestSha256 &&
      decision.messageId === manifest.messageId &&
      decision.attempt === manifest.attempt &&
      decision.caseId === manifest.caseId &&
      decision.sender === manifest.sender &&
      decision.recipient === manifest.recipient;
    if (!agree) throw new RejectedDelivery('decision-binding');
    const digest = digestOf(jwe);
    if (decision.jweSha256 !== digest || manifest.jwe.sha256 !== digest || manifest.jwe.length !== jwe.length) {
      throw new RejectedDelivery('ciphertext-digest');
    }
    if (decision.outcome !== 'permit') throw new RejectedDelivery('not-permitted');
    if (!this.keys.hosts(manifest.recipient)) throw new RejectedDelivery('not-hosted');
    if (decision.decidedAt > manifest.expiresAt) throw new RejectedDelivery('expired');
  }

  private async manifestSignature(manifest: Manifest, kid: string, text: string, snapshot: Snapshot): Promise<void> {
    const record = snapshot.key(kid);
    const hosted = snapshot.authority(manifest.sender)?.gateway;
    if (record?.use !== 'manifest' || record.holder !== `gateway:${manifest.gateway}` || hosted !== manifest.gateway) {
      throw new RejectedDelivery('manifest-key');
    }
    await verified('manifest-signature', () => verifyManifest(text, record.public));
    const recipient = snapshot.authority(manifest.recipient);
    if (recipient?.gateway !== this.keys.gateway) throw new RejectedDelivery('not-hosted');
    if (!recipient.functions.some((f) => f.id === manifest.recipientFunction))
      throw new RejectedDelivery('manifest-binding');
  }

  private async open(
    manifest: Manifest,
    jwe: string,
    snapshot: Snapshot,
  ): Promise<{ document: Uint8Array; jws: string }> {
    const documentKey = snapshot.key(manifest.documentKey);
    if (documentKey?.use !== 'document' || documentKey.holder !== manifest.sender)
      throw new RejectedDelivery('document-key');
    const opener = this.keys.opener(manifest.recipient, manifest.sealingKey);
    if (opener === undefined) throw new RejectedDelivery('seal-not-openable');
    const context = {
      v: 1 as const,
      env: manifest.env,
      sender: manifest.sender,
      recipient: manifest.recipient,
      messageId: manifest.messageId,
      attempt: manifest.attempt,
      issuedAt: manifest.issuedAt,
      expiresAt: manifest.expiresAt,
    };
    const jws = await verified(orContext('seal-not-openable'), () => unsealDocument(jwe, context, opener));
    const document = await verified(orContext('document-signature'), () =>
      verifyDocument(jws, context, documentKey.public),
    );
    return { document, jws };
  }

  /** Computes the verdict again, for the day of the decision and under what the decision names (design.md I7). */
  private async verdict(
    decision: Decision,
    manifest: Manifest,
    claims: Claims,
    { content, registration }: Pick<Document, 'content' | 'registration'>,
    snapshot: Snapshot,
  ): Promise<DeliveryDetail['verdict']> {
    const decidedAt = new Date(decision.decidedAt);
    const on = stockholmDate(decidedAt);
    const obstacles = obstaclesOf(manifest, decision.jweSha256, snapshot, decidedAt);
    if (obstacles.length > 0) throw new RejectedDelivery('verdict-mismatch', obstacles);
    const sender = snapshot.authority(manifest.sender);
    if (sender === undefined) throw new RejectedDelivery('claims-invalid');
    const released = snapshot.ruleSet();
    if (released?.sha256 !== decision.ruleSet.sha256 || released.number !== decision.ruleSet.number) {
      throw new RejectedDelivery('rule-set-mismatch');
    }
    const engine = this.law.engine(decision.engineVersion);
    const ruleSet = this.law.ruleSet(decision.ruleSet.sha256);
    // An engine older than the release demands does not heed all that the rules say.
    if (engine < released.engineVersion) throw new RejectedDelivery('rule-set-mismatch');
    // The day before counts too: facts were derived when it was sent, and a birthday may lie between.
    const sentOn = stockholmDate(new Date(manifest.issuedAt));
    const mismatches = compareClaims(manifest.messageType, content, claims, sender.kind, sentOn, {
      ...registration,
    });
    if (mismatches.length > 0) throw new RejectedDelivery('claims-mismatch', mismatches);
    const directory = await this.law.directory(snapshot, claims);
    const input: CheckInput = {
      sender: manifest.sender,
      recipient: manifest.recipient,
      claims,
      ruleSet,
      directory,
      on,
    };
    const verdict = check(input, engine);
    if (canonicalize(verdictCodes(verdict)) !== canonicalize(decision.verdict))
      throw new RejectedDelivery(
        (await this.law.isOpened(snapshot, claims)) ? 'verdict-mismatch' : 'cooperation-mismatch',
      );
    return viewOf(verdict, input);
  }
}

/** What was made for another context is told apart from what does not hold at all: both contexts stand in the clear outside. */
const orContext =
  (reason: Rejection) =>
  ({ code }: EnvelopeError): Rejection =>
    code === 'WRONG_CONTEXT' ? 'context-mismatch' : reason;

const claimsOf = (manifest: Manifest, decision: Decision): Claims => {
  let claims: Claims;
  try {
    claims = parseClaims(manifest.claims as JsonValue);
  } catch {
    throw new RejectedDelivery('claims-invalid');
  }
  if (claimsDigest(claims, sha256) !== decision.claimsSha256)
    throw new RejectedDelivery('decision-binding', ['claims']);
  if (claims.messageType !== manifest.messageType) throw new RejectedDelivery('manifest-binding', ['messageType']);
  return claims;
};

/** The signed document says of itself what the manifest says of it, and is in its one canonical form. */
const documentOf = (bytes: Uint8Array, manifest: Manifest): Document => {
  let value: JsonValue;
  try {
    value = parseStrict(bytes);
  } catch {
    throw new RejectedDelivery('document-binding', ['json']);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RejectedDelivery('document-binding');
  const document = value as unknown as Document;
  const agree =
    Object.keys(document).sort().join() === DOCUMENT_MEMBERS &&
    document.v === 1 &&
    document.messageId === manifest.messageId &&
    document.caseId === manifest.caseId &&
    document.type === manifest.messageType &&
    document.sender === manifest.sender &&
    document.recipient === manifest.recipient &&
    document.recipientFunction === manifest.recipientFunction &&
    document.sentAt === manifest.issuedAt &&
    typeof document.content === 'object' &&
    document.content !== null &&
    typeof document.registration === 'object' &&
    document.registration !== null &&
    Buffer.compare(canonicalBytes(document), bytes) === 0;
  if (!agree) throw new RejectedDelivery('document-binding');
  return document;
};
