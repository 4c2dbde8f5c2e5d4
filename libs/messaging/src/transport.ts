import { BaseRpcContext, Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { EventLog } from '#platform';
import { isObservable, lastValueFrom } from 'rxjs';
import { setTimeout as delay } from 'node:timers/promises';
import { openConnection } from './connection.js';
import { QuarantineError } from './errors.js';
import { codeOf } from './publisher.js';
import { settlementOf } from './settlement.js';

/** What a handler is given. The body is as it came: parsing is the contract's business. */
export interface IncomingMessage {
  readonly body: Uint8Array;
  readonly type: string;
  /** AMQP `message-id`: the sender's outbox row. */
  readonly messageId: string;
  /** Account that published, as the broker has checked it. */
  readonly userId: string;
  readonly redelivered: boolean;
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
  readonly connection: ChannelModel;
  readonly channel: Channel;
  consumerTag: string | undefined;
  open: boolean;
}

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
    if (this.session?.consumerTag === undefined) return 'not-consuming';
    return this.holding > 0 ? 'holding' : undefined;
  }

  /** Takes no more, lets what is in hand end and settle, then closes. What is held goes back to the queue. */
  async drain(): Promise<void> {
    if (this.stop.signal.aborted) return;
    this.stop.abort();
    const { session } = this;
    if (session?.open === true && session.consumerTag !== undefined) {
      await session.channel.cancel(session.consumerTag).catch(() => undefined);
    }
    await Promise.allSettled([...this.inHand]);
    if (session?.open === true) {
      session.open = false;
      await session.channel.close().catch(() => undefined);
      await session.connection.close().catch(() => undefined);
    }
    await this.running;
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

  /** One connection, one channel, one consumer, until any of them ends. */
  private async consume(): Promise<void> {
    const { url, queue, name, prefetch } = this.options;
    const connection = await openConnection(url, `${name} consume`);
    let ended: () => void = () => undefined;
    const end = new Promise<void>((resolve) => (ended = resolve));
    connection.on('error', () => undefined);
    connection.on('close', ended);
    try {
      const channel = await connection.createChannel();
      const session: Session = { connection, channel, consumerTag: undefined, open: true };
      this.session = session;
      channel.on('error', (error: unknown) =>
        this.events.warn('consumer.channel-error', { queue, code: codeOf(error) }),
      );
      channel.on('close', ended);
      this.stop.signal.addEventListener('abort', ended, { once: true });
      await channel.checkQueue(queue);
      await channel.prefetch(prefetch);
      const { consumerTag } = await channel.consume(
        queue,
        (message) => {
          // The broker has cancelled the consumer: its queue is gone or has moved.
          if (message === null) ended();
          else this.take(session, message);
        },
        { noAck: false },
      );
      session.consumerTag = consumerTag;
      this.events.info('consumer.started', { queue });
      await end;
      // While draining, the channel stays until what is in hand has been settled.
      if (!this.stop.signal.aborted) session.open = false;
    } finally {
      if (!this.stop.signal.aborted) await connection.close().catch(() => undefined);
    }
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
        try {
          await this.dispatch(message);
          if (session.open) session.channel.ack(delivery);
          return;
        } catch (error) {
          const { kind, code } = settlementOf(error);
          const fields = { messageId: message.messageId, type: message.type, queue: this.options.queue, code };
          if (kind === 'quarantine' && this.options.deadLetters !== true) {
            if (code === 'handler-failed') this.events.failure('message.failed', error, fields);
            this.events.warn('message.quarantined', fields);
            if (session.open) session.channel.reject(delivery, false);
            return;
          }
          if (kind === 'quarantine') this.events.failure('message.failed', error, fields);
          if (!held) this.events.warn('message.held', fields);
          if (!held) this.holding += 1;
          held = true;
        }
        // Not acknowledged and not rejected: the broker keeps it for this consumer, and sends no more than the prefetch.
        await delay(pause, undefined, { signal: this.stop.signal });
        pause = Math.min(pause * 2, HOLD_MAX_MS);
      }
    } catch {
      // Draining while it was held: the broker takes it back when the channel closes.
    } finally {
      if (held) this.holding -= 1;
    }
  }

  private async dispatch(message: IncomingMessage): Promise<void> {
    const { deadLetters = false } = this.options;
    if (message.userId === '' && !deadLetters) throw new QuarantineError('no-user-id');
    const handler = this.getHandlerByPattern(deadLetters ? 'dead-letter' : message.type);
    if (handler === null) throw new QuarantineError('unknown-type');
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
    ...(death === undefined ? {} : { death }),
  };
};

/** The newest death stands first and is the broker's own; `x-first-death-queue` stays as a publisher has written it. */
const deathOf = (deaths: unknown): IncomingMessage['death'] => {
  const [newest] = (Array.isArray(deaths) ? deaths : []) as { readonly queue?: unknown; readonly reason?: unknown }[];
  return typeof newest?.queue === 'string' ? { queue: newest.queue, reason: String(newest.reason) } : undefined;
};
