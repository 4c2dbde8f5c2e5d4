import { createHash } from 'node:crypto';
import { ContractError, parseDeliveryReleasedV1, parseMessageSubmittedV1 } from '#contracts';
import { EnvelopeError, parseManifest, parseRefusal } from '#envelope';
import { EXCHANGE_QUEUE, OUT_EXCHANGE, enqueue, gatewayDeliveryKey } from '#messaging';
import type { IncomingMessage } from '#messaging';
import { parseRefusalReportedV1 } from '#contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { NotYet, SetAside } from '../domain/errors.js';
import type { QuarantineReason } from '../domain/errors.js';
import { schema } from '../persistence/index.js';
import { quarantine } from '../persistence/quarantine.store.js';
import type { ListedSetAside, SetAsideMessage, ShownSetAside } from '../persistence/quarantine.store.js';
import type { Law } from './ground.js';
import type { Recorder } from './recorder.js';

/** The exchange's own account at the broker. */
const EXCHANGE_ACCOUNT = 'exchange';

/** What a message says it is about, believed only as far as the notice goes to the gateway that published it. */
interface About {
  readonly messageId?: string;
  readonly attempt?: number;
  readonly sender?: string;
  readonly recipient?: string;
}

/** Keeps what cannot be handled, tells its sender, and lets a person retry or discard it: nothing is lost in silence (design.md I1). */
export class SetAsideMessages {
  constructor(
    private readonly dataSource: DataSource,
    private readonly law: Law,
    private readonly recorder: Recorder,
    private readonly newId: () => string,
    private readonly now: () => Date,
  ) {}

  /** @returns whether it is new @throws {NotYet} */
  async keep(message: IncomingMessage, queue: string, reason: QuarantineReason): Promise<boolean> {
    const about = aboutOf(message);
    const gateway = this.gatewayTold(message, queue, about);
    // One delivery is one row, however often the broker gives it: the same bytes under the same AMQP id for the same reason.
    const id = uuidOf(queue, message.messageId, reason, message.body);
    const at = this.now();
    return this.dataSource.transaction(async (tx) => {
      const added = await quarantine.add(tx, {
        id,
        queue,
        type: message.type.slice(0, 128),
        userId: message.userId,
        body: Buffer.from(message.body),
        reason,
        messageId: about.messageId,
        sender: about.sender,
        gateway,
        at,
        state: 'held',
        deliveries: message.deliveries,
      });
      if (added && gateway !== undefined) {
        await this.recorder.notice(tx, gateway, { kind: 'quarantined', ...about, reason }, this.law.newest(), at);
      }
      return added;
    });
  }

  list(state: SetAsideMessage['state']): Promise<readonly ListedSetAside[]> {
    return quarantine.list(this.dataSource.manager, state, 200);
  }

  show(id: string): Promise<ShownSetAside | undefined> {
    return quarantine.show(this.dataSource.manager, id);
  }

  /** How many are held, and for how long the oldest, in milliseconds. */
  async depth(): Promise<{ readonly held: number; readonly oldestMs: number }> {
    const { held, oldest } = await quarantine.depth(this.dataSource.manager);
    return { held, oldestMs: oldest === undefined ? 0 : Math.max(0, this.now().getTime() - oldest.getTime()) };
  }

