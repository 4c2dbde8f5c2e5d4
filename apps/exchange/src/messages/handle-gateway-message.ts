import {
  ContractError,
  parseDisclosureRecordedV1,
  parseMessageSubmittedV1,
  parseReceiptSignedV1,
  parseReleaseHoldSignedV1,
  parseRefusalReportedV1,
  parseRetractionSignedV1,
} from '#contracts';
import { EXCHANGE_QUEUE, HoldError, QuarantineError } from '#messaging';
import type { IncomingMessage } from '#messaging';
import type { EventLog } from '#platform';
import type { DecideMessage } from '../application/decide-message.js';
import { EARLY, isPassing, reasonOfEarly } from '../application/early.js';
import type { EarlyStatements } from '../application/early.js';
import type { Releaser } from '../application/releaser.js';
import type { SetAsideMessages } from '../application/set-aside.js';
import type { TakeReceipt } from '../application/take-receipt.js';
import type { TakeRecordedDisclosure } from '../application/take-recorded-disclosure.js';
import type { TakeRefusal } from '../application/take-refusal.js';
import type { TakeReleaseHold } from '../application/take-release-hold.js';
import type { TakeRetraction } from '../application/take-retraction.js';
import { NotYet, SetAside } from '../domain/errors.js';
import type { QuarantineReason } from '../domain/errors.js';

/** What stops a message: it must not come too late. */
const STOPPING: ReadonlySet<string> = new Set(['retraction.signed.v1', 'release-hold.signed.v1']);

/** Where nothing is kept that came early. */
const SET_ASIDE: Pick<EarlyStatements, 'keep'> = {
  keep: ({ type }) => Promise.reject(new SetAside(reasonOfEarly(type))),
};

/** What is done with a message of a gateway: its handler returns when its transaction is committed, throws a hold, or the message is set aside. */
export class HandleGatewayMessage {
  constructor(
    private readonly deciding: DecideMessage,
    private readonly receipts: TakeReceipt,
    private readonly retractions: TakeRetraction,
    private readonly refusals: TakeRefusal,
    private readonly recorded: TakeRecordedDisclosure,
    private readonly aside: SetAsideMessages,
    private readonly releaser: Releaser,
    /** Told that there is an entry for the ledger to take, once it is committed. */
    private readonly logged: () => void,
    private readonly log: EventLog,
    /** Whether as much waits for its proof as may: nothing is taken but what stops some of it. */
    private readonly isFull: () => boolean = () => false,
    /** Keeps what speaks of something that is not here yet, and a retraction that failed. */
    private readonly early: Pick<EarlyStatements, 'keep'> = SET_ASIDE,
    /** Absent where no hold comes. */
    private readonly holds?: TakeReleaseHold,
  ) {}

  /** @returns what became of it; `early`: nothing, since what it speaks of is not here @throws {SetAside | NotYet} */
  async attempt(message: IncomingMessage): Promise<string> {
    try {
      return await this.handle(message);
    } catch (error) {
      const reason = reasonOf(error);
      throw reason === undefined ? error : new SetAside(reason);
    }
  }

  /** As the transport gives it. */
  async take(message: IncomingMessage): Promise<void> {
    if (this.isFull() && !STOPPING.has(message.type)) throw new HoldError('log');
    try {
      await this.takeOrSetAside(message);
    } catch (error) {
      throw error instanceof NotYet ? new HoldError(error.code) : error;
    }
  }

  private async takeOrSetAside(message: IncomingMessage): Promise<void> {
    try {
      if ((await this.attemptOrKeep(message)) === EARLY) await this.early.keep(message);
    } catch (error) {
      if (!(error instanceof SetAside)) throw error;
      await this.setAside(message, error.reason);
    }
  }

