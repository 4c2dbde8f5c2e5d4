import { canonicalBytes } from '#json';
import { signReceipt, signReleaseHold } from '#envelope';
import type { ReleaseHold } from '#envelope';
import type { KeyStore } from '../keys/key-store.js';
import type { NewAnswer, StoredSubscription, SubscriptionSigner } from './ports/subscription.js';
import type { NewId } from './ports/time-and-ids.js';

/** What an owner says to who asked for a subscription, and to the exchange, signed by its gateway. */
export class SignSubscriptions implements SubscriptionSigner {
  constructor(
    private readonly keys: Pick<KeyStore, 'manifestSigner' | 'gateway'>,
    private readonly environment: string,
    private readonly newId: NewId,
  ) {}

  async answer(
    authority: string,
    { messageId, attempt, decisionEntryId, jweSha256 }: StoredSubscription,
    { answer, at }: NewAnswer,
    number: number,
  ): ReturnType<SubscriptionSigner['answer']> {
    const receiptId = this.newId();
    const receipt = await signReceipt(this.keys.manifestSigner, {
      v: 1,
      env: this.environment,
      receiptId,
      messageId,
      attempt,
      kind: 'subscription-answered',
      by: authority,
      gateway: this.keys.gateway,
      decisionEntryId,
      jweSha256,
      reason: answer,
      number,
      at: at.toISOString(),
    });
    return {
      receiptId,
      receipt,
      outgoing: { id: this.newId(), type: 'receipt.signed.v1', body: canonicalBytes({ receipt }) },
    };
  }

  async hold(
    authority: string,
    hold: Pick<ReleaseHold, 'caseId' | 'recipient' | 'number' | 'code'>,
    at: Date,
  ): ReturnType<SubscriptionSigner['hold']> {
    const holdId = this.newId();
    const statement = await signReleaseHold(this.keys.manifestSigner, {
      v: 1,
      env: this.environment,
      holdId,
      sender: authority,
      gateway: this.keys.gateway,
      ...hold,
      at: at.toISOString(),
    });
    return {
      holdId,
      statement,
      outgoing: { id: holdId, type: 'release-hold.signed.v1', body: canonicalBytes({ hold: statement }) },
    };
  }
}
