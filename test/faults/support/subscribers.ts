import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { DelgeClient } from '#client';
import type { EventView } from '#contracts';
import { holding } from '../../support/webhook-receiver.js';

const AGAIN_MS = 500;
const PAGE = '200';
const WAIT_S = '10';
const SLOW_MS = 2_000;

/** What one system of an authority was told of, as it wrote it down: it knows an event again by its id, and deals with deliveries in the order of their case. */
export class Journal {
  /** Each once, in the order in which they came first. */
  readonly events: EventView[] = [];
  /** In the order in which they were dealt with: a delivery after those of its case that have a lower number. */
  readonly effects: EventView[] = [];
  /** From when an event happened until it came, in milliseconds. */
  readonly lateMs: number[] = [];
  /** How often one came that had come before. */
  again = 0;
  private readonly ids = new Set<string>();
  /** By case, the number that is dealt with next. */
  private readonly next = new Map<string, number>();
  /** By case and number. */
  private readonly aside = new Map<string, EventView>();

  take(event: EventView): void {
    if (this.ids.has(event.id)) {
      this.again += 1;
      return;
    }
    this.ids.add(event.id);
    this.events.push(event);
    this.lateMs.push(Date.now() - Date.parse(event.timestamp));
    this.dealWith(event);
  }

  private dealWith(event: EventView): void {
    const { caseId = '', deliveryNumber } = event.data;
    if (deliveryNumber === undefined) return void this.effects.push(event);
    this.aside.set(`${caseId} ${deliveryNumber}`, event);
    for (let number = this.next.get(caseId) ?? 1; ; number += 1) {
      const one = this.aside.get(`${caseId} ${number}`);
      this.next.set(caseId, number);
      if (one === undefined) return;
      this.aside.delete(`${caseId} ${number}`);
      this.effects.push(one);
    }
  }
}

/** A system of an authority with a cursor of its own. */
export interface Subscriber {
  readonly way: 'pull' | 'stream' | 'webhook';
  readonly name: string;
  readonly journal: Journal;
  start(): Promise<void>;
  /** Its process ends and begins anew: what it dealt with it knows, how far it had come it may not. */
  restart(): void;
  /** What is to ail it begins, and ends. */
  fallIll(): Promise<void>;
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** Goes on until it is stopped, whatever happens to its gateway. */
abstract class Reading {
  readonly journal = new Journal();
  private readonly over = new AbortController();
  private life = new AbortController();
  private running = Promise.resolve();

  constructor(
    readonly name: string,
    protected readonly client: DelgeClient,
  ) {}

  start(): Promise<void> {
    this.running = this.run();
    return Promise.resolve();
  }
  restart(): void {
    this.life.abort();
  }
  fallIll(): Promise<void> {
    return Promise.resolve();
  }
  heal(): Promise<void> {
    return Promise.resolve();
  }
  async stop(): Promise<void> {
    this.over.abort();
    this.life.abort();
    await this.running;
  }

  /** From where its cursor is, until it cannot go on or is restarted. */
  protected abstract live(life: AbortSignal): Promise<void>;

  private async run(): Promise<void> {
    while (!this.over.signal.aborted) {
      if (this.life.signal.aborted) this.life = new AbortController();
      await this.live(this.life.signal).catch(() => delay(AGAIN_MS));
    }
  }
}

/** Asks for page after page and acknowledges each. One that is restarted deals with a page that it does not come to acknowledge. */
export class PullSystem extends Reading implements Subscriber {
  readonly way = 'pull';
  private isEnding = false;

  override restart(): void {
    this.isEnding = true;
  }

  protected async live(life: AbortSignal): Promise<void> {
    while (!life.aborted) {
      const { items } = await this.client.events({ limit: PAGE, wait: WAIT_S });
      for (const event of items) this.journal.take(event);
      const last = items.at(-1);
      if (last === undefined) continue;
      if (!this.isEnding) await this.client.acknowledgeEvents(last.id);
      this.isEnding = false;
    }
  }
}

/** Follows the stream. One that was restarted had written down how far it had come ten events ago. */
export class StreamSystem extends Reading implements Subscriber {
  readonly way = 'stream';

  constructor(
    name: string,
    client: DelgeClient,
    private readonly gateway: string,
  ) {
    super(name, client);
  }

