import { BaseRpcContext, Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { EventLog } from '#platform';
import { isObservable, lastValueFrom } from 'rxjs';
import { setTimeout as delay } from 'node:timers/promises';
import { closed, openConnection } from './connection.js';
import { QuarantineError } from './errors.js';
import { codeOf } from './publisher.js';
import { settlementOf } from './settlement.js';
import type { Settlement } from './settlement.js';

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
  /** Set by the broker when it dead-lettered the message: from which queue, and why. */
  readonly death?: { readonly queue: string; readonly reason: string };
}

export interface TransportOptions {
  readonly url: string;
  readonly queue: string;
  readonly name: string;
  /** Deliveries in hand at once. */
  readonly prefetch: number;
  /** Dead letters: accepted without `user-id` and of any type, and never rejected again. */
  readonly deadLetters?: boolean;
}

interface Session {
  readonly channel: Channel;
  consumerTag: string | undefined;
  open: boolean;
}

/** Pattern of the one handler of dead letters. As a type it means nothing: whoever publishes chooses that. */
const DEAD_LETTER = 'dead-letter';
const RECONNECT_MS = 500;
const HOLD_MS = 200;
const HOLD_MAX_MS = 2_000;

/**
 * Nest transport for the disclosure path, on amqplib itself: the queue is checked and never declared, a handler is awaited and only then
 * settled, on the channel that delivered. A handler that returns acknowledges; one that throws holds or quarantines (`settlementOf`).
 * Why Nest's own is not used: docs/adr/0001.
 */
export class DisclosureTransport extends Server implements CustomTransportStrategy {
  private session: Session | undefined;
  private running: Promise<void> | undefined;
  private readonly inHand = new Set<Promise<void>>();
  private readonly stop = new AbortController();
  private holding = 0;

  constructor(
    private readonly options: TransportOptions,
    private readonly events: EventLog,
  ) {
    super();
  }

  listen(callback: () => void): void {
    this.running ??= this.run();
    callback();
  }

  close(): Promise<void> {
    return this.drain();
  }

  on(): never {
    throw new Error('the transport reports through its health and its log');
  }

  unwrap<T>(): T {
    return this.session?.channel as T;
  }

  /** @returns undefined when deliveries arrive and are handled */
  fault(): string | undefined {
    if (this.session?.open !== true || this.session.consumerTag === undefined) return 'not-consuming';
    return this.holding > 0 ? 'holding' : undefined;
  }

