import type { ListReferralsQueryDto, Page, ProvenStatement, ReferralListItem, ReferralView } from '#contracts';
import { parseDecision, parseNotice, parseReceipt } from '#envelope';
import { compareForecast } from '../domain/forecast.js';
import { handlingOf, statusOf } from '../domain/handling.js';
import { stockholmDate } from '#legal-basis';
import { GatewayError } from '../domain/errors.js';
import { stateText } from '../domain/message-state.js';
import { leftOutOf } from './judge-recipient.js';
import type { DueStore } from './ports/due.js';
import type { MessageDetail, ReferralStore, StoredMessage, StoredReferral, StoredStatement } from './ports/referral.js';
import type { RequestStore } from './ports/request.js';
import type { RetractionStore, StoredRetraction } from './ports/retraction.js';
import type { Now } from './ports/time-and-ids.js';
import type { GivenAnotherWay, GivenStore } from './ports/waiting.js';

type MessageView = ReferralView['recipients'][number];

/** What a sender sees of its own referrals. */
export class ReadReferrals {
  constructor(
    private readonly store: ReferralStore,
    private readonly dues: Pick<DueStore, 'open'>,
    private readonly retractions: Pick<RetractionStore, 'given'>,
    private readonly now: Now,
    private readonly others?: GivenStore,
    private readonly requests?: Pick<RequestStore, 'feedbackOn'>,
  ) {}

  async list(authority: string, query: ListReferralsQueryDto): Promise<Page<ReferralListItem>> {
    const rows = await this.store.list(authority, query, this.now());
    const items = rows.map(({ id, caseId, type, submittedAt, messages }) => ({
      id,
      caseId,
      type,
      submittedAt: submittedAt.toISOString(),
      recipients: messages.map((m) => ({
        authority: m.recipient,
        messageId: m.messageId,
        state: m.state,
        changedAt: m.changedAt.toISOString(),
        ...(m.erasedAt === undefined ? {} : { erasedAt: m.erasedAt.toISOString() }),
      })),
    }));
    // An empty page repeats the cursor it was asked with: whoever follows the list simply goes on from `next`.
    const next = rows.at(-1)?.cursor ?? query.after;
    return { items, ...(next === undefined ? {} : { next }) };
  }

  /** @throws {GatewayError} NOT_FOUND */
  async read(authority: string, id: string): Promise<ReferralView> {
    const referral = await this.store.find(authority, id);
    if (referral === undefined) throw new GatewayError('NOT_FOUND');
    return this.view(referral);
  }

  async view(referral: StoredReferral): Promise<ReferralView> {
    const ids = referral.messages.map((m) => m.messageId);
    const statements = await this.store.statements(referral.authority, ids);
    const dues = await this.dues.open(referral.authority, ids);
    const given = await this.retractions.given(referral.authority, ids);
    const others = await this.others?.given(referral.authority, ids);
    const feedback = await this.requests?.feedbackOn(referral.authority, ids);
    const now = this.now();
    return {
      id: referral.id,
      caseId: referral.caseId,
      type: referral.type,
      submittedAt: referral.submittedAt.toISOString(),
      recipients: referral.messages.map((message) =>
        viewOfMessage(
          message,
          statements.filter((s) => s.messageId === message.messageId),
          dues
            .filter((due) => due.messageId === message.messageId)
            .map(({ what, at }) => ({ what, at: at.toISOString(), overdue: at <= now })),
          given.find((one) => one.messageId === message.messageId),
          others?.get(message.messageId),
          feedback?.get(message.messageId),
        ),
      ),
      assessments: referral.assessments.map(({ id, recipient, basis, test, outcome, office, mandate, at }) => ({
        id,
        recipient,
        basis,
        test,
        outcome,
        office,
        mandate,
        at,
      })),
    };
  }
}

