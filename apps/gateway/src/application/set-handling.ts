import type { HandledView, SetHandlingDto } from '#contracts';
import { GatewayError } from '../domain/errors.js';
import { RECEIPT_OF, mayFollow, statusOf } from '../domain/handling.js';
import type { HandlingChange } from '../domain/handling.js';
import type { GiveReceipt } from './give-receipt.js';
import type { DeliveryStore } from './ports/delivery.js';
import type { HandlingStore } from './ports/handling.js';
import type { RetractionStore } from './ports/retraction.js';
import type { Now } from './ports/time-and-ids.js';
import { handledView } from './read-deliveries.js';
import type { Asking } from './read-events.js';

/** How far an authority has come with a referral that it received, as one of its systems says. What its sender is to know is told by the receipt of the same meaning. */
export class SetHandling {
  constructor(
    private readonly deliveries: Pick<DeliveryStore, 'find'>,
    private readonly handlings: HandlingStore,
    private readonly retractions: Pick<RetractionStore, 'received'>,
    private readonly receipts: Pick<GiveReceipt, 'execute'>,
    private readonly now: Now,
  ) {}

  /**
   * Said again the same way, nothing changes.
   * @throws {GatewayError} NOT_FOUND, ERASED, HANDLING_CONFLICT: it is not what may come next; RECEIPT_INVALID, RECEIPT_EXISTS, RECEIPT_CONTRADICTS
   */
  async execute({ authority, system }: Asking, messageId: string, said: SetHandlingDto): Promise<HandledView> {
    const delivery = await this.deliveries.find(authority, messageId);
    if (delivery === undefined) throw new GatewayError('NOT_FOUND');
    const { status, reason, diaryNumber } = said;
    const before = await this.changes(authority, messageId);
    const isSaid = before.some((change) => change.status === status);
    if (!isSaid && !mayFollow(statusOf(before), status)) throw conflict(before);
    if (status !== 'received') {
      const kind = RECEIPT_OF[status];
      await this.receipts.execute(authority, messageId, { ...said, kind }, system);
    } else if (reason !== undefined || diaryNumber !== undefined) {
      const path = reason === undefined ? 'diaryNumber' : 'reason';
      throw new GatewayError('RECEIPT_INVALID', { faults: [{ path, code: 'not-with-received' }] });
    } else if (!(await this.handlings.receive(authority, messageId, system, this.now())))
      throw conflict(await this.changes(authority, messageId));
    const [retracted] = await this.retractions.received(authority, [messageId]);
    return handledView(delivery, await this.changes(authority, messageId), this.now(), retracted?.at);
  }

  private async changes(authority: string, messageId: string): Promise<readonly HandlingChange[]> {
    return (await this.handlings.changes(authority, [messageId])).get(messageId) ?? [];
  }
}

const conflict = (changes: readonly HandlingChange[]): GatewayError =>
  new GatewayError('HANDLING_CONFLICT', { extensions: { handling: statusOf(changes) } });
