import { EnvelopeError, parseManifest, verifyManifest } from '#envelope';
import type { MessageDecidedV1 } from '#contracts';
import type { KeyStore } from '../keys/key-store.js';
import { RejectedDelivery } from '../domain/errors.js';
import { digestOf } from './law.js';
import type { CatchUpStore } from './ports/catch-up.js';
import type { VerifyEvidence } from './verify-evidence.js';

/**
 * Gives this gateway back what it sent and its backup does not have: a decision that the exchange signed and the log holds, on a manifest that this gateway signed
 * itself. Whoever sends the same referral again then gets what became of it, and discloses nothing a second time (design.md I2).
 */
export class RebuildSent {
  constructor(
    private readonly evidence: Pick<VerifyEvidence, 'decision'>,
    private readonly store: Pick<CatchUpStore, 'rebuild'>,
    private readonly keys: Pick<KeyStore, 'gateway' | 'hosts'>,
  ) {}

  /** @returns `refused`: it is not what it says, and nothing was done @throws {NotYet} */
  async execute(
    { decision: entry, blind, proof }: MessageDecidedV1,
    text: string,
  ): Promise<'rebuilt' | 'known' | 'refused'> {
    try {
      const { decision, snapshot } = await this.evidence.decision({ entry, blind, proof });
      const { manifest, kid } = parseManifest(text);
      const key = snapshot.key(kid);
      const isOwn = key?.use === 'manifest' && key.holder === `gateway:${this.keys.gateway}`;
      const { sender, messageId, attempt, recipient } = manifest;
      const agree =
        isOwn &&
        decision.manifestSha256 === digestOf(text) &&
        decision.messageId === messageId &&
        decision.attempt === attempt &&
        decision.sender === sender &&
        decision.recipient === recipient &&
        decision.jweSha256 === manifest.jwe.sha256;
      if (!agree || !this.keys.hosts(sender)) return 'refused';
      await verifyManifest(text, key.public);
      return await this.store.rebuild({
        authority: sender,
        messageId,
        attempt,
        recipient,
        function: manifest.recipientFunction,
        caseId: manifest.caseId,
        type: manifest.messageType,
        issuedAt: new Date(manifest.issuedAt),
        expiresAt: new Date(manifest.expiresAt),
        manifest: text,
        manifestSha256: decision.manifestSha256,
        jweSha256: decision.jweSha256,
      });
    } catch (error) {
      if (error instanceof RejectedDelivery || error instanceof EnvelopeError) return 'refused';
      throw error;
    }
  }
}
