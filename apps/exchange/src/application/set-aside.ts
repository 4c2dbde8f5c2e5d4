import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { EXCHANGE_QUEUE, OUT_EXCHANGE, enqueue, gatewayDeliveryKey } from '#messaging';
import type { IncomingMessage } from '#messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { NotYet, SetAside, StillHeld } from '../domain/errors.js';
import type { QuarantineReason } from '../domain/errors.js';
import { schema } from '../persistence/index.js';
import { quarantine } from '../persistence/quarantine.store.js';
import type {
  ListedSetAside,
  Listing,
  Quota,
  SetAsideMessage,
  ShownSetAside,
} from '../persistence/quarantine.store.js';
import { aboutOf, isRetractionOf, subjectHeld, subjectOf, toldOf } from './about.js';
import type { About } from './about.js';
import { EXCHANGE_ACCOUNT, endDiscarded, isDiscarded, standsAlready } from './end-discarded.js';
import type { Law } from './ground.js';
import type { Recorder } from './recorder.js';

/** What is kept, with its body, of what one account published: a gateway that errs or attacks fills nobody's disk. */
const QUOTA: Quota = { count: 10_000, bytes: 256 * 1024 * 1024 };
/** Of a message that carries a retraction, at most; about. */
const RETRACTION_BYTES = 4096;
/** As long as a handler may have a message in hand. */
const RETRY_MS = 45_000;
/** May stop whoever handles it. */
const DANGEROUS: ReadonlySet<string> = new Set<QuarantineReason>(['delivery-limit']);
/** Why a row is ended, and nothing else: another copy was decided on, or discarded, under its id. */
export const STANDS_ALREADY = 'stands-already';

/** Keeps what cannot be handled, tells its sender, and lets a person retry or discard it: nothing is lost in silence (design.md I1). */
export class SetAsideMessages {
  constructor(
    private readonly dataSource: DataSource,
    private readonly law: Law,
    private readonly recorder: Recorder,
    private readonly newId: () => string,
    private readonly now: () => Date,
    private readonly quota: Quota = QUOTA,
    private readonly retryMs = RETRY_MS,
  ) {}

  /** @returns whether it is new @throws {NotYet} */
  async keep(message: IncomingMessage, queue: string, reason: QuarantineReason): Promise<boolean> {
    const subject = subjectOf(message);
    const about = aboutOf(subject);
    const gateway = this.gatewayTold(message, queue, about);
    // One delivery is one row, however often the broker gives it: the same bytes under the same AMQP id for the same reason.
    const id = uuidOf(queue, message.messageId, reason, message.body);
    const at = this.now();
    return this.dataSource.transaction(async (tx) => {
      // What gateways give back was released to them: of that there is no more than there was released.
      const isFull = queue === EXCHANGE_QUEUE && (await quarantine.isFull(tx, queue, message.userId, this.quota));
      // What stops a message must be handled again one day, and is little.
      const isRetraction = isRetractionOf(message.type, subject);
      const isKept = !isFull || (isRetraction && message.body.length <= RETRACTION_BYTES);
      const held: SetAsideMessage = {
        id,
        queue,
        type: message.type.slice(0, 128),
        userId: message.userId,
        body: Buffer.from(message.body),
        reason,
        messageId: about.messageId,
        sender: about.sender,
        attempt: about.attempt,
        recipient: about.recipient,
        signed: subject.signed === undefined ? undefined : Buffer.from(subject.signed),
        gateway,
        at,
        state: 'held',
        deliveries: message.deliveries,
        kept: isKept,
      };
      const added = await quarantine.add(tx, held);
      const told = toldOf('quarantined', message.type, subject);
      if (!added || gateway === undefined) return added;
      if (!isRetraction && told.messageId !== undefined && (await quarantine.isTold(tx, held))) return true;
      // Over its quota a gateway is told of its own authorities' messages, for whom somebody waits, and of nothing else.
      const isWaitedFor = subject.signed !== undefined || isRetraction;
      if (isFull && !(isWaitedFor && this.hosting(about) === gateway)) return true;
      // Whatever it was that kept a gateway from it: its sender knows by that word that it was released.
      const why = queue === EXCHANGE_QUEUE ? reason : 'refused-by-gateway';
      await this.recorder.notice(tx, gateway, { ...told, reason: why }, this.law.newest(), at);
      return true;
    });
  }

  /** Keeps what not even `keep` could make anything of: nothing of it is read, and nobody is told but people here. */
  async keepUnread({ type, userId, messageId, body, deliveries }: IncomingMessage, queue: string): Promise<void> {
    const reason = 'handler-failed';
    const unknown = { messageId: undefined, sender: undefined, gateway: undefined };
    const id = uuidOf(queue, messageId, reason, body);
    const row = { id, queue, type, userId, body: Buffer.from(body), reason, at: this.now(), deliveries };
    await this.dataSource.transaction((tx) => quarantine.add(tx, { ...unknown, ...row, state: 'held', kept: true }));
  }