  /** A retraction or a hold that fails in a way nobody foresaw is kept at once, and tried again: on its way through the dead letters it would stop nothing. */
  private async attemptOrKeep(message: IncomingMessage): Promise<string> {
    try {
      return await this.attempt(message);
    } catch (error) {
      const isForeseen = error instanceof SetAside || error instanceof QuarantineError || isPassing(error);
      if (!STOPPING.has(message.type) || isForeseen) throw error;
      this.log.failure('early.failed', error, { messageId: message.messageId });
      return EARLY;
    }
  }

  /** For a message that a person takes out of quarantine: nothing is set aside once more. @returns what became of it @throws {SetAside | NotYet} */
  async again(message: IncomingMessage): Promise<string> {
    const outcome = await this.attempt(message);
    if (outcome === EARLY) throw new SetAside(reasonOfEarly(message.type));
    return outcome;
  }

  private async handle(message: IncomingMessage): Promise<string> {
    const outcome = await this.one(message);
    if (outcome === EARLY) {
      this.log.info('statement.early', { messageId: message.messageId, type: message.type });
      return outcome;
    }
    this.logged();
    this.releaser.wake();
    return outcome;
  }

  private one(message: IncomingMessage): Promise<string> {
    if (message.type === 'message.submitted.v1') return this.submitted(message);
    if (message.type === 'receipt.signed.v1') return this.receipt(message);
    if (message.type === 'retraction.signed.v1') return this.retraction(message);
    if (message.type === 'release-hold.signed.v1' && this.holds !== undefined) return this.hold(message, this.holds);
    if (message.type === 'refusal.reported.v1') return this.refusal(message);
    if (message.type === 'disclosure.recorded.v1') return this.disclosure(message);
    return Promise.reject(new SetAside('unknown-type'));
  }

  private async submitted({ body, userId }: IncomingMessage): Promise<string> {
    const { messageId, sender, outcome } = await this.deciding.execute(parseMessageSubmittedV1(body), userId);
    this.log.info('message.decided', { messageId, authorityId: sender, code: outcome });
    return outcome;
  }

  private async receipt({ body, userId }: IncomingMessage): Promise<string> {
    const { messageId, kind, outcome } = await this.receipts.execute(parseReceiptSignedV1(body), userId);
    if (outcome !== EARLY) this.log.info('receipt.taken', { messageId, code: kind, state: outcome });
    return outcome;
  }

  private async retraction({ body, userId }: IncomingMessage): Promise<string> {
    const { messageId, outcome } = await this.retractions.execute(parseRetractionSignedV1(body), userId);
    if (outcome !== EARLY) this.log.info('retraction.taken', { messageId, state: outcome });
    return outcome;
  }

  private async hold({ body, userId }: IncomingMessage, holds: TakeReleaseHold): Promise<string> {
    const { sender, code, outcome } = await holds.execute(parseReleaseHoldSignedV1(body), userId);
    this.log.info('hold.taken', { authorityId: sender, code, state: outcome });
    return outcome;
  }

  private async refusal({ body, userId }: IncomingMessage): Promise<string> {
    const { messageId, outcome } = await this.refusals.execute(parseRefusalReportedV1(body), userId);
    this.log.info('refusal.taken', { messageId, state: outcome });
    return outcome;
  }

  private async disclosure({ body, userId }: IncomingMessage): Promise<string> {
    const { messageId, outcome } = await this.recorded.execute(parseDisclosureRecordedV1(body), userId);
    this.log.info('recorded-disclosure.taken', { messageId, state: outcome });
    return outcome;
  }

  /** @throws {NotYet} */
  async setAside(message: IncomingMessage, reason: QuarantineReason): Promise<void> {
    await this.aside.keep(message, EXCHANGE_QUEUE, reason);
    this.log.warn('message.set-aside', { messageId: message.messageId, type: message.type, code: reason });
    this.releaser.wake();
  }
}

const reasonOf = (error: unknown): QuarantineReason | undefined => {
  if (error instanceof SetAside) return error.reason;
  if (error instanceof ContractError) return 'malformed';
  if (error instanceof QuarantineError && error.code === 'id-reuse') return 'id-reuse';
  return undefined;
};
