import { authority, codec, count, digest, environment, instant, name, one, oneOf, uuid } from './codec.js';
import { RETRACTION_REASONS } from './receipt-codes.js';
import type { RetractionReason } from './receipt-codes.js';

/**
 * A sender's statement that what it sent must not be used (*återkallelse*): a closed code and no new facts, so that it needs no permit. It deletes nothing;
 * who received the message keeps it, and says what became of it. One of each message.
 */
export interface Retraction {
  readonly v: 1;
  readonly env: string;
  readonly retractionId: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly sender: string;
  readonly recipient: string;
  /** The sender's. */
  readonly gateway: string;
  /** The decision that it was released on; absent when its sender had been told of none. */
  readonly decisionEntryId?: string;
  readonly jweSha256: string;
  readonly reason: RetractionReason;
  readonly at: string;
}

const retractions = codec<'retraction', Retraction>(
  'retraction',
  'delge-retraction+jws',
  {
    v: one,
    env: environment,
    retractionId: uuid,
    messageId: uuid,
    attempt: count,
    sender: authority,
    recipient: authority,
    gateway: name,
    jweSha256: digest,
    reason: oneOf(...RETRACTION_REASONS),
    at: instant,
  },
  { decisionEntryId: uuid },
);
export const { sign: signRetraction, parse: parseRetraction, verify: verifyRetraction } = retractions;
