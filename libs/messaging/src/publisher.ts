import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import type { EventLog } from '#platform';
import { accountOf, closed, openConnection } from './connection.js';
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
  readonly pending: Set<(error: PublishError | undefined) => void>;
  /** How often the broker has returned a message that it has not confirmed yet, by its id. */
  readonly returned: Map<string, number>;
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
  private over = false;
  private readonly inFlight = new Map<string, Promise<void>>();

  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly log: EventLog,
  ) {}

  /** One id is one message: given again while it is in flight, it is published once and both are answered. @throws {PublishError} */
  publish(publication: Publication): Promise<void> {
    const { messageId } = publication;
    const known = this.inFlight.get(messageId);
    if (known !== undefined) return known;
    const publishing = this.once(publication).finally(() => this.inFlight.delete(messageId));
    this.inFlight.set(messageId, publishing);
    return publishing;
  }

  private async once(publication: Publication): Promise<void> {
    const session = await this.connected();
    if (session.blocked) throw new PublishError('BLOCKED', false);
    // It ended after it was had.
    if (!session.open) throw new PublishError('DISCONNECTED', false);
    const { exchange, routingKey, messageId, type, body } = publication;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        // A blocked broker reads nothing more, not even a goodbye: the connection stays until it is unblocked.
        settle(new PublishError(session.blocked ? 'BLOCKED' : 'TIMEOUT'));
        if (!session.blocked) this.end(session);
      }, CONFIRM_MS);
      const settle = (error: PublishError | undefined): void => {
        clearTimeout(timer);
        session.pending.delete(settle);
        if (error === undefined) resolve();
        else reject(error);
      };
      session.pending.add(settle);
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
          const returned = takeReturn(session, messageId);
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

  /** For ever: lets what is in flight be answered, then closes. */
  async close(): Promise<void> {
    this.over = true;
    await Promise.allSettled([...this.inFlight.values()]);
    const session = await this.session?.catch(() => undefined);
    if (session === undefined) return;
    if (session.open) await closed(session.connection);
  }

  private connected(): Promise<Session> {
    if (this.over) return Promise.reject(new PublishError('DISCONNECTED', false));
    this.session ??= this.open().catch((error: unknown) => {
      this.session = undefined;
      this.log.warn('publisher.not-connected', { code: codeOf(error) });
      throw new PublishError('DISCONNECTED', false);
    });
    return this.session;
  }

  private async open(): Promise<Session> {
    const connection = await openConnection(this.url, `${this.name} publish`);
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel().catch((error: unknown) => {
      void closed(connection);
      throw error;
    });
    const session: Session = {
      connection,
      channel,
      pending: new Set(),
      returned: new Map(),
      blocked: false,
      open: true,
    };
    channel.on('error', (error: unknown) => this.log.warn('publisher.channel-error', { code: codeOf(error) }));
    channel.on('return', ({ properties }: Message) => {
      const id = String(properties.messageId);
      session.returned.set(id, (session.returned.get(id) ?? 0) + 1);
    });
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
    for (const settle of [...session.pending]) settle(new PublishError('DISCONNECTED'));
    void closed(session.connection);
  }
}

/** Whether the broker has returned this message; one confirm answers for one return. */
const takeReturn = ({ returned }: Session, messageId: string): boolean => {
  const times = returned.get(messageId) ?? 0;
  if (times > 1) returned.set(messageId, times - 1);
  else returned.delete(messageId);
  return times > 0;
};

export const codeOf = (error: unknown): string => {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : 'unknown';
};
