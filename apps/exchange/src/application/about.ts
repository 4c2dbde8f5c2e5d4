import {
  ContractError,
  parseDisclosureRecordedV1,
  parseDeliveryReleasedV1,
  parseMessageSubmittedV1,
  parseReleaseHoldSignedV1,
  parseRefusalReportedV1,
  parseRetractionSignedV1,
} from '#contracts';
import {
  EnvelopeError,
  parseManifest,
  parseRecordedDisclosure,
  parseRefusal,
  parseReleaseHold,
  parseRetraction,
  signedDigest,
} from '#envelope';
import type { Notice } from '#envelope';
import type { IncomingMessage } from '#messaging';
import type { SetAsideMessage } from '../persistence/quarantine.store.js';

/** What a message says it is about, believed only as far as the notice goes to the gateway that published it. */
export interface About {
  readonly messageId?: string;
  readonly attempt?: number;
  readonly sender?: string;
  readonly recipient?: string;
}
const RETRACTION = 'retraction.signed.v1';
/** With what (message id, attempt) of its sender stands for, where it is a message with its manifest. */
export type Subject = About & { readonly signed?: Uint8Array };

/** @returns nothing of what cannot be read */
export const subjectOf = ({ type, body }: Pick<IncomingMessage, 'type' | 'body'>): Subject => {
  try {
    // Of what is its sender's alone no recipient is named: it would read the notice.
    if (type === 'refusal.reported.v1') {
      const { messageId, sender } = parseRefusal(parseRefusalReportedV1(body).refusal).refusal;
      return { messageId, sender };
    }
    if (type === 'disclosure.recorded.v1') {
      const { messageId, sender } = parseRecordedDisclosure(parseDisclosureRecordedV1(body).recorded).recorded;
      return { messageId, sender };
    }
    if (type === 'release-hold.signed.v1') {
      const { sender } = parseReleaseHold(parseReleaseHoldSignedV1(body).hold).hold;
      return { sender };
    }
    if (type === RETRACTION) {
      const { messageId, attempt, sender, recipient } = parseRetraction(
        parseRetractionSignedV1(body).retraction,
      ).retraction;
      return { messageId, attempt, sender, recipient };
    }
    const text =
      type === 'message.submitted.v1'
        ? parseMessageSubmittedV1(body).manifest
        : type === 'delivery.released.v1'
          ? parseDeliveryReleasedV1(body).manifest
          : undefined;
    if (text === undefined) return {};
    const { messageId, attempt, sender, recipient } = parseManifest(text).manifest;
    return { messageId, attempt, sender, recipient, signed: signedDigest(text) };
  } catch (error) {
    if (error instanceof ContractError || error instanceof EnvelopeError) return {};
    throw error;
  }
};

/** Of what is held: as it was read when it was set aside, or from its body if that was not noted then. */
export const subjectHeld = (held: SetAsideMessage): Subject => {
  if (held.kept) return subjectOf(held);
  const { messageId, attempt, sender, recipient, signed } = held;
  return {
    ...(messageId === undefined ? {} : { messageId }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(sender === undefined ? {} : { sender }),
    ...(recipient === undefined ? {} : { recipient }),
    ...(signed === undefined ? {} : { signed }),
  };
};

/** What a row names. */
export const aboutOf = ({ signed: _, ...about }: Subject): About => about;

/** Whether it is a retraction that says what it takes back. */
export const isRetractionOf = (type: string, { messageId }: About): boolean =>
  type === RETRACTION && messageId !== undefined;

/**
 * What a notice says that something was set aside, or discarded: by `quarantined` and `discarded` the sender's gateway moves the message that is named. A retraction's own
 * kinds move nothing: the message stays as it is, and is released when its retraction was discarded.
 */
export const toldOf = (
  happened: 'quarantined' | 'discarded',
  type: string,
  subject: Subject,
): About & { readonly kind: Notice['kind'] } =>
  isRetractionOf(type, subject)
    ? { kind: `retraction-${happened}`, ...aboutOf(subject) }
    : { kind: happened, ...(type === RETRACTION ? {} : aboutOf(subject)) };
