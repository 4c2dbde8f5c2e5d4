import { canonicalize } from '#json';
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
import { contextOf, documentOf, parseManifest, unsealDocument, verifyDocument, verifyManifest } from '#envelope';
import type { Decision, Document, DocumentAttachment, EnvelopeError, Manifest, Opener } from '#envelope';
import type { DeliveryReleasedV1 } from '#contracts';
import { KeyStoreError } from '#keystore';
import { obstaclesOf } from '#replay';
import type { Snapshot } from '#snapshot';
import type { KeyStore } from '../keys/key-store.js';
import { NotYet, RejectedDelivery } from '../domain/errors.js';
import type { Rejection } from '../domain/errors.js';
import { viewOf } from './judge-recipient.js';
import { digestOf, sha256 } from './law.js';
import type { Law } from './law.js';
import type { DeliveryDetail } from './ports/delivery.js';
import { verified } from './verify-evidence.js';
import type { VerifyEvidence } from './verify-evidence.js';

export interface VerifiedDelivery {
  readonly manifest: Manifest;
  readonly decision: Decision;
  readonly manifestSha256: string;
  /** As the document names them, agreeing with the manifest; [] when there is none. */
  readonly attachments: readonly DocumentAttachment[];
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
    const evidence = await this.evidence.decision({
      entry: message.decision,
      blind: message.blind,
      proof: message.proof,
    });
    const { decision, snapshot } = evidence;
    // A key that leaked and was revoked can go on naming the size at which it was live, in a log that takes what it is given.
    if (this.law.newest()?.key(evidence.kid) === undefined) throw new RejectedDelivery('decision-key', ['revoked']);
    const { manifest, kid } = await verified('malformed', async () => parseManifest(message.manifest));
    const manifestSha256 = digestOf(message.manifest);
    this.bind(decision, manifest, message.jwe, manifestSha256);
    await this.manifestSignature(manifest, kid, message.manifest, snapshot);
    const { document, jws } = await this.open(manifest, message.jwe, snapshot);
    const parsed = documentOf(document, manifest);
    if (parsed === undefined) throw new RejectedDelivery('document-binding');
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
      attachments: parsed.attachments ?? [],
      detail: {
        document: jws,
        manifest: message.manifest,
        decision: message.decision,
        blind: message.blind,
        proof: message.proof,
        registration: parsed.registration,
        content: parsed.content as object,
        ...(parsed.attachments === undefined ? {} : { attachments: parsed.attachments }),
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
    const opener = await this.opener(manifest);
    if (opener === undefined) throw new RejectedDelivery('seal-not-openable');
    const context = contextOf(manifest);
    const jws = await verified(orContext('seal-not-openable'), () => unsealDocument(jwe, context, opener));
    const document = await verified(orContext('document-signature'), () =>
      verifyDocument(jws, context, documentKey.public),
    );
    return { document, jws };
  }

  /** It may have come into the store since that was read; a store that cannot be read just now is no reason to reject. */
  private async opener({ recipient, sealingKey }: Manifest): Promise<Opener | undefined> {
    const held = this.keys.opener(recipient, sealingKey);
    if (held !== undefined || this.law.newest()?.key(sealingKey)?.holder !== recipient) return held;
    await this.keys.reload().catch((error: unknown) => {
      throw error instanceof KeyStoreError ? new NotYet('key-store') : error;
    });
    return this.keys.opener(recipient, sealingKey);
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
