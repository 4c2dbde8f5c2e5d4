import { setTimeout as delay } from 'node:timers/promises';
import { parseRetractionSignedV1 } from '#contracts';
import { parseRetraction } from '#envelope';
import type { IncomingMessage } from '#messaging';
import { isStoreFailure } from '#persistence';
import { Loop } from '#platform';
import type { EventLog } from '#platform';
import type { DataSource } from 'typeorm';
import { NotYet, SetAside } from '../domain/errors.js';
import type { QuarantineReason } from '../domain/errors.js';
import { earlyStatements } from '../persistence/early.store.js';
import type { EarlyStatement } from '../persistence/early.store.js';

const IDLE_MS = 200;
const AWAY_MS = 2_000;
/** What becomes of a statement, of which `early` says that what it speaks of is not here. */
export const EARLY = 'early';
/** How often it may fail in a way nobody foresaw before it is set aside. */
const FAILURES_MAX = 3;
/** How often handling it may be begun without an end before it is set aside: it may be what stops its process. */
const BEGUN_MAX = 3;
/** As long as a handler may have a message in hand. */
const HANDLE_MS = 45_000;
/** `waits`: what is needed to handle it is away, which is not its fault and is held against it never. */
type Ending = 'done' | typeof EARLY | 'waits' | 'failed';

/**
 * A receipt or a retraction may overtake what it speaks of: a release that waits for its proof, a decision that another process is making. It waits here,
 * and not in a consumer's hand, until that is there; when it has been early for too long, has failed again and again, or stops whoever handles it, it is set aside, and its gateway told.
 */
export class EarlyStatements extends Loop {
  constructor(
    private readonly dataSource: DataSource,
    /** Handles it again. @returns what became of it @throws {SetAside | NotYet} */
    private readonly handle: (message: IncomingMessage) => Promise<string>,
    private readonly setAside: (message: IncomingMessage, reason: QuarantineReason) => Promise<void>,
    private readonly maxAgeMs: number,
    private readonly log: EventLog,
    private readonly now: () => Date,
    private readonly handleMs = HANDLE_MS,
  ) {
    super();
  }

  /** Its account is believed, and nothing else of it: it may have failed before its signature was verified. */
  async keep(message: IncomingMessage): Promise<void> {
    const subject =
      message.type === 'retraction.signed.v1'
        ? parseRetraction(parseRetractionSignedV1(message.body).retraction).retraction
        : undefined;
    await earlyStatements.add(this.dataSource.manager, message, this.now(), subject);
    this.wake();
  }

  protected override async round(): Promise<number> {
    try {
      return (await this.one()) ? 0 : IDLE_MS;
    } catch (error) {
      this.tell(error);
      return AWAY_MS;
    }
  }

  private tell(error: unknown): void {
    if (isPassing(error)) this.log.warn('early.waits');
    else this.log.failure('early.failed', error);
  }

  /** @returns whether one was handled or looked at in vain; after one that failed there is a pause */
  private async one(): Promise<boolean> {
    const { manager } = this.dataSource;
    const now = this.now();
    const early = await earlyStatements.begin(manager, now);
    if (early === undefined) return false;
    const ending = await this.tried(early, now.getTime() - early.at.getTime() > this.maxAgeMs).catch(
      (error: unknown): Ending => {
        this.tell(error);
        return isPassing(error) ? 'waits' : 'failed';
      },
    );
    // Handled, in a transaction of its own: a process that dies before this handles it again, which is known.
    if (ending === 'done') await earlyStatements.remove(manager, early);
    // Its next turn comes after the others, also when it failed.
    else await earlyStatements.tried(manager, early, this.now(), failuresAfter(ending, early));
    return ending === 'done' || ending === EARLY;
  }

  private async tried(early: EarlyStatement, isOver: boolean): Promise<Ending> {
    const { type, userId, body, digest, begun } = early;
    const messageId = digest.toString('hex', 0, 16);
    const message: IncomingMessage = { type, userId, body, messageId, redelivered: true, deliveries: 1 };
    const reason = begun > BEGUN_MAX ? 'handler-failed' : await this.handled(message, early.failures, isOver);
    if (reason === EARLY) return EARLY;
    if (reason !== undefined) await this.setAside(message, reason);
    return 'done';
  }

  /** @returns why it is set aside; undefined: it is done @throws whatever it failed by, unless that was the last time */
  private async handled(
    message: IncomingMessage,
    failures: number,
    isOver: boolean,
  ): Promise<QuarantineReason | typeof EARLY | undefined> {
    try {
      if ((await this.inTime(message)) !== EARLY) return undefined;
      return isOver ? reasonOfEarly(message.type) : EARLY;
    } catch (error) {
      if (error instanceof SetAside) return error.reason;
      if (isPassing(error) || failures + 1 < FAILURES_MAX) throw error;
      this.tell(error);
      return 'handler-failed';
    }
  }

  /** One that does not end keeps no other waiting. It is not stopped: when it ends well after all, another time finds it done. */
  private inTime(message: IncomingMessage): Promise<string> {
    const late = delay(this.handleMs, undefined, { ref: false }).then(() =>
      Promise.reject(new Error('an early statement is not handled in time')),
    );
    return Promise.race([this.handle(message), late]);
  }
}

/** What waits is as it was; what was looked at and nothing else is handled well. */
const failuresAfter = (ending: Exclude<Ending, 'done'>, { failures }: EarlyStatement): number => {
  if (ending === EARLY) return 0;
  return ending === 'failed' ? failures + 1 : failures;
};

/** What is needed is away: another time the same statement may be handled. */
export const isPassing = (error: unknown): boolean => error instanceof NotYet || isStoreFailure(error);

/** Why a statement is set aside that has been early for too long. */
export const reasonOfEarly = (type: string): QuarantineReason =>
  type === 'receipt.signed.v1' ? 'receipt-order' : 'retraction-unbound';
