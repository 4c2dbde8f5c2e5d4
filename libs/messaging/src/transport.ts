import { BaseRpcContext, Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { EventLog } from '#platform';
import { isObservable, lastValueFrom } from 'rxjs';
import { setTimeout as delay } from 'node:timers/promises';
import { Beats, HangError } from './beats.js';
import { closed, openConnection } from './connection.js';
import { QuarantineError } from './errors.js';
import { incoming } from './incoming.js';
import type { IncomingMessage } from './incoming.js';
import { Lane } from './lane.js';
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
  /** Milliseconds of one beat, by which handlers are measured. Absent: 5,000. */
  readonly beatMs?: number;
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
  /** At once, and not when somebody waits for it: from here on no tag of this channel means anything. */
  readonly end: () => void;
}

/** What becomes of a delivery: `back` to the queue, for whoever has it next; `failed`: held, and for no reason that will pass. */
type Ending = Settlement['kind'] | 'done' | 'back' | 'failed';

/** Pattern of the one handler of dead letters. As a type it means nothing: whoever publishes chooses that. */
const DEAD_LETTER = 'dead-letter';
const RECONNECT_MS = 500;
const HOLD_MS = 200;
const HOLD_MAX_MS = 2_000;
/** Deliveries of one message, this one included, from which on it is handled alone. */
const SUSPECT = 3;
/** Beats after which a handler is not waited for any longer: given back, and by itself the next time. */
const BEATS = 4;
const BEATS_ALONE = 3;
/** How often it hangs by itself, while the store answers, before it is set aside. */
const HUNG_MAX = 2;
const REMEMBERED_MAX = 1_000;
/** Commands to a quorum queue that a channel has under way at once (`quorum_commands_soft_limit` of RabbitMQ). */
const PASSED_ON = 32;

/**
 * Nest transport for the disclosure path, on amqplib itself: the queue is checked and never declared, a handler is awaited and only then
 * settled, on the channel that delivered. A handler that returns acknowledges; one that throws holds or quarantines (`settlementOf`).
 * Why Nest's own is not used: docs/adr/0001.
 */
export class DisclosureTransport extends Server implements CustomTransportStrategy {
  private session: Session | undefined;
  private running: Promise<void> | undefined;
  private readonly inHand = new Set<Promise<void>>();
  private readonly lane = new Lane();
  /** Ids of those that have hung here. */
  private readonly hung = new Set<string>();
  private readonly stop = new AbortController();
  private readonly beats: Beats;
  private holding = 0;

  constructor(
    private readonly options: TransportOptions,
    private readonly events: EventLog,
  ) {
    super();
    this.beats = new Beats(async () => options.suspects?.answers(), options.beatMs);
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
        end,
      };
      session = own;
      this.session = own;
      await channel.checkQueue(queue);
      // A drain that began meanwhile has nothing to wait for.
      if (signal.aborted) return;
      // What a process before this one died with comes first: one at a time, until something comes that nobody has had.
      await this.subscribe(own);
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

  private subscribe(session: Session): Promise<void> {
    return (session.subscribed = this.consumeWith(session));
  }

  private async consumeWith(session: Session): Promise<void> {
    const { queue, prefetch } = this.options;
    // Of the next consumer on this channel, and not of all: what is held came to those before it.
    await session.channel.prefetch(session.careful ? 1 : Math.max(1, prefetch - this.holding));
    const { consumerTag } = await session.channel.consume(
      queue,
      (message) => {
        // The broker has cancelled the consumer: its queue is gone or has moved.
        if (message === null) session.end();
        else this.take(session, message);
      },
      { noAck: false },
    );
    session.consumerTag = consumerTag;
  }

  /** Makes the consumer anew, careful or not. In between nothing comes, and what is in hand goes on. */
  private turn(session: Session, careful: boolean): void {
    if (this.options.prefetch === 1 || session.careful === careful || session.turning !== undefined) return;
    session.careful = careful;
    this.renew(session);
  }

  private renew(session: Session): void {
    if (this.stop.signal.aborted) return;
    const { careful } = session;
    const renewed = async (): Promise<void> => {
      await session.subscribed;
      await session.channel.cancel(session.consumerTag ?? '');
      if (careful) await this.lane.ended();
      if (!this.stop.signal.aborted) await this.subscribe(session);
    };
    session.turning = renewed()
      // The channel has ended, and with it the session.
      .catch(() => closed(session.channel))
      .finally(() => (session.turning = undefined));
  }

  /** What is held takes up the one place of a careful consumer: the next is let in beside it, as many as may be in hand. */
  private async admit(session: Session, heldBy: string): Promise<void> {
    await session.turning;
    const { careful, open, consumerTag, turning } = session;
    if (open && careful && turning === undefined && consumerTag === heldBy && this.holding < this.options.prefetch)
      this.renew(session);
  }