  /**
   * Takes a message out again: one of the exchange's own queue is handled, one of a gateway's is published to it. Until that has ended well
   * the row stays held, and is locked meanwhile. A process that dies in between leaves it held too: handling it again is the same act.
   * @param by who does it, as they name themselves
   * @param handle its handler, which does not set aside; gives what became of it
   * @returns what became of it, `published` for a gateway's; undefined when it is not held
   * @throws {SetAside} why it cannot be handled now either, and whatever else the handler throws
   */
  async retry(
    id: string,
    by: string,
    handle: (message: IncomingMessage) => Promise<string>,
  ): Promise<string | undefined> {
    try {
      return await this.dataSource.transaction(async (tx) => {
        const message = await quarantine.held(tx, id);
        if (message === undefined) return undefined;
        const outcome = await this.again(tx, message, handle);
        const at = this.now();
        await quarantine.settle(tx, id, 'retried', undefined, at);
        await quarantine.record(tx, id, { at, act: 'retry', by, outcome });
        return outcome;
      });
    } catch (error) {
      // It was rolled back; that it was tried stays.
      const outcome = error instanceof SetAside ? error.reason : error instanceof NotYet ? error.code : 'failed';
      await quarantine
        .record(this.dataSource.manager, id, { at: this.now(), act: 'retry', by, outcome })
        .catch(() => undefined);
      throw error;
    }
  }

  private async again(
    tx: EntityManager,
    { id, queue, type, body, userId, deliveries = 1 }: SetAsideMessage,
    handle: (message: IncomingMessage) => Promise<string>,
  ): Promise<string> {
    if (queue === EXCHANGE_QUEUE) return handle({ type, body, userId, messageId: id, redelivered: true, deliveries });
    const gateway = /^gw\.(.+)\.in$/.exec(queue)?.[1];
    // Published under our own account it would be ours: what was not ours before is not sent on.
    if (gateway === undefined || userId !== EXCHANGE_ACCOUNT) throw new SetAside('account-mismatch');
    const routingKey = gatewayDeliveryKey(gateway);
    await enqueue(tx, schema, { id: this.newId(), exchange: OUT_EXCHANGE, routingKey, type, body });
    return 'published';
  }

  /** @returns false when it is not held */
  discard(id: string, by: string, reason: string): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      const message = await quarantine.held(tx, id);
      if (message === undefined) return false;
      const at = this.now();
      await quarantine.settle(tx, id, 'discarded', reason, at);
      await quarantine.record(tx, id, { at, act: 'discard', by, outcome: reason });
      const { gateway } = message;
      if (gateway !== undefined) {
        // As the notice said that it was set aside: with the attempt, of which there may be another under way.
        const about = aboutOf(message);
        await this.recorder.notice(tx, gateway, { kind: 'discarded', ...about, reason }, this.law.newest(), at);
      }
      return true;
    });
  }

  /** The sender's gateway: of what it published itself, the account says so; of a delivery, the manifest that was decided on. */
  private gatewayTold(message: IncomingMessage, queue: string, about: About): string | undefined {
    const snapshot = this.law.newest();
    const hosting = about.sender === undefined ? undefined : snapshot.authority(about.sender)?.gateway;
    if (queue !== EXCHANGE_QUEUE) return message.userId === EXCHANGE_ACCOUNT ? hosting : undefined;
    const account = /^gw-(.+)$/.exec(message.userId)?.[1];
    if (account === undefined || snapshot.gateway(account) === undefined) return undefined;
    return account;
  }
}

const aboutOf = ({ type, body }: Pick<IncomingMessage, 'type' | 'body'>): About => {
  try {
    if (type === 'refusal.reported.v1') {
      const { messageId, sender, recipient } = parseRefusal(parseRefusalReportedV1(body).refusal).refusal;
      return { messageId, sender, recipient };
    }
    const text =
      type === 'message.submitted.v1'
        ? parseMessageSubmittedV1(body).manifest
        : type === 'delivery.released.v1'
          ? parseDeliveryReleasedV1(body).manifest
          : undefined;
    if (text === undefined) return {};
    const { messageId, attempt, sender, recipient } = parseManifest(text).manifest;
    return { messageId, attempt, sender, recipient };
  } catch (error) {
    if (error instanceof ContractError || error instanceof EnvelopeError) return {};
    throw error;
  }
};

const uuidOf = (queue: string, messageId: string, reason: string, body: Uint8Array): string => {
  const hash = createHash('sha256')
    .update(`delge-quarantine/v1\n${queue}\n${messageId}\n${reason}\n`)
    .update(body)
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
