import type { ConsumeMessage } from 'amqplib';

/** What a handler is given. The body is as it came: parsing is the contract's business. */
export interface IncomingMessage {
  readonly body: Uint8Array;
  readonly type: string;
  /** AMQP `message-id`: the sender's outbox row. */
  readonly messageId: string;
  /** Account that published, as the broker has checked it. */
  readonly userId: string;
  readonly redelivered: boolean;
  /** How often the broker has delivered it from its queue, this time included; 1 where it does not say. */
  readonly deliveries: number;
  /** How often its handler has failed here, while it was in hand, in a way nobody foresaw. Dead letters alone are handled again after that. */
  readonly failures?: number;
  /** Set by the broker when it dead-lettered the message: from which queue, and why. */
  readonly death?: { readonly queue: string; readonly reason: string };
}

/** Printed in logs and kept in tables: whatever else a publisher writes there is no type and no id. */
const TYPE = /^[a-z][a-z0-9.-]{0,63}$/;
const ID = /^[0-9A-Za-z-]{1,64}$/;
const textLike = (value: unknown, pattern: RegExp): string =>
  typeof value === 'string' && pattern.test(value) ? value : '';

/** What the broker delivered, as a handler is given it. */
export const incoming = ({ content, properties, fields }: ConsumeMessage): IncomingMessage => {
  const death = deathOf((properties.headers ?? {})['x-death']);
  return {
    body: content,
    type: textLike(properties.type, TYPE),
    messageId: textLike(properties.messageId, ID),
    userId: typeof properties.userId === 'string' ? properties.userId : '',
    redelivered: fields.redelivered,
    deliveries: fields.redelivered ? deliveriesOf((properties.headers ?? {})['x-delivery-count']) : 1,
    ...(death === undefined ? {} : { death }),
  };
};

/** Of what comes again a quorum queue sets it, over whatever the publisher wrote. */
const deliveriesOf = (count: unknown): number =>
  typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count + 1 : 1;

/** The newest death stands first and is the broker's own; `x-first-death-queue` stays as a publisher has written it. */
const deathOf = (deaths: unknown): IncomingMessage['death'] => {
  const [newest] = (Array.isArray(deaths) ? deaths : []) as { readonly queue?: unknown; readonly reason?: unknown }[];
  return typeof newest?.queue === 'string' ? { queue: newest.queue, reason: String(newest.reason) } : undefined;
};
