import type { ReferralAccepted, RetractionReason, SubmitReferralDto, SubmitReferralQueryDto } from '#contracts';
import { isCorrection } from '../domain/correction.js';
import { GatewayError } from '../domain/errors.js';
import type { GatewayErrorCode } from '../domain/errors.js';
import type { Stopped } from '../domain/correction.js';
import { isDisclosed, mayBeRetracted } from '../domain/message-state.js';
import type { CorrectionStore } from './ports/correction.js';
import type { ReferralStore } from './ports/referral.js';
import type { Now } from './ports/time-and-ids.js';
import type { RetractReferral } from './retract-referral.js';
import type { SubmitReferral } from './submit-referral.js';

const STOPPED: Partial<Record<GatewayErrorCode, Stopped>> = {
  FORMAL_OBSTACLE: 'formal-obstacle',
  ASSESSMENT_MISSING: 'assessment-missing',
  RECIPIENT_HELD: 'recipient-held',
};

/**
 * A correction (new facts) is a referral with a verdict of its own, and goes to who received what it puts right. Where it may not go, what is wrong is taken back
 * instead, when its sender says so: a retraction has no facts and needs no permit. What is not released yet is withdrawn so, and sent anew when it is right.
 */
export class CorrectReferral {
  constructor(
    private readonly submitting: Pick<SubmitReferral, 'submit'>,
    private readonly referrals: Pick<ReferralStore, 'findMessage'>,
    private readonly retracting: Pick<RetractReferral, 'message'>,
    private readonly corrections: Pick<CorrectionStore, 'begin' | 'note' | 'forget'>,
    private readonly now: Now,
  ) {}

  /** As `SubmitReferral`. @throws {GatewayError} also CONTENT_INVALID when it corrects what was not sent to that recipient; with `fallBack` what a retraction is for */
  async submit(sender: string, body: SubmitReferralDto, asked: SubmitReferralQueryDto): Promise<ReferralAccepted> {
    const { corrects } = body.content;
    if (!isCorrection(body.type) || typeof corrects !== 'string') return this.submitting.submit(sender, body, asked);
    const original = await this.referrals.findMessage(sender, corrects);
    // A message has one recipient: a correction to several of them is several.
    const isItsRecipients = original !== undefined && body.to.every((to) => to.authority === original.recipient);
    if (!isItsRecipients || !mayBeRetracted(original.state)) throw invalid('not-sent-to-recipient');
    // Its recipient has nothing yet to put right.
    if (!isDisclosed(original.state))
      throw await this.fallBack(invalid('not-released'), sender, corrects, 'wrong-information', asked);
    const correction = { messageId: corrects, referralId: body.id };
    const noted = { ...correction, fallsBack: asked.onDeny === 'retract' };
    const at = this.now();
    // Before it is taken in: what is known of it then is not lost in between.
    const isNew = await this.corrections.begin(sender, noted, at);
    try {
      const accepted = await this.submitting.submit(sender, body, asked);
      await this.corrections.note(sender, noted, at);
      return accepted;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const stopped = STOPPED[error.code];
      if (stopped === undefined) {
        if (isNew) await this.corrections.forget(sender, correction, at);
        throw error;
      }
      await this.corrections.note(sender, { ...correction, stopped, fallsBack: false }, this.now());
      throw await this.fallBack(error, sender, corrects, 'correction-not-permitted', asked);
    }
  }

  /** @returns the error, with what became of the message that it would have put right */
  private async fallBack(
    error: GatewayError,
    sender: string,
    messageId: string,
    reason: RetractionReason,
    { onDeny }: SubmitReferralQueryDto,
  ): Promise<GatewayError> {
    const retracted = onDeny === 'retract';
    if (retracted) await this.retracting.message(sender, messageId, reason);
    const { extensions, ...details } = error.details;
    return new GatewayError(error.code, {
      ...details,
      extensions: { ...extensions, fallBack: { messageId, retracted } },
    });
  }
}

const invalid = (code: string): GatewayError =>
  new GatewayError('CONTENT_INVALID', { faults: [{ path: 'content.corrects', code }] });