  /** While draining: no more comes, and the channel stays until what is in hand has been settled on it. */
  private async settleInHand({ channel, consumerTag = '' }: Session): Promise<void> {
    const { queue, prefetch } = this.options;
    try {
      await channel.cancel(consumerTag);
    } catch {
      // The channel has just ended: what was in hand goes back to the queue.
    }
    await Promise.allSettled([...this.inHand]);
    try {
      // A channel passes so many settlements on to a quorum queue, keeps the rest until these are written, and forgets it when it is closed. Each answer of the
      // queue comes after what was passed on before it; where the queue is slow to write it, maybe before it is written, and what was kept comes again to the inbox.
      for (let left = prefetch; left > -PASSED_ON; left -= PASSED_ON) await channel.checkQueue(queue);
    } catch {
      // It has ended: what was not passed on goes back to the queue.
    }
    await closed(channel);
  }

  private take(session: Session, delivery: ConsumeMessage): void {
    const message = incoming(delivery);
    const isSuspect = message.deliveries >= SUSPECT || this.hung.has(message.messageId);
    if (isSuspect) this.turn(session, true);
    else if (message.deliveries === 1) this.turn(session, false);
    const work = this.handle(session, delivery, message, isSuspect);
    this.inHand.add(work);
    void work.finally(() => this.inHand.delete(work));
  }

  private async handle(
    session: Session,
    delivery: ConsumeMessage,
    message: IncomingMessage,
    isSuspect: boolean,
  ): Promise<void> {
    let pause = HOLD_MS;
    let held = false;
    let failures = 0;
    try {
      while (session.open) {
        const given = failures === 0 ? message : { ...message, failures };
        const ending = await this.tried(session, given, isSuspect, held);
        if (ending === 'failed') failures += 1;
        else if (ending !== 'hold') {
          if (session.open) settle(session.channel, delivery, ending);
          if (ending !== 'back') this.hung.delete(message.messageId);
          return;
        }
        if (!held) {
          this.holding += 1;
          void this.admit(session, delivery.fields.consumerTag ?? '');
        }
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

  /** One attempt. */
  private async tried(session: Session, message: IncomingMessage, isSuspect: boolean, held: boolean): Promise<Ending> {
    try {
      if (!isSuspect) await this.lane.beside(() => this.beats.within(BEATS, this.dispatch(message)));
      else
        return await this.lane.alone(async () => {
          // Not begun: whoever has it next may begin it.
          if (!session.open || this.stop.signal.aborted) return 'back';
          await this.suspected(message);
          return 'done';
        });
      return 'done';
    } catch (error) {
      return this.failed(message, error, held);
    }
  }

  /** @returns what becomes of a delivery whose handler failed; dead letters are not rejected once more, and wait */
  private failed(message: IncomingMessage, error: unknown, held: boolean): Ending {
    const { queue, deadLetters = false } = this.options;
    const { messageId, type } = message;
    if (error instanceof HangError && !deadLetters) {
      this.events.warn('message.hangs', { messageId, type, queue });
      if (this.hung.size >= REMEMBERED_MAX) this.hung.clear();
      this.hung.add(messageId);
      return 'back';
    }
    const { kind, code } = settlementOf(error);
    const fields = { messageId, type, queue, code };
    if (kind === 'quarantine' && (deadLetters || code === 'handler-failed')) {
      this.events.failure('message.failed', error, fields);
    }
    if (kind === 'quarantine' && !deadLetters) {
      this.events.warn('message.quarantined', fields);
      return kind;
    }
    if (!held) this.events.warn('message.held', fields);
    return kind === 'hold' ? 'hold' : 'failed';
  }

  /** Handles one that may kill: what is remembered of it says by whom it was begun, and that it ended or hung. */
  private async suspected(message: IncomingMessage): Promise<void> {
    const { queue, suspects } = this.options;
    const killed = (await suspects?.begin(queue, message)) ?? 0;
    if (isKiller(killed)) throw new QuarantineError('kills-its-reader');
    if (killed > 0) {
      const { messageId, type } = message;
      this.events.warn('message.suspect', { messageId, type, queue, count: killed });
    }
    try {
      await this.beats.within(BEATS_ALONE, this.dispatch(message));
    } catch (error) {
      if (!(error instanceof HangError)) await suspects?.end(queue, message);
      else if (((await suspects?.hung(queue, message)) ?? 0) >= HUNG_MAX) throw new QuarantineError('handler-hangs');
      throw error;
    }
    await suspects?.end(queue, message);
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

const settle = (channel: Channel, delivery: ConsumeMessage, ending: Exclude<Ending, 'hold' | 'failed'>): void => {
  if (ending === 'done') channel.ack(delivery);
  else if (ending === 'quarantine') channel.reject(delivery, false);
  else channel.nack(delivery, false, true);
};
