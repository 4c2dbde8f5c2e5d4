import { EnvelopeError, parseRetraction, sha256Base64url, verifyRetraction } from '#envelope';
import type { Notice, Retraction } from '#envelope';
import type { RetractionRecordedV1 } from '#contracts';
import type { Snapshot } from '#snapshot';
import { RejectedDelivery, UntrustedStatement } from '../domain/errors.js';
import type { KeyStore } from '../keys/key-store.js';
import type { DeliveryStore } from './ports/delivery.js';
import type { RetractionStore } from './ports/retraction.js';
import type { Now } from './ports/time-and-ids.js';
import type { RecordOutcome, Recorded } from './record-outcome.js';
import type { VerifyEvidence } from './verify-evidence.js';

export interface VerifiedRetraction {
  readonly retraction: Retraction;
  readonly notice: Notice;
}

/** @throws {UntrustedStatement | NotYet} notice not signed and logged by the exchange, or a retraction that is another's or about something else */
export const verifiedRetraction = async (
  evidence: VerifyEvidence,
  message: RetractionRecordedV1,
): Promise<VerifiedRetraction> => {
  const { notice, snapshot } = await evidence
    .notice({ entry: message.notice, blind: message.blind, proof: message.proof })
    .catch((error: unknown) => {
      throw error instanceof RejectedDelivery ? new UntrustedStatement(error.reason) : error;
    });
  const { retraction, kid } = readable(() => parseRetraction(message.retraction));
  const isTaken = notice.kind === 'retraction-recorded' || notice.kind === 'withdrawn';
  if (!isTaken || notice.statementSha256 !== sha256Base64url(message.retraction))
    throw new UntrustedStatement('notice-binding');
  const agree =
    notice.messageId === retraction.messageId &&
    notice.attempt === retraction.attempt &&
    notice.sender === retraction.sender &&
    notice.recipient === retraction.recipient &&
    notice.env === retraction.env;
  if (!agree) throw new UntrustedStatement('notice-binding');
  await signature(retraction, kid, message.retraction, snapshot);
  return { retraction, notice };
};

export interface HeardRetraction {
  readonly messageId: string;
  /** At its sender. */
  readonly told?: Recorded;
  /** At its recipient. */
  readonly received?: { readonly authority: string; readonly outcome: 'received' | 'known' };
}

/** A retraction that stands in the log, at either end. The recipient keeps it, whether its message has come or comes later; that stays as it is. */
export class ReceiveRetraction {
  constructor(
    private readonly evidence: VerifyEvidence,
    private readonly outcomes: Pick<RecordOutcome, 'retraction'>,
    private readonly deliveries: Pick<DeliveryStore, 'taken'>,
    private readonly store: RetractionStore,
    private readonly keys: KeyStore,
    private readonly now: Now,
    /** Told of each, again and again if need be: what its message asked for ends. */
    private readonly taken: (authority: string, messageId: string) => Promise<void> = () => Promise.resolve(),
  ) {}

  /** @throws {UntrustedStatement | NotYet} */
  async execute(message: RetractionRecordedV1): Promise<HeardRetraction> {
    const verified = await verifiedRetraction(this.evidence, message);
    const { messageId, sender, recipient } = verified.retraction;
    const isForRecipient = this.keys.hosts(recipient) && verified.notice.kind === 'retraction-recorded';
    if (!this.keys.hosts(sender) && !isForRecipient) throw new UntrustedStatement('not-hosted');
    return {
      messageId,
      ...(this.keys.hosts(sender) ? { told: await this.outcomes.retraction(verified, message) } : {}),
      ...(isForRecipient ? { received: await this.receive(verified.retraction, message) } : {}),
    };
  }

  private async receive(
    { messageId, attempt, sender, recipient: authority, jweSha256, decisionEntryId, ...rest }: Retraction,
    message: RetractionRecordedV1,
  ): Promise<NonNullable<HeardRetraction['received']>> {
    const delivery = await this.deliveries.taken(authority, messageId);
    const bound =
      delivery === undefined ||
      (delivery.sender === sender &&
        delivery.attempt === attempt &&
        delivery.jweSha256 === jweSha256 &&
        (decisionEntryId === undefined || delivery.decisionEntryId === decisionEntryId));
    if (!bound) throw new UntrustedStatement('retraction-binding');
    const { retraction: statement, notice, blind, proof } = message;
    const fresh = await this.store.receive(authority, {
      ...{ messageId, sender, attempt, jweSha256, statement, notice, blind, proof },
      retractionId: rest.retractionId,
      reason: rest.reason,
      at: new Date(rest.at),
      receivedAt: this.now(),
    });
    await this.taken(authority, messageId);
    return { authority, outcome: fresh ? 'received' : 'known' };
  }
}

const signature = async (retraction: Retraction, kid: string, text: string, snapshot: Snapshot): Promise<void> => {
  const record = snapshot.key(kid);
  const gateway = snapshot.authority(retraction.sender)?.gateway;
  const held = record?.use === 'manifest' && record.holder === `gateway:${retraction.gateway}`;
  if (!held || gateway !== retraction.gateway) throw new UntrustedStatement('retraction-key');
  try {
    await verifyRetraction(text, record.public);
  } catch (error) {
    if (error instanceof EnvelopeError) throw new UntrustedStatement('retraction-signature');
    throw error;
  }
};

const readable = <T>(parse: () => T): T => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof EnvelopeError) throw new UntrustedStatement('unreadable');
    throw error;
  }
};
