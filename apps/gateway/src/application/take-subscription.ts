import { GatewayError } from '../domain/errors.js';
import { askedIn, isSubscriptionRequest } from '../domain/subscription.js';
import type { DeliveryStore } from './ports/delivery.js';
import type { SubscriptionSigner, SubscriptionStore } from './ports/subscription.js';
import type { Now } from './ports/time-and-ids.js';

/** A request for a subscription that was received: it is noted once, and granted at once where a standing order says so. */
export class TakeSubscription {
  constructor(
    private readonly deliveries: Pick<DeliveryStore, 'find'>,
    private readonly store: Pick<SubscriptionStore, 'ask'>,
    private readonly sign: SubscriptionSigner,
    private readonly now: Now,
  ) {}

  /** Of what was received, whatever it is; again and again, if need be. */
  async execute(authority: string, messageId: string): Promise<void> {
    const delivery = await this.found(authority, messageId);
    if (delivery === undefined || !isSubscriptionRequest(delivery.type)) return;
    const { attempt, decisionEntryId, jweSha256, type, sender: subscriber, caseId, receivedAt: askedAt } = delivery;
    const about = { messageId, attempt, decisionEntryId, jweSha256, type, subscriber, caseId, askedAt };
    const asked = { ...about, ...askedIn(delivery.detail.content), state: 'asked', number: 0 } as const;
    await this.store.ask(authority, asked, this.sign, this.now());
  }

  private async found(authority: string, messageId: string) {
    try {
      return await this.deliveries.find(authority, messageId);
    } catch (error) {
      // Erased meanwhile.
      if (error instanceof GatewayError) return undefined;
      throw error;
    }
  }
}
