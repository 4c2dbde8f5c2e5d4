import type { Acknowledgement, CorrectionRow, CorrectionsView } from '#contracts';
import { messageIdOf, parseReceipt } from '#envelope';
import type { Receipt } from '#envelope';
import { standing } from '../domain/copies.js';
import { rightedBy } from '../domain/correction.js';
import { GatewayError } from '../domain/errors.js';
import { handledBy } from './read-referrals.js';
import type { BackfillStore } from './ports/backfill.js';
import type { CorrectionStore, StoredCorrection } from './ports/correction.js';
import type { DueStore, MessageDue } from './ports/due.js';
import type { ReferralStore, StoredMessage, StoredStatement } from './ports/referral.js';
import type { RetractionStore, StoredRetraction } from './ports/retraction.js';
import type { Now } from './ports/time-and-ids.js';

interface Corrected extends StoredCorrection {
  readonly correction?: StoredMessage;
}
/** What is known of one message and of the corrections of it. */
interface Known {
  readonly statements: readonly StoredStatement[];
  readonly dues: readonly MessageDue[];
  readonly retraction?: StoredRetraction;
  /** Oldest first. */
  readonly corrected: readonly Corrected[];
}

/** What became of putting a referral right: a row for each of its recipients, and of those that it was disclosed anew to. */
export class ReadCorrections {
  constructor(
    private readonly referrals: Pick<ReferralStore, 'find' | 'findMessage' | 'statements'>,
    private readonly backfills: Pick<BackfillStore, 'copies'>,
    private readonly corrections: Pick<CorrectionStore, 'of'>,
    private readonly retractions: Pick<RetractionStore, 'given'>,
    private readonly dues: Pick<DueStore, 'all'>,
    private readonly now: Now,
  ) {}

  /** @throws {GatewayError} NOT_FOUND, ERASED */
  async execute(authority: string, id: string): Promise<CorrectionsView> {
    const referral = await this.referrals.find(authority, id);
    if (referral === undefined) throw new GatewayError('NOT_FOUND');
    const { caseId, type } = referral;
    const messages = standing([...referral.messages, ...(await this.backfills.copies(authority, id))]);
    const ids = messages.map(({ messageId }) => messageId);
    const retractions = await this.retractions.given(authority, ids);
    const corrected = await this.corrected(authority, messages);
    const all = [...ids, ...corrected.flatMap(({ correction }) => correction?.messageId ?? [])];
    const statements = await this.referrals.statements(authority, all);
    const dues = await this.dues.all(authority, all);
    const recipients = messages.map((message) => {
      const retraction = retractions.find((one) => one.messageId === message.messageId);
      const own = corrected.filter((one) => one.messageId === message.messageId);
      const known = { statements, dues, corrected: own, ...(retraction === undefined ? {} : { retraction }) };
      return rowOf(message, known, this.now());
    });
    return { id, caseId, type, recipients };
  }

  private async corrected(authority: string, messages: readonly StoredMessage[]): Promise<readonly Corrected[]> {
    const noted = await this.corrections.of(
      authority,
      messages.map(({ messageId }) => messageId),
    );
    return Promise.all(
      noted.map(async (one) => {
        const recipient = messages.find(({ messageId }) => messageId === one.messageId)?.recipient ?? '';
        const messageId = messageIdOf(authority, one.referralId, recipient);
        const correction = await this.referrals.findMessage(authority, messageId);
        return { ...one, ...(correction === undefined ? {} : { correction }) };
      }),
    );
  }
}

const rowOf = (message: StoredMessage, known: Known, now: Date): CorrectionRow => {
  const { messageId, recipient, state } = message;
  const { retraction, corrected } = known;
  const newest = corrected.findLast((one) => one.stopped === undefined && one.correction !== undefined);
  const stopped = corrected.at(-1)?.stopped;
  const { by, why } = rightedBy({
    state,
    isRetracted: retraction !== undefined,
    ...(newest?.correction === undefined ? {} : { correction: newest.correction.state }),
    ...(stopped === undefined ? {} : { stopped }),
  });
  const receipts = receiptsOf(known.statements, messageId);
  const about = by === 'correction' ? newest?.correction?.messageId : messageId;
  const due = dueOf(known.dues, about, by);
  const answer = answerOf(by === 'correction' ? receiptsOf(known.statements, about) : receipts);
  const fetchedAt = receipts.find(({ kind }) => kind === 'technical')?.at;
  const told = known.statements.filter((one) => one.messageId === messageId);
  return {
    authority: recipient,
    function: message.function,
    messageId,
    received: { state, ...(fetchedAt === undefined ? {} : { fetchedAt }), ...handledBy(told) },
    sentAs: by,
    ...(why === undefined ? {} : { why }),
    ...(newest?.correction === undefined ? {} : { correction: correctionView(newest.referralId, newest.correction) }),
    ...(retraction === undefined ? {} : { retraction: retractionView(retraction, told) }),
    ...(due === undefined ? {} : { dueAt: due.at.toISOString() }),
    overdue: due !== undefined && due.metAt === undefined && due.at <= now,
    ...(answer === undefined ? {} : { acknowledged: answer }),
    passedOn: answer?.code === 'passed-on',
  };
};

/** Of a correction that it is taken up, or answered; of a retraction that it is answered. */
const dueOf = (
  dues: readonly MessageDue[],
  messageId: string | undefined,
  by: CorrectionRow['sentAs'],
): MessageDue | undefined => {
  if (by !== 'correction' && by !== 'retraction') return undefined;
  const what = by === 'correction' ? 'accepted' : 'retraction-acknowledged';
  return dues.find((one) => one.messageId === messageId && one.what === what);
};

const receiptsOf = (statements: readonly StoredStatement[], messageId: string | undefined): readonly Receipt[] =>
  statements.flatMap((one) =>
    one.messageId === messageId && one.kind === 'receipt-recorded' && one.statement !== undefined
      ? parseReceipt(one.statement).receipt
      : [],
  );

const answerOf = (receipts: readonly Receipt[]): CorrectionRow['acknowledged'] => {
  const answer = receipts.find(({ kind }) => kind === 'retraction-acknowledged' || kind === 'correction-acknowledged');
  // A receipt of these kinds has a code of the closed list (#envelope).
  return answer === undefined ? undefined : { code: answer.reason as Acknowledgement, at: answer.at };
};

const correctionView = (
  referralId: string,
  { messageId, state, changedAt }: StoredMessage,
): NonNullable<CorrectionRow['correction']> => ({
  referralId,
  messageId,
  state,
  changedAt: changedAt.toISOString(),
});

const retractionView = (
  { retractionId, reason, at }: StoredRetraction,
  told: readonly StoredStatement[],
): NonNullable<CorrectionRow['retraction']> => ({
  retractionId,
  reason,
  at: at.toISOString(),
  recorded: told.some(({ kind }) => kind === 'retraction-recorded' || kind === 'withdrawn'),
});
