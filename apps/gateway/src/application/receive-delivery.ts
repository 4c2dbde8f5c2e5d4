import { canonicalBytes } from '#json';
import { parseDecision, parseManifest, signReceipt } from '#envelope';
import type { Manifest, Receipt } from '#envelope';
import type { DeliveryReleasedV1 } from '#contracts';
import type { KeyStore } from '../keys/key-store.js';
import { clockOf, takenUpBy } from '../domain/deadlines.js';
import { RejectedDelivery, UntrustedStatement } from '../domain/errors.js';
import { namedBy } from '../domain/request.js';
import { isSubscriptionRequest } from '../domain/subscription.js';
import { digestOf } from './law.js';
import type { DeliveryStore, StoredReceipt } from './ports/delivery.js';
import type { HeldDeliveries } from './ports/held-delivery.js';
import type { Outgoing } from './ports/outgoing.js';
import type { RequestStore } from './ports/request.js';
import type { NewId, Now } from './ports/time-and-ids.js';
import type { VerifiedDelivery, VerifyDelivery } from './verify-delivery.js';

export type Received =
  | { readonly outcome: 'received' | 'known' | 'held'; readonly authority: string; readonly messageId: string }
  | { readonly outcome: 'rejected'; readonly authority: string; readonly messageId: string; readonly reason: string };

/** What else a delivery may lead to, where the gateway has it. */
export interface DeliveriesBeside {
  /** Absent: what brings attachments is rejected. */
  readonly held?: HeldDeliveries;
  /** Called when something is held: its attachments are to be fetched. */
  readonly fetch?: () => void;
  readonly requests?: Pick<RequestStore, 'noteReply'>;
  /** Takes up what was received, as far as its type asks for that; again, when it comes again. */
  readonly taken?: (authority: string, messageId: string) => Promise<void>;
}

/** Takes a delivery, or rejects it with a signed reason. Either way one effect however often it comes (design.md I2). */
export class ReceiveDelivery {
  constructor(
    private readonly verify: VerifyDelivery,
    private readonly store: DeliveryStore,
    private readonly keys: KeyStore,
    private readonly environment: string,
    private readonly newId: NewId,
    private readonly now: Now,
    private readonly crash: (point: string) => void,
    private readonly beside: DeliveriesBeside = {},
  ) {}

  /** @throws {NotYet} to hold; @throws {UntrustedStatement} when nobody can be told because nothing in it can be read */
  execute(message: DeliveryReleasedV1): Promise<Received> {
    return this.takenUp(message, async ({ attachments, manifest }) => {
      if (attachments.length === 0) return true;
      if (this.beside.held === undefined) throw new RejectedDelivery('attachment-missing');
      await this.beside.held.hold(manifest.recipient, manifest, message, this.now());
      this.beside.fetch?.();
      return false;
    });
  }

  /**
   * Takes a delivery that was held, or rejects it after all: much may have happened since it came.
   * @param arrive brings its attachments here and verifies them @throws {NotYet} and what `arrive` throws
   */
  finish(message: DeliveryReleasedV1, arrive: (verified: VerifiedDelivery) => Promise<void>): Promise<Received> {
    return this.takenUp(message, async (verified) => {
      await arrive(verified);
      return true;
    });
  }

  private async takenUp(
    message: DeliveryReleasedV1,
    isWhole: (verified: VerifiedDelivery) => Promise<boolean>,
  ): Promise<Received> {
    const received = await this.through(message, isWhole);
    const isHere = received.outcome === 'received' || received.outcome === 'known';
    if (isHere && isSubscriptionRequest(readable(() => parseManifest(message.manifest).manifest.messageType)))
      await this.beside.taken?.(received.authority, received.messageId);
    return received;
  }

  /** @param isWhole whether all of it is here */
  private async through(
    message: DeliveryReleasedV1,
    isWhole: (verified: VerifiedDelivery) => Promise<boolean>,
  ): Promise<Received> {
    const manifest = readable(() => parseManifest(message.manifest).manifest);
    const { entryId } = readable(() => parseDecision(message.decision).decision);
    const { recipient: authority, messageId, attempt } = manifest;
    if (!this.keys.hosts(authority)) throw new UntrustedStatement('not-hosted');
    const taken = await this.store.taken(authority, messageId);
    // Whatever comes later under an id that was taken, and be it forged, changes nothing and answers nothing.
    if (taken !== undefined && taken.attempt >= attempt) return { outcome: 'known', authority, messageId };
    try {
      const verified = await this.verify.execute(message);
      if (!(await isWhole(verified))) return { outcome: 'held', authority, messageId };
      return await this.take(verified, message.deliveryNumber);
    } catch (error) {
      if (!(error instanceof RejectedDelivery)) throw error;
      return this.reject(manifest, entryId, message, error);
    }
  }

