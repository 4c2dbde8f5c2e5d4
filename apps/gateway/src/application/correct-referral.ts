import type { ReferralAccepted, SubmitReferralDto, SubmitReferralQueryDto } from '#contracts';
import { isCorrection } from '../domain/correction.js';
import { GatewayError } from '../domain/errors.js';
import type { GatewayErrorCode } from '../domain/errors.js';
import { mayBeRetracted } from '../domain/message-state.js';
import type { ReferralStore } from './ports.js';
import type { RetractReferral } from './retract-referral.js';
import type { SubmitReferral } from './submit-referral.js';

const STOPPED: readonly GatewayErrorCode[] = ['FORMAL_OBSTACLE', 'ASSESSMENT_MISSING'];

/**
 * A correction (new facts) is a referral with a verdict of its own, and goes to who received what it puts right. Where it may not go, what is wrong is taken back
 * instead, when its sender says so: a retraction has no facts and needs no permit.
 */
export class CorrectReferral {
  constructor(
    private readonly submitting: Pick<SubmitReferral, 'submit'>,
    private readonly referrals: Pick<ReferralStore, 'findMessage'>,
    private readonly retracting: Pick<RetractReferral, 'message'>,
  ) {}

  /** As `SubmitReferral`. @throws {GatewayError} also CONTENT_INVALID when it corrects what was not sent to that recipient; with `fallBack` what a retraction is for */
  async submit(sender: string, body: SubmitReferralDto, asked: SubmitReferralQueryDto): Promise<ReferralAccepted> {
    const { corrects } = body.content;
    if (!isCorrection(body.type) || typeof corrects !== 'string') return this.submitting.submit(sender, body, asked);
    const original = await this.referrals.findMessage(sender, corrects);
    // What waits for a key is taken back and sent anew: its recipient has nothing to put right.
    const isSent = original !== undefined && mayBeRetracted(original.state) && original.state !== 'awaiting-key';
    // A message has one recipient: a correction to several of them is several.
    if (!isSent || body.to.some((to) => to.authority !== original.recipient)) {
      const faults = [{ path: 'content.corrects', code: 'not-sent-to-recipient' }];
      throw new GatewayError('CONTENT_INVALID', { faults });
    }
    try {
      return await this.submitting.submit(sender, body, asked);
    } catch (error) {
      if (!(error instanceof GatewayError) || !STOPPED.includes(error.code)) throw error;
      const isRetracted = asked.onDeny === 'retract';
      if (isRetracted) await this.retracting.message(sender, corrects, 'correction-not-permitted');
      const fallBack = { messageId: corrects, retracted: isRetracted };
      const { extensions, ...details } = error.details;
      throw new GatewayError(error.code, { ...details, extensions: { ...extensions, fallBack } });
    }
  }
}
