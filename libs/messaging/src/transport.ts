import { BaseRpcContext, Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { EventLog } from '#platform';
import { isObservable, lastValueFrom } from 'rxjs';
import { setTimeout as delay } from 'node:timers/promises';
import { closed, openConnection } from './connection.js';
import { QuarantineError } from './errors.js';
import { incoming } from './incoming.js';
import type { IncomingMessage } from './incoming.js';
import { codeOf } from './publisher.js';
import { settlementOf } from './settlement.js';
import { isKiller } from './suspects.js';
import type { Suspects } from './suspects.js';
import type { Settlement } from './settlement.js';

export interface TransportOptions {
  readonly url: string;
  readonly queue: string;
  readonly name: string;
  /** Deliveries in hand at once. */
  readonly prefetch: number;
  /** Remembers deliveries that were begun and not ended. Absent: the broker's delivery limit alone ends one that kills. */
  readonly suspects?: Suspects;
  /** Asked before anything is taken: while it says no, a process that is started again and again costs no message a delivery. */
  readonly mayConsume?: () => Promise<boolean>;
  /** Dead letters: accepted without `user-id` and of any type, and never rejected again. */
  readonly deadLetters?: boolean;
}

interface Session {
  readonly channel: Channel;
  consumerTag: string | undefined;
  /** When the consumer is known by its tag: what it brings may be there before. */
  subscribed: Promise<void>;
  open: boolean;
  /** One delivery at a time, so that one that kills whoever reads it takes no other with it. */
  careful: boolean;
  /** The consumer is being made anew with another prefetch. */
  turning: Promise<void> | undefined;
}

/** Pattern of the one handler of dead letters. As a type it means nothing: whoever publishes chooses that. */
const DEAD_LETTER = 'dead-letter';
const RECONNECT_MS = 500;
const HOLD_MS = 200;
const HOLD_MAX_MS = 2_000;
/** Deliveries of one message, this one included, from which on it is handled alone. */
const SUSPECT = 3;
/** A handler that has not ended after so many beats never will. Beats and not a clock: a process that was stopped for a minute has not worked. */
const BEATS = 9;
const BEAT_MS = 5_000;

/**
 * Nest transport for the disclosure path, on amqplib itself: the queue is checked and never declared, a handler is awaited and only then
 * settled, on the channel that delivered. A handler that returns acknowledges; one that throws holds or quarantines (`settlementOf`).
 * Why Nest's own is not used: docs/adr/0001.
 */
export class DisclosureTransport extends Server implements CustomTransportStrategy {
  private session: Session | undefined;
  private running: Promise<void> | undefined;
  private readonly inHand = new Set<Promise<void>>();
  /** Of those in hand, the ones that nothing is suspected of. */
  private readonly ordinary = new Set<Promise<void>>();
  private lane: Promise<unknown> = Promise.resolve();
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
        if ((await this.options.mayConsume?.()) !== false) await this.consume();
      } catch (error) {
        this.events.warn('consumer.not-connected', { queue: this.options.queue, code: codeOf(error) });
      }
      this.session = undefined;
      if (!signal.aborted) await delay(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection, one channel, one consumer, until any of them ends or the drain begins. */
  private async consume(): Promise<void> {
    const { url, queue, name } = this.options;
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
      const own: Session = {
        channel,
        consumerTag: undefined,
        subscribed: Promise.resolve(),
        open: true,
        careful: true,
        turning: undefined,
      };
      session = own;
      this.session = own;
      await channel.checkQueue(queue);
      // A drain that began meanwhile has nothing to wait for.
      if (signal.aborted) return;
      // What a process before this one died with comes first: one at a time, until something comes that nobody has had.
      await this.subscribe(own, end);
      this.events.info('consumer.started', { queue });
      await ended;
      if (own.open) await own.turning;
      if (own.open) await this.settleInHand(own);
    } finally {
      signal.removeEventListener('abort', wake);
      if (session !== undefined) session.open = false;
      await closed(connection);
    }
  }

  private subscribe(session: Session, end: () => void): Promise<void> {
    return (session.subscribed = this.consumeWith(session, end));
  }

  private async consumeWith(session: Session, end: () => void): Promise<void> {
    const { queue, prefetch } = this.options;
    // Of the next consumer on this channel, and not of all.
    await session.channel.prefetch(session.careful ? 1 : prefetch);
    const { consumerTag } = await session.channel.consume(
      queue,
      (message) => {
        // The broker has cancelled the consumer: its queue is gone or has moved.
        if (message === null) end();
        else this.take(session, message, end);
      },
      { noAck: false },
    );
    session.consumerTag = consumerTag;
  }

  /** Makes the consumer anew, careful or not. In between nothing comes, and what is in hand goes on. */
  private turn(session: Session, careful: boolean, end: () => void): void {
    if (
      this.options.prefetch === 1 ||
      session.careful === careful ||
      session.turning !== undefined ||
      this.stop.signal.aborted
    )
      return;
    session.careful = careful;
    const turned = async (): Promise<void> => {
      await session.subscribed;
      await session.channel.cancel(session.consumerTag ?? '');
      if (careful) await Promise.allSettled([...this.inHand]);
      if (!this.stop.signal.aborted) await this.subscribe(session, end);
    };
    session.turning = turned()
      // The channel has ended, and with it the session.
      .catch(() => closed(session.channel))
      .finally(() => (session.turning = undefined));
  }

  /** While draining: no more comes, and the channel stays until what is in hand has been settled on it. */
  private async settleInHand({ channel, consumerTag = '' }: Session): Promise<void> {
    try {
      await channel.cancel(consumerTag);
    } catch {
      // The channel has just ended: what was in hand goes back to the queue.
    }
    await Promise.allSettled([...this.inHand]);
    // Answered after everything that was sent before it: the settlements have arrived.
    await closed(channel);
  }

  private take(session: Session, delivery: ConsumeMessage, end: () => void): void {
    const message = incoming(delivery);
    const isSuspect = message.deliveries >= SUSPECT;
    if (message.deliveries === 1) this.turn(session, false, end);
    else if (isSuspect) this.turn(session, true, end);
    const work = isSuspect ? this.alone(session, delivery, message) : this.handle(session, delivery, message);
    this.inHand.add(work);
    if (!isSuspect) this.ordinary.add(work);
    void work.finally(() => {
      this.inHand.delete(work);
      this.ordinary.delete(work);
    });
  }

  /** In the suspect lane: when nothing else is in hand, one after the other. */
  private async alone(session: Session, delivery: ConsumeMessage, message: IncomingMessage): Promise<void> {
    const turn = this.lane.then(async () => {
      await Promise.allSettled([...this.ordinary]);
      // Otherwise given back: whoever has it next may begin it.
      if (session.open && !this.stop.signal.aborted)
        await this.handle(session, delivery, message, this.options.suspects);
    });
    this.lane = turn;
    await turn;
  }

  /** @param suspects remembers that it was begun, and that it ended */
  private async handle(
    session: Session,
    delivery: ConsumeMessage,
    message: IncomingMessage,
    suspects?: Suspects,
  ): Promise<void> {
    let pause = HOLD_MS;
    let held = false;
    try {
      while (session.open) {
        const settlement = await this.tried(message, suspects).then(
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
      // Draining while it was held, or the channel ended a moment ago: the broker takes it back. Said by `nack`, which from RabbitMQ 4.3 is
      // no failure of the message; before, it counts as a channel's end does.
      if (held && session.open) session.channel.nack(delivery, false, true);
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

  private async tried(message: IncomingMessage, suspects: Suspects | undefined): Promise<void> {
    if (suspects === undefined) {
      await inTime(this.dispatch(message));
      return;
    }
    const { queue } = this.options;
    const begun = await suspects.begin(queue, message);
    if (isKiller(begun)) throw new QuarantineError('kills-its-reader');
    if (begun > 1) {
      const { messageId, type } = message;
      this.events.warn('message.suspect', { messageId, type, queue, count: begun });
    }
    try {
      await inTime(this.dispatch(message));
    } finally {
      await suspects.end(queue, message);
    }
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

/** @throws {QuarantineError} when the process has worked for so long and the handler has not ended: it would keep its place for ever */
const inTime = async (work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    let beats = 0;
    timer = setInterval(() => {
      beats += 1;
      if (beats === BEATS) reject(new QuarantineError('handler-hangs'));
    }, BEAT_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearInterval(timer);
  }
};