  private async take(verified: VerifiedDelivery, deliveryNumber: number): Promise<Received> {
    const { manifest, decision, detail, manifestSha256 } = verified;
    const { recipient: authority, messageId, attempt } = manifest;
    const at = this.now();
    // Nobody keeps the ciphertext: which document it held is what this receipt says.
    const technical = { kind: 'technical', documentSha256: digestOf(detail.document) } as const;
    const signed = await this.receipt(manifest, decision.entryId, technical, at);
    const { requestId } = manifest.claims as { readonly requestId?: string };
    const names = namedBy(manifest.messageType, requestId, detail.content);
    // First: that it was said of something means nothing before that is stored, and it is said again when it comes again.
    if (names !== undefined) await this.beside.requests?.noteReply(authority, messageId, names);
    this.crash('gateway.receive.before-commit');
    const fresh = await this.store.receive(
      {
        authority,
        messageId,
        attempt,
        sender: manifest.sender,
        caseId: manifest.caseId,
        type: manifest.messageType,
        function: manifest.recipientFunction,
        deliveryNumber,
        receivedAt: at,
        takenUpBy: takenUpBy(manifest.messageType, clockOf(decision), new Date(decision.decidedAt)),
        jweSha256: manifest.jwe.sha256,
        decisionEntryId: decision.entryId,
        detail,
      },
      manifestSha256,
      signed.stored,
      signed.outgoing,
    );
    this.crash('gateway.receive.after-commit');
    return { outcome: fresh ? 'received' : 'known', authority, messageId };
  }

  private async reject(
    manifest: Manifest,
    entryId: string,
    message: DeliveryReleasedV1,
    why: RejectedDelivery,
  ): Promise<Received> {
    const { recipient: authority, messageId, attempt } = manifest;
    const at = this.now();
    const { stored, outgoing } = await this.receipt(manifest, entryId, { kind: 'rejected', reason: why.reason }, at);
    const isFresh = await this.store.reject(
      authority,
      {
        messageId,
        attempt,
        decisionEntryId: entryId,
        jweSha256: manifest.jwe.sha256,
        deliverySha256: digestOf(canonicalBytes({ ...message })),
        reason: why.reason,
        receipt: stored.receipt,
        at,
      },
      outgoing,
    );
    // Taken meanwhile, by another process: what was taken stays.
    const taken = isFresh ? undefined : await this.store.taken(authority, messageId);
    if (taken !== undefined && taken.attempt >= attempt) return { outcome: 'known', authority, messageId };
    return { outcome: 'rejected', authority, messageId, reason: why.reason };
  }

  private async receipt(
    manifest: Manifest,
    decisionEntryId: string,
    what: Pick<Receipt, 'reason' | 'documentSha256'> & { readonly kind: 'technical' | 'rejected' },
    at: Date,
  ): Promise<{ readonly stored: StoredReceipt; readonly outgoing: Outgoing }> {
    const receipt: Receipt = {
      v: 1,
      env: this.environment,
      receiptId: this.newId(),
      messageId: manifest.messageId,
      attempt: manifest.attempt,
      ...what,
      by: manifest.recipient,
      gateway: this.keys.gateway,
      decisionEntryId,
      jweSha256: manifest.jwe.sha256,
      at: at.toISOString(),
    };
    const text = await signReceipt(this.keys.manifestSigner, receipt);
    return {
      stored: { receiptId: receipt.receiptId, kind: 'technical', receipt: text, at, detail: {} },
      outgoing: { id: this.newId(), type: 'receipt.signed.v1', body: canonicalBytes({ receipt: text }) },
    };
  }
}

/** To reject something one must be able to say what; what cannot be read at all is set aside for people. */
const readable = <T>(parse: () => T): T => {
  try {
    return parse();
  } catch {
    throw new UntrustedStatement('unreadable');
  }
};