const viewOfMessage = (
  message: StoredMessage,
  statements: readonly StoredStatement[],
  due: MessageView['due'],
  retraction: StoredRetraction | undefined,
  other: GivenAnotherWay | undefined,
  feedback: readonly string[] | undefined,
): MessageView => {
  const decided = (attempt: number): StoredStatement | undefined =>
    statements.findLast((s) => s.kind === 'decision' && parseDecision(s.entry).decision.attempt === attempt);
  const decision = decided(message.attempt);
  const receipts = statements.filter((s) => s.kind === 'receipt-recorded' && s.statement !== undefined);
  const notices = statements.filter((s) => s.kind !== 'decision' && s.kind !== 'receipt-recorded');
  return {
    authority: message.recipient,
    function: message.function,
    messageId: message.messageId,
    attempt: message.attempt,
    state: message.state,
    stateText: stateText[message.state],
    changedAt: message.changedAt.toISOString(),
    due,
    verdict: message.detail.verdict,
    ...leftOutOf(message.detail),
    ...(message.detail.manifest === undefined ? {} : { manifest: message.detail.manifest }),
    ...(decision === undefined ? {} : { decision: decisionView(decision, message.detail) }),
    ...(message.earlier === undefined
      ? {}
      : {
          earlier: message.earlier.map(({ attempt, detail: { manifest = '' } }) => {
            const one = decided(attempt);
            return { attempt, manifest, ...(one === undefined ? {} : { decision: proven(one) }) };
          }),
        }),
    ...(retraction === undefined ? {} : { retraction: retractionView(retraction, statements) }),
    ...(other === undefined
      ? {}
      : { givenAnotherWay: { ...other, at: other.at.toISOString(), markedAt: other.markedAt.toISOString() } }),
    ...handledBy(receipts),
    ...(feedback === undefined ? {} : { feedback }),
    receipts: receipts.map(receiptView),
    notices: notices.map(noticeView),
  };
};

const proven = (s: StoredStatement): ProvenStatement => ({
  entry: s.entry,
  ...(s.statement === undefined ? {} : { statement: s.statement }),
  ...(s.blind === undefined ? {} : { blind: s.blind }),
  ...(s.proof === undefined ? {} : { proof: s.proof }),
});

const decisionView = (
  s: StoredStatement,
  { verdict, forecast }: MessageDetail,
): NonNullable<MessageView['decision']> => {
  const { decision } = parseDecision(s.entry);
  const { outcome, number, decidedAt, ruleSet, keys } = decision;
  const decidedBy = { ruleSet, keysSize: keys.size, on: stockholmDate(new Date(decidedAt)) };
  return {
    ...proven(s),
    outcome,
    number,
    decidedAt,
    ...(forecast === undefined
      ? {}
      : { forecast: compareForecast(verdict.codes, forecast, decision.verdict, decidedBy) }),
  };
};

const receiptView = (s: StoredStatement): MessageView['receipts'][number] => {
  const { receipt } = parseReceipt(s.statement ?? '');
  return {
    ...proven(s),
    receiptId: receipt.receiptId,
    attempt: receipt.attempt,
    kind: receipt.kind,
    by: receipt.by,
    at: receipt.at,
    ...(receipt.reason === undefined ? {} : { reason: receipt.reason }),
    ...(s.note === undefined ? {} : { diaryNumber: s.note.diaryNumber }),
  };
};

/** As its recipient's receipts say; a system that has it in hand and says nothing to its sender shows at the recipient alone. */
export const handledBy = (statements: readonly StoredStatement[]): Pick<MessageView, 'handling'> => {
  const said = statements.flatMap((s) => {
    if (s.kind !== 'receipt-recorded' || s.statement === undefined) return [];
    const { kind, at } = parseReceipt(s.statement).receipt;
    const status = handlingOf(kind);
    return status === undefined ? [] : [{ status, at: new Date(at) }];
  });
  return said.length === 0 ? {} : { handling: statusOf(said) };
};

const retractionView = (
  { retractionId, reason, at, statement }: StoredRetraction,
  statements: readonly StoredStatement[],
): NonNullable<MessageView['retraction']> => {
  const answer = statements
    .filter((s) => s.kind === 'receipt-recorded' && s.statement !== undefined)
    .map((s) => parseReceipt(s.statement ?? '').receipt)
    .find(({ kind }) => kind === 'retraction-acknowledged');
  return {
    retractionId,
    reason,
    at: at.toISOString(),
    retraction: statement,
    recorded: statements.some(({ kind }) => kind === 'retraction-recorded' || kind === 'withdrawn'),
    ...(answer?.reason === undefined ? {} : { acknowledged: answer.reason }),
  };
};

const noticeView = (s: StoredStatement): MessageView['notices'][number] => {
  const { notice } = parseNotice(s.entry);
  return {
    ...proven(s),
    kind: notice.kind,
    at: notice.at,
    ...(notice.reason === undefined ? {} : { reason: notice.reason }),
  };
};
