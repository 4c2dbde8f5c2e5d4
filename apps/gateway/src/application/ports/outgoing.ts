import type { ToExchange } from '#contracts';

/** A wire message for the exchange, put in the outbox in the transaction of the act it tells of. */
export interface Outgoing {
  readonly id: string;
  readonly type: ToExchange;
  readonly body: Uint8Array;
  /** It leaves when its attachments are at the exchange, and not before. */
  readonly waits?: true;
}
