import { GatewayError } from '../domain/errors.js';
import type { ReferralStore } from './ports/referral.js';
import type { Now } from './ports/time-and-ids.js';

/** Takes back a draft, or a referral none of whose messages has left the gateway. */
export class WithdrawReferral {
  constructor(
    private readonly store: ReferralStore,
    private readonly now: Now,
  ) {}

  /** @throws {GatewayError} NOT_FOUND, TOO_LATE */
  async execute(authority: string, id: string): Promise<void> {
    const outcome = await this.store.withdraw(authority, id, this.now());
    if (outcome === 'not-found') throw new GatewayError('NOT_FOUND');
    if (outcome === 'too-late') throw new GatewayError('TOO_LATE');
  }
}