  list(listing: Listing): Promise<readonly ListedSetAside[]> {
    return quarantine.list(this.dataSource.manager, listing);
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
   * @param force also what may stop the process that handles it, and all that it has in hand
   * @param handle its handler, which does not set aside; gives what became of it
   * @returns what became of it, `published` for a gateway's; undefined when it is not held
   * @throws {SetAside | StillHeld} why it cannot be handled now either, and whatever else the handler throws
   */
  async retry(
    id: string,
    by: string,
    handle: (message: IncomingMessage) => Promise<string>,
    force = false,
  ): Promise<string | undefined> {
    try {
      return await this.dataSource.transaction(async (tx) => {
        const message = await quarantine.held(tx, id);
        if (message === undefined) return undefined;
        if (!message.kept) throw new StillHeld('not-kept');
        if (DANGEROUS.has(message.reason) && !force) throw new StillHeld('needs-force');
        const outcome = await this.again(tx, message, handle);
        const at = this.now();
        await quarantine.settle(tx, id, 'retried', undefined, at);
        await quarantine.record(tx, id, { at, act: 'retry', by, outcome });
        return outcome;
      });
    } catch (error) {
      // It was rolled back; that it was tried stays.
      const outcome = codeOf(error);
      await quarantine
        .record(this.dataSource.manager, id, { at: this.now(), act: 'retry', by, outcome })
        .catch(() => undefined);
      throw error;
    }
  }

  private async again(
    tx: EntityManager,
    held: SetAsideMessage,
    handle: (message: IncomingMessage) => Promise<string>,
  ): Promise<string> {
    const { id, queue, type, body, userId, deliveries = 1 } = held;
    if (queue === EXCHANGE_QUEUE) {
      // It is not stopped: when it ends well after all, another retry finds it done.
      const late = delay(this.retryMs, undefined, { ref: false }).then(() =>
        Promise.reject(new StillHeld('timed-out')),
      );
      return Promise.race([handle({ type, body, userId, messageId: id, redelivered: true, deliveries }), late]);
    }
    const gateway = /^gw\.(.+)\.in$/.exec(queue)?.[1];
    // Published under our own account it would be ours: what was not ours before is not sent on.
    if (gateway === undefined || userId !== EXCHANGE_ACCOUNT) throw new SetAside('account-mismatch');
    if (await isDiscarded(tx, held)) throw new StillHeld('discarded');
    const routingKey = gatewayDeliveryKey(gateway);
    await enqueue(tx, schema, { id: this.newId(), exchange: OUT_EXCHANGE, routingKey, type, body });
    return 'published';
  }

  /**
   * @param reason `stands-already` ends the row alone, and tells nobody
   * @returns false when it is not held
   * @throws {StillHeld} when the message would not end by it
   */
  discard(id: string, by: string, reason: string): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      const message = await quarantine.held(tx, id);
      if (message === undefined) return false;
      const at = this.now();
      const subject = subjectHeld(message);
      if (reason === STANDS_ALREADY) {
        if (!(await standsAlready(tx, message))) throw new StillHeld('nothing-stands');
      } else {
        await endDiscarded(tx, message, this.hosting(subject), at);
      }
      await quarantine.settle(tx, id, 'discarded', reason, at);
      await quarantine.record(tx, id, { at, act: 'discard', by, outcome: reason });
      const { gateway } = message;
      if (gateway !== undefined && reason !== STANDS_ALREADY) {
        // As the notice said that it was set aside: with the attempt, of which there may be another under way.
        const told = toldOf('discarded', message.type, subject);
        await this.recorder.notice(tx, gateway, { ...told, reason }, this.law.newest(), at);
      }
      return true;
    });
  }

  /** The sender's gateway: of what it published itself, the account says so; of a delivery, the manifest that was decided on. */
  private gatewayTold(message: IncomingMessage, queue: string, about: About): string | undefined {
    const snapshot = this.law.newest();
    if (queue !== EXCHANGE_QUEUE) return message.userId === EXCHANGE_ACCOUNT ? this.hosting(about) : undefined;
    const account = /^gw-(.+)$/.exec(message.userId)?.[1];
    if (account === undefined || snapshot.gateway(account) === undefined) return undefined;
    return account;
  }

  private hosting({ sender }: About): string | undefined {
    return sender === undefined ? undefined : this.law.newest().authority(sender)?.gateway;
  }
}

const codeOf = (error: unknown): string => {
  if (error instanceof SetAside) return error.reason;
  return error instanceof NotYet || error instanceof StillHeld ? error.code : 'failed';
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
