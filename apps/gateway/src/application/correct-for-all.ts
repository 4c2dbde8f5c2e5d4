import type { AssessmentDto, CorrectReferralDto, SubmitReferralDto, SubmitReferralQueryDto } from '#contracts';
import { correctionIdOf } from '#envelope';
import { GatewayError } from '../domain/errors.js';
import type { GatewayErrorCode } from '../domain/errors.js';
import { mayBeRetracted } from '../domain/message-state.js';
import type { CorrectReferral } from './correct-referral.js';
import type { ReferralStore, StoredMessage } from './ports/referral.js';

/** Of one recipient: it has its row, and the others get their correction all the same. */
const OF_ONE: readonly GatewayErrorCode[] = ['FORMAL_OBSTACLE', 'ASSESSMENT_MISSING', 'RECIPIENT_HELD'];

/** Puts a referral right at several recipients in one go: new facts given once, and a correction to each, with a verdict, a row and a fall-back of its own. */
export class CorrectForAll {
  constructor(
    private readonly referrals: Pick<ReferralStore, 'find'>,
    private readonly correcting: Pick<CorrectReferral, 'submit'>,
  ) {}

  /**
   * What stops one recipient's stops no other's: what became of each is read afterwards. Anything else is thrown at once, and the same again goes on from there.
   * @throws {GatewayError} NOT_FOUND, ERASED, UNKNOWN_RECIPIENT, CONTENT_INVALID, ASSESSMENT_INVALID, ID_REUSE and those of the evaluation
   */
  async execute(sender: string, id: string, asked: CorrectReferralDto, query: SubmitReferralQueryDto): Promise<void> {
    const referral = await this.referrals.find(sender, id);
    if (referral === undefined) throw new GatewayError('NOT_FOUND');
    if ('corrects' in asked.content)
      throw new GatewayError('CONTENT_INVALID', {
        faults: [{ path: 'content.corrects', code: 'follows-from-recipient' }],
      });
    const messages = correctedAmong(referral.messages, asked.recipients);
    const assessmentsOf = assessed(asked.assessments ?? [], messages);
    for (const message of messages) {
      const body = correctionTo(sender, referral.caseId, asked, message, assessmentsOf(message.recipient));
      try {
        await this.correcting.submit(sender, body, query);
      } catch (error) {
        if (!(error instanceof GatewayError && (OF_ONE.includes(error.code) || isNotReleased(error)))) throw error;
      }
    }
  }
}

const correctedAmong = (
  messages: readonly StoredMessage[],
  recipients: readonly string[] | undefined,
): readonly StoredMessage[] => {
  const strangers = (recipients ?? []).filter((one) => !messages.some(({ recipient }) => recipient === one));
  if (strangers.length > 0)
    throw new GatewayError('UNKNOWN_RECIPIENT', {
      faults: strangers.map((one) => ({ path: `recipients.${recipients?.indexOf(one)}`, code: 'not-a-recipient' })),
    });
  return messages.filter(({ recipient, state }) => (recipients?.includes(recipient) ?? true) && mayBeRetracted(state));
};

/** An answer is of one recipient (design.md section 6): of several, each says of which. */
const assessed = (
  assessments: readonly AssessmentDto[],
  messages: readonly StoredMessage[],
): ((recipient: string) => AssessmentDto[]) => {
  const only = messages.length === 1 ? messages[0]?.recipient : undefined;
  const faults = assessments.flatMap(({ recipient = only }, index) =>
    messages.some((one) => one.recipient === recipient)
      ? []
      : [{ path: `assessments.${index}.recipient`, code: 'not-a-recipient' }],
  );
  if (faults.length > 0) throw new GatewayError('ASSESSMENT_INVALID', { faults });
  return (recipient) => assessments.filter((one) => (one.recipient ?? only) === recipient);
};

const correctionTo = (
  sender: string,
  caseId: string,
  { id, recipients: _recipients, assessments: _assessments, content, ...asked }: CorrectReferralDto,
  { messageId, recipient, function: to }: StoredMessage,
  assessments: AssessmentDto[],
): SubmitReferralDto => ({
  ...asked,
  id: correctionIdOf(sender, id, recipient),
  caseId,
  type: 'correction/1',
  to: [{ authority: recipient, function: to }],
  content: { ...content, corrects: messageId },
  ...(assessments.length === 0 ? {} : { assessments }),
});

/** Its recipient has nothing yet to put right. */
const isNotReleased = ({ details: { faults = [] } }: GatewayError): boolean =>
  faults.some(({ code }) => code === 'not-released');
