import { GatewayError } from '../domain/errors.js';
import type { CorrectionStore } from './ports/correction.js';
import type { RetractReferral } from './retract-referral.js';

/** Takes back what a correction was to put right that ended on its way, where its sender said so when it was submitted (`onDeny=retract`). */
export class FallBackCorrections {
  constructor(
    private readonly store: Pick<CorrectionStore, 'ended' | 'settle'>,
    private readonly retracting: Pick<RetractReferral, 'message'>,
    private readonly authorities: () => readonly string[],
  ) {}

  /** @returns messages that were taken back now */
  async execute(): Promise<readonly { readonly authority: string; readonly messageId: string }[]> {
    const found: { readonly authority: string; readonly messageId: string }[] = [];
    for (const authority of this.authorities()) {
      for (const ended of await this.store.ended(authority)) {
        const { messageId, fallsBack } = ended;
        if (fallsBack && (await this.retracted(authority, messageId))) found.push({ authority, messageId });
        await this.store.settle(authority, ended);
      }
    }
    return found;
  }

  /** @returns false where there is nothing to take back, or another retraction stands */
  private async retracted(authority: string, messageId: string): Promise<boolean> {
    try {
      await this.retracting.message(authority, messageId, 'correction-not-permitted');
      return true;
    } catch (error) {
      if (error instanceof GatewayError && ENOUGH.includes(error.code)) return false;
      throw error;
    }
  }
}

const ENOUGH: readonly GatewayError['code'][] = ['NOT_FOUND', 'NOT_RETRACTABLE', 'RETRACTION_EXISTS'];
