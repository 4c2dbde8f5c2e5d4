import { ContractError, parseDeliveryReleasedV1, parseMessageSubmittedV1, parseRefusalReportedV1 } from '#contracts';
import { EnvelopeError, parseManifest, parseRefusal, signedDigest } from '#envelope';
import type { IncomingMessage } from '#messaging';
import type { SetAsideMessage } from '../persistence/quarantine.store.js';

/** What a message says it is about, believed only as far as the notice goes to the gateway that published it. */
export interface About {
  readonly messageId?: string;
  readonly attempt?: number;
  readonly sender?: string;
  readonly recipient?: string;
}
/** With what (message id, attempt) of its sender stands for, where it is a message with its manifest. */
export type Subject = About & { readonly signed?: Uint8Array };

/** @returns nothing of what cannot be read */
export const subjectOf = ({ type, body }: Pick<IncomingMessage, 'type' | 'body'>): Subject => {
  try {
    if (type === 'refusal.reported.v1') {
      const { messageId, sender, recipient } = parseRefusal(parseRefusalReportedV1(body).refusal).refusal;
      return { messageId, sender, recipient };
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

/** What a notice names. */
export const aboutOf = ({ signed: _, ...about }: Subject): About => about;
