import { canonicalBytes } from '#json';
import type {
  AssessmentDto,
  CorrectReferralDto,
  RetractionReason,
  SubmitReferralDto,
  SubmitReferralQueryDto,
} from '#contracts';
import { correctionIdOf } from '#envelope';
import { standing } from '../domain/copies.js';
import { GatewayError } from '../domain/errors.js';
import type { GatewayErrorCode } from '../domain/errors.js';
import { mayBeRetracted } from '../domain/message-state.js';
import type { CorrectReferral } from './correct-referral.js';
import { digestOf } from './law.js';
import type { BackfillStore } from './ports/backfill.js';
import type { ReferralStore, StoredMessage, StoredReferral } from './ports/referral.js';
import type { RetractionStore } from './ports/retraction.js';

/** Of one recipient: it has its row, and the others get their correction all the same. */
const OF_ONE: readonly GatewayErrorCode[] = [
  'FORMAL_OBSTACLE',
  'ASSESSMENT_MISSING',
  'RECIPIENT_HELD',
  'RETRACTION_EXISTS',
  'NOT_RETRACTABLE',
  'ERASED',
];

/** Puts a referral right at several recipients in one go: new facts given once, and a correction to each, with a verdict, a row and a fall-back of its own. */
export class CorrectForAll {
  constructor(
    private readonly referrals: Pick<ReferralStore, 'find'>,
    private readonly backfills: Pick<BackfillStore, 'copies'>,
    private readonly retractions: Pick<RetractionStore, 'given'>,
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
    const copies = await this.backfills.copies(sender, id);
    const messages = onePerRecipient(standing([...referral.messages, ...copies]));
    const named = namedAmong(messages, asked.recipients);
    const assessmentsOf = assessed(asked.assessments ?? [], named);
    const bodyOf = (message: StoredMessage): SubmitReferralDto =>
      correctionTo(sender, referral.caseId, asked, message, assessmentsOf(message.recipient));
    const corrections = named.map((message) => ({ message, body: bodyOf(message) }));
    const taken = await Promise.all(corrections.map(({ body }) => this.taken(sender, body.id)));
    if (corrections.some(({ body }, at) => isAnother(taken[at], body))) throw new GatewayError('ID_REUSE');
    const retracted = await this.retracted(sender, named);
    // It may be this very correction that took it back, before it was asked for again.
    const fellBack = ({ messageId, state }: StoredMessage): boolean =>
      query.onDeny === 'retract' && (state === 'withdrawn' || retracted.get(messageId) === 'correction-not-permitted');
    const faults = (asked.recipients ?? []).flatMap((recipient, at) => {
      const place = named.findIndex((one) => one.recipient === recipient);
      const message = named[place];
      const passes =
        message === undefined || goes(message, retracted) || fellBack(message) || taken[place] !== undefined;
      return passes ? [] : [{ path: `recipients.${at}`, code: 'not-sent-to-recipient' }];
    });
    if (faults.length > 0) throw new GatewayError('CONTENT_INVALID', { faults });
    let seen = copies;
    for (let left = named.filter((message) => goes(message, retracted)); ;) {
      for (const message of left) await this.correct(sender, bodyOf(message), query);
      // A backfill that saw nothing of it yet may have been taken in beside it.
      const now = await this.backfills.copies(sender, id);
      const late = now.filter(({ messageId }) => seen.every((one) => one.messageId !== messageId));
      if (late.length === 0) return;
      seen = now;
      const back = await this.retracted(sender, late);
      left = late.filter((one) => (asked.recipients?.includes(one.recipient) ?? true) && goes(one, back));
    }
  }

  private async correct(sender: string, body: SubmitReferralDto, query: SubmitReferralQueryDto): Promise<void> {
    try {
      await this.correcting.submit(sender, body, query);
    } catch (error) {
      if (!(error instanceof GatewayError && (OF_ONE.includes(error.code) || hasNothing(error)))) throw error;
    }
  }

  private async retracted(
    sender: string,
    messages: readonly StoredMessage[],
  ): Promise<ReadonlyMap<string, RetractionReason>> {
    const given = await this.retractions.given(
      sender,
      messages.map(({ messageId }) => messageId),
    );
    return new Map(given.map(({ messageId, reason }) => [messageId, reason]));
  }

  /** One that was accepted before. Of one that is erased nobody can say what it was. */
  private async taken(sender: string, id: string): Promise<StoredReferral | undefined> {
    try {
      const found = await this.referrals.find(sender, id);
      return found?.phase === 'accepted' ? found : undefined;
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'ERASED') return undefined;
      throw error;
    }
  }
}

/** What was taken back is wrong as a whole: no new facts of it go to who had it. */
const goes = ({ messageId, state }: StoredMessage, retracted: ReadonlyMap<string, RetractionReason>): boolean =>
  mayBeRetracted(state) && !retracted.has(messageId);

const isAnother = (taken: StoredReferral | undefined, body: SubmitReferralDto): boolean =>
  taken !== undefined && taken.bodyDigest !== digestOf(canonicalBytes(body));

/** The later one, where the earlier was said to be discarded and arrived all the same. */
const onePerRecipient = (messages: readonly StoredMessage[]): readonly StoredMessage[] => [
  ...new Map(messages.map((message) => [message.recipient, message])).values(),
];

/** Those of the referral, of whatever state, or of them those that are named. */
const namedAmong = (
  messages: readonly StoredMessage[],
  recipients: readonly string[] | undefined,
): readonly StoredMessage[] => {
  const strangers = (recipients ?? []).filter((one) => !messages.some(({ recipient }) => recipient === one));
  if (strangers.length > 0)
    throw new GatewayError('UNKNOWN_RECIPIENT', {
      faults: strangers.map((one) => ({ path: `recipients.${recipients?.indexOf(one)}`, code: 'not-a-recipient' })),
    });
  return messages.filter(({ recipient }) => recipients?.includes(recipient) ?? true);
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

/** Its recipient has nothing yet to put right, or it has ended meanwhile. */
const hasNothing = ({ details: { faults = [] } }: GatewayError): boolean =>
  faults.some(({ code }) => code === 'not-released' || code === 'not-sent-to-recipient');
