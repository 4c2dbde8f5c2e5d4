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

/**
 * A receipt or a retraction may overtake what it speaks of: a release that waits for its proof, a decision that another process is making. It waits here,
 * and not in a consumer's hand, until that is there; when it has been early for too long it is set aside, and its gateway told.
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
  ) {
    super();
  }

  /** @param message whose signature was verified */
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
    const waits = error instanceof NotYet || isStoreFailure(error);
    if (waits) this.log.warn('early.waits');
    else this.log.failure('early.failed', error);
  }

  /** @returns whether one was handled or looked at in vain; after one that failed there is a pause */
  private one(): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      const now = this.now();
      const early = await earlyStatements.due(tx, now);
      if (early === undefined) return false;
      let failed = false;
      const outcome = await this.tried(early, now.getTime() - early.at.getTime() > this.maxAgeMs).catch(
        (error: unknown) => {
          this.tell(error);
          failed = true;
          return EARLY;
        },
      );
      // Its next turn comes after the others, also when it failed.
      if (outcome === EARLY) await earlyStatements.tried(tx, early, now);
      // Handled, in a transaction of its own: a process that dies before this one's end handles it again, which is known.
      else await earlyStatements.remove(tx, early);
      return !failed;
    });
  }

  private async tried(early: EarlyStatement, isOver: boolean): Promise<typeof EARLY | undefined> {
    const { type, userId, body, digest } = early;
    const messageId = digest.toString('hex', 0, 16);
    const message: IncomingMessage = { type, userId, body, messageId, redelivered: true, deliveries: 1 };
    try {
      if ((await this.handle(message)) !== EARLY) return undefined;
    } catch (error) {
      if (!(error instanceof SetAside)) throw error;
      await this.setAside(message, error.reason);
      return undefined;
    }
    if (!isOver) return EARLY;
    await this.setAside(message, reasonOfEarly(type));
    return undefined;
  }
}

/** Why a statement is set aside that has been early for too long. */
export const reasonOfEarly = (type: string): QuarantineReason =>
  type === 'receipt.signed.v1' ? 'receipt-order' : 'retraction-unbound';