  protected async live(life: AbortSignal): Promise<void> {
    const last = this.journal.events.at(-KNOWN_BEFORE)?.id;
    const response = await fetch(`${this.gateway}/v1/events/stream`, {
      headers: {
        authorization: `Bearer ${await this.client.accessToken()}`,
        ...(last === undefined ? {} : { 'last-event-id': last }),
      },
      signal: life,
    });
    if (!response.ok || response.body === null) throw new Error(`the stream was answered ${response.status}`);
    let rest = '';
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      const messages = (rest + part).split('\n\n');
      rest = messages.pop() ?? '';
      for (const message of messages) {
        const data = message.split('\n').find((line) => line.startsWith('data: '));
        if (data !== undefined) this.journal.take(JSON.parse(data.slice('data: '.length)) as EventView);
      }
    }
  }
}
const KNOWN_BEFORE = 10;

/**
 * How a receiver is while it is ill. `failing` answers 500 now and then; `forgetful` takes an event now and then whose answer is lost, and gets it twice; `slow` takes two
 * seconds for each; `silent` never answers; `dead` does not listen.
 */
export type Ailment = 'none' | 'failing' | 'forgetful' | 'slow' | 'silent' | 'dead';

/** A receiver on a port of its own, with its webhook. */
export class WebhookSystem implements Subscriber {
  readonly way = 'webhook';
  readonly journal = new Journal();
  /** Those that came without a signature that holds. */
  unsigned = 0;
  private ailment: Ailment = 'none';
  private publicKey = '';
  private readonly id = randomUUID();
  private readonly tried = new Set<string>();

  private constructor(
    readonly ails: Ailment,
    private readonly server: Server,
    private readonly port: number,
    private readonly every: number,
  ) {}

  /** Well. @param ails what is to ail it @param every of so many events one meets what ails it now and then */
  static async make(ails: Ailment, every: number): Promise<WebhookSystem> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => void own.take(request.headers, Buffer.concat(parts).toString(), response));
      request.on('error', () => undefined);
    });
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    const own = new WebhookSystem(ails, server, (server.address() as AddressInfo).port, every);
    return own;
  }

  private client: DelgeClient | undefined;
  name = '';
  as(name: string, client: DelgeClient): this {
    this.name = name;
    this.client = client;
    return this;
  }

  get origin(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }
  private get registered(): DelgeClient['webhooks'] {
    if (this.client === undefined) throw new Error('it has no gateway');
    return this.client.webhooks;
  }

  async start(): Promise<void> {
    const { keys } = await this.registered.put(this.id, `${this.origin}/`);
    this.publicKey = keys[0]?.publicKey ?? '';
  }
  /** What it was in the middle of is not answered. */
  restart(): void {
    this.server.closeAllConnections();
  }
  async fallIll(): Promise<void> {
    this.ailment = this.ails;
    if (this.ails === 'dead') await this.stop();
  }
  /** Registered again, it is tried at once. */
  async heal(): Promise<void> {
    this.ailment = 'none';
    if (!this.server.listening) {
      this.server.listen(this.port, LOOPBACK);
      await once(this.server, 'listening');
    }
    if (this.ails === 'silent') this.server.closeAllConnections();
    const { state } = await this.registered.read(this.id);
    if (state === 'retrying') await this.registered.put(this.id, `${this.origin}/`);
  }
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Written down first, and then answered. */
  private async take(headers: IncomingHttpHeaders, body: string, response: ServerResponse): Promise<void> {
    const id = String(headers['webhook-id']);
    if (holding({ id, headers, body }, this.publicKey) !== 1) this.unsigned += 1;
    const isFirst = !this.tried.has(id);
    this.tried.add(id);
    const isItsTurn = isFirst && this.tried.size % this.every === 0;
    if (this.ailment === 'silent') return;
    if (this.ailment === 'failing' && isItsTurn) return void response.writeHead(500).end();
    this.journal.take(JSON.parse(body) as EventView);
    if (this.ailment === 'slow') await delay(SLOW_MS);
    if (this.ailment === 'forgetful' && isItsTurn) return void response.destroy();
    response.writeHead(204).end();
  }
}
const LOOPBACK = '127.0.0.1';
