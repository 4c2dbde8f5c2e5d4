import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import type { EventLog } from '#platform';
import { accountOf, openConnection } from './connection.js';
import { PublishError } from './errors.js';

const CONFIRM_MS = 10_000;

export interface Publication {
  readonly exchange: string;
  readonly routingKey: string;
  readonly type: string;
  readonly messageId: string;
  readonly body: Uint8Array;
}

interface Session {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
  readonly pending: Map<string, (error: PublishError | undefined) => void>;
  readonly returned: Set<string>;
  blocked: boolean;
  open: boolean;
}

/**
 * Publishes and resolves when the broker has taken responsibility: persistent, `mandatory`, confirmed. A connection that ends is made
 * anew by the next publication; what was not confirmed on it fails.
 */
export class ConfirmPublisher {
  private session: Promise<Session> | undefined;
  private current: Session | undefined;

  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly log: EventLog,
  ) {}

  /** @throws {PublishError} */
  async publish(publication: Publication): Promise<void> {
    const session = await this.connected();
    if (session.blocked) throw new PublishError('BLOCKED');
    const { exchange, routingKey, messageId, type, body } = publication;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        settle(new PublishError('TIMEOUT'));
        // A late confirm must not be taken for that of a later attempt: this connection is over.
        this.end(session);
      }, CONFIRM_MS);
      const settle = (error: PublishError | undefined): void => {
        clearTimeout(timer);
        session.pending.delete(messageId);
        if (error === undefined) resolve();
        else reject(error);
      };
      session.pending.set(messageId, settle);
      const options = {
        mandatory: true,
        persistent: true,
        messageId,
        type,
        userId: accountOf(this.url),
        contentType: 'application/json',
        timestamp: Math.floor(Date.now() / 1000),
      };
      try {
        session.channel.publish(exchange, routingKey, Buffer.from(body), options, (error: unknown) => {
          // The broker returns what it cannot route, and confirms it after that.
          const returned = session.returned.delete(messageId);
          if (error !== null && error !== undefined) settle(new PublishError('REFUSED'));
          else settle(returned ? new PublishError('UNROUTABLE') : undefined);
        });
      } catch {
        settle(new PublishError('DISCONNECTED'));
        this.end(session);
      }
    });
  }

  /** @returns undefined when publications can go out now */
  fault(): string | undefined {
    if (this.current?.open !== true) return 'disconnected';
    return this.current.blocked ? 'blocked' : undefined;
  }

  /** Connects now, so that readiness does not wait for the first publication. @throws {PublishError} */
  async connect(): Promise<void> {
    await this.connected();
  }

  async close(): Promise<void> {
    const session = this.current;
    this.session = undefined;
    this.current = undefined;
    if (session?.open !== true) return;
    try {
      await session.channel.waitForConfirms();
    } catch {
      // Each publication has had its own answer.
    }
    await session.connection.close().catch(() => undefined);
  }

  private connected(): Promise<Session> {
    this.session ??= this.open().catch((error: unknown) => {
      this.session = undefined;
      this.log.warn('publisher.not-connected', { code: codeOf(error) });
      throw new PublishError('DISCONNECTED');
    });
    return this.session;
  }

  private async open(): Promise<Session> {
    const connection = await openConnection(this.url, `${this.name} publish`);
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel();
    const session: Session = {
      connection,
      channel,
      pending: new Map(),
      returned: new Set(),
      blocked: false,
      open: true,
    };
    channel.on('error', (error: unknown) => this.log.warn('publisher.channel-error', { code: codeOf(error) }));
    channel.on('return', (message: Message) => session.returned.add(String(message.properties.messageId)));
    for (const emitter of [connection, channel]) emitter.on('close', () => this.end(session));
    connection.on('blocked', () => (session.blocked = true));
    connection.on('unblocked', () => (session.blocked = false));
    this.current = session;
    return session;
  }

  private end(session: Session): void {
    if (!session.open) return;
    session.open = false;
    if (this.current === session) {
      this.session = undefined;
      this.current = undefined;
    }
    for (const settle of [...session.pending.values()]) settle(new PublishError('DISCONNECTED'));
    session.connection.close().catch(() => undefined);
  }
}

export const codeOf = (error: unknown): string => {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : 'unknown';
};
