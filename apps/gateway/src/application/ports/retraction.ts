import type { RetractionReason } from '#contracts';
import type { Outgoing } from './outgoing.js';
import type { GivenAnotherWay } from './waiting.js';

/** A retraction that an authority gave. */
export interface StoredRetraction {
  readonly messageId: string;
  readonly retractionId: string;
  readonly reason: RetractionReason;
  /** Exact characters, compact JWS. */
  readonly statement: string;
  readonly at: Date;
}

/** One that an authority received, with the notice that took it into the log. */
export interface ReceivedRetraction extends StoredRetraction {
  readonly sender: string;
  readonly attempt: number;
  readonly jweSha256: string;
  readonly notice: string;
  readonly blind: string;
  readonly proof: string;
  readonly receivedAt: Date;
}

/** As it is given, of this attempt. */
export interface NewRetraction extends StoredRetraction {
  readonly attempt: number;
  /** Kept with it: then nothing is done about what was released meanwhile. */
  readonly given?: GivenAnotherWay;
}

export interface RetractionStore {
  given(authority: string, messageIds: readonly string[]): Promise<readonly StoredRetraction[]>;
  /**
   * All or none. What has not left the gateway leaves it no more and is `withdrawn` without a retraction; what waits for a key is `withdrawn` by one.
   * @returns false when nothing was done, since one of them is under way as another attempt by now
   * @throws {GatewayError} RETRACTION_EXISTS when one for another reason was given meanwhile; TOO_LATE when what was given another way was released
   */
  give(
    authority: string,
    retractions: readonly NewRetraction[],
    /** One for each, in their order. */
    outgoing: readonly Outgoing[],
    /** Leave beside them: retractions that stand, once more. */
    again?: readonly Outgoing[],
  ): Promise<boolean>;
  /** @returns false when one is here already, or its authority erased the message */
  receive(authority: string, retraction: ReceivedRetraction): Promise<boolean>;
  /** Those of deliveries that are here. */
  received(authority: string, messageIds: readonly string[]): Promise<readonly ReceivedRetraction[]>;
}