  /** Takes no more, lets what is in hand end and settle, then closes. What is held goes back to the queue. */
  async drain(): Promise<void> {
    this.stop.abort();
    await this.running;
    // Those whose channel has ended settle nothing any more, but still use the stores.
    await Promise.allSettled([...this.inHand]);
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      try {
        await this.consume();
      } catch (error) {
        this.events.warn('consumer.not-connected', { queue: this.options.queue, code: codeOf(error) });
      }
      this.session = undefined;
      if (!signal.aborted) await delay(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection, one channel, one consumer, until any of them ends or the drain begins. */
  private async consume(): Promise<void> {
    const { url, queue, name, prefetch } = this.options;
    const { signal } = this.stop;
    const connection = await openConnection(url, `${name} consume`);
    let session: Session | undefined;
    let wake: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (wake = resolve));
    // At once, and not when the loop below comes to it: from here on no tag of this channel means anything.
    const end = (): void => {
      if (session !== undefined) session.open = false;
      wake();
    };
    connection.on('error', () => undefined);
    connection.on('close', end);
    signal.addEventListener('abort', wake, { once: true });
    try {
      const channel = await connection.createChannel();
      channel.on('error', (error: unknown) =>
        this.events.warn('consumer.channel-error', { queue, code: codeOf(error) }),
      );
      channel.on('close', end);
      const own: Session = { channel, consumerTag: undefined, open: true };
      session = own;
      this.session = own;
      await channel.checkQueue(queue);
      await channel.prefetch(prefetch);
      // A drain that began meanwhile has nothing to wait for.
      if (signal.aborted) return;
      const { consumerTag } = await channel.consume(
        queue,
        (message) => {
          // The broker has cancelled the consumer: its queue is gone or has moved.
          if (message === null) end();
          else this.take(own, message);
        },
        { noAck: false },
      );
      own.consumerTag = consumerTag;
      this.events.info('consumer.started', { queue });
      await ended;
      if (own.open) await this.settleInHand(own, consumerTag);
    } finally {
      signal.removeEventListener('abort', wake);
      if (session !== undefined) session.open = false;
      await closed(connection);
    }
  }

  /** While draining: no more comes, and the channel stays until what is in hand has been settled on it. */
  private async settleInHand({ channel }: Session, consumerTag: string): Promise<void> {
    try {
      await channel.cancel(consumerTag);
    } catch {
      // The channel has just ended: what was in hand goes back to the queue.
    }
    await Promise.allSettled([...this.inHand]);
    // Answered after everything that was sent before it: the settlements have arrived.
    await closed(channel);
  }

  private take(session: Session, message: ConsumeMessage): void {
    const work = this.handle(session, message).finally(() => this.inHand.delete(work));
    this.inHand.add(work);
  }

  private async handle(session: Session, delivery: ConsumeMessage): Promise<void> {
    const message = incoming(delivery);
    let pause = HOLD_MS;
    let held = false;
    try {
      while (session.open) {
        const settlement = await this.dispatch(message).then(
          () => undefined,
          (error: unknown) => this.failed(message, error, held),
        );
        if (settlement === undefined) {
          if (session.open) session.channel.ack(delivery);
          return;
        }
        if (settlement === 'quarantine') {
          if (session.open) session.channel.reject(delivery, false);
          return;
        }
        if (!held) this.holding += 1;
        held = true;
        // Not acknowledged and not rejected: the broker keeps it for this consumer, and sends no more than the prefetch.
        await delay(pause, undefined, { signal: this.stop.signal });
        pause = Math.min(pause * 2, HOLD_MAX_MS);
      }
    } catch {
      // Draining while it was held, or the channel ended a moment ago: the broker takes it back.
    } finally {
      if (held) this.holding -= 1;
    }
  }

  /** @returns what becomes of a delivery whose handler failed; dead letters are not rejected once more, and wait */
  private failed(message: IncomingMessage, error: unknown, held: boolean): Settlement['kind'] {
    const { kind, code } = settlementOf(error);
    const { queue, deadLetters = false } = this.options;
    const fields = { messageId: message.messageId, type: message.type, queue, code };
    if (kind === 'quarantine' && (deadLetters || code === 'handler-failed')) {
      this.events.failure('message.failed', error, fields);
    }
    if (kind === 'quarantine' && !deadLetters) {
      this.events.warn('message.quarantined', fields);
      return kind;
    }
    if (!held) this.events.warn('message.held', fields);
    return 'hold';
  }

  private async dispatch(message: IncomingMessage): Promise<void> {
    const { deadLetters = false } = this.options;
    if (message.userId === '' && !deadLetters) throw new QuarantineError('no-user-id');
    const handler = this.getHandlerByPattern(deadLetters ? DEAD_LETTER : message.type);
    if (handler === null || (message.type === DEAD_LETTER && !deadLetters)) throw new QuarantineError('unknown-type');
    const result: unknown = await handler(message, new BaseRpcContext([message]));
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  }
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
    deliveries: deliveriesOf((properties.headers ?? {})['x-delivery-count']),
    ...(death === undefined ? {} : { death }),
  };
};

/** A quorum queue counts from 0, and sets it over whatever the publisher wrote. */
const deliveriesOf = (count: unknown): number =>
  typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count + 1 : 1;

/** The newest death stands first and is the broker's own; `x-first-death-queue` stays as a publisher has written it. */
const deathOf = (deaths: unknown): IncomingMessage['death'] => {
  const [newest] = (Array.isArray(deaths) ? deaths : []) as { readonly queue?: unknown; readonly reason?: unknown }[];
  return typeof newest?.queue === 'string' ? { queue: newest.queue, reason: String(newest.reason) } : undefined;
};
